package dev.demitasse.engine;

import dev.demitasse.backend.Backend;
import dev.demitasse.chat.AnswerFormat;
import dev.demitasse.chat.ChatTemplate;
import dev.demitasse.chat.LocalTime;
import dev.demitasse.chat.Message;
import dev.demitasse.chat.TemplateException;
import dev.demitasse.chat.ToolPrompt;
import dev.demitasse.grammar.SchemaCache;
import dev.demitasse.grammar.TokenTrie;
import dev.demitasse.model.Model;
import dev.demitasse.sampling.SamplingOptions;
import dev.demitasse.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A loaded model that answers, one generation at a time. The KV cache keeps the sequence of one session: the next prompt's
 * longest common prefix with it is not computed again.
 */
public final class Engine {
    private final Model model;
    private final Tokenizer tokenizer;
    private final @Nullable ChatTemplate chatTemplate;
    private final SamplingOptions defaultSampling;
    private final Backend backend;
    /** Whose keys and values the cache holds. */
    private Session session = new Session();

    /** The generation or embedding that uses the KV cache. */
    private @Nullable Object current;

    /** Tokens that the session had before the pass that was begun last. */
    private int lengthBeforePass;

    private @Nullable TokenTrie tokenTrie;
    private final SchemaCache schemas = new SchemaCache();

    Engine(
            Model model,
            Tokenizer tokenizer,
            @Nullable ChatTemplate chatTemplate,
            SamplingOptions defaultSampling,
            Backend backend) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.chatTemplate = chatTemplate;
        this.defaultSampling = defaultSampling;
        this.backend = backend;
    }

    public Model model() {
        return model;
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** Tokens a prompt and its answer can have together. */
    public int contextLength() {
        return backend.contextLength();
    }

    public boolean hasChatTemplate() {
        return chatTemplate != null;
    }

    /** What the model's makers recommend. */
    public SamplingOptions defaultSampling() {
        return defaultSampling;
    }

    /** A rendered conversation, and what its answer may hold beside text. */
    public record ChatPrompt(int[] ids, AnswerFormat format) {}

    /** The prompt of a conversation whose answer is all the model's. */
    public ChatPrompt chatPrompt(List<Message> messages, Map<String, @Nullable Object> variables, LocalTime now) {
        return chatPrompt(messages, "", variables, now);
    }

    /**
     * The prompt of a conversation by the model's chat template, open for the assistant's answer.
     *
     * @param begun how the answer begins, from where the model goes on
     * @param variables what else the template may read: {@code tools}, {@code enable_thinking}, …
     * @param now the user's clock, which some templates tell the model
     * @throws IllegalStateException if the model has no template
     */
    public ChatPrompt chatPrompt(
            List<Message> messages, String begun, Map<String, @Nullable Object> variables, LocalTime now) {
        if (chatTemplate == null) {
            throw new IllegalStateException("the model has no chat template (tokenizer.chat_template)");
        }
        Map<String, @Nullable Object> all = specialTokens();
        all.putAll(variables);
        if (variables.get("tools") instanceof List<?> tools && !tools.isEmpty()) {
            if (!hasTools()) {
                return promptWithTools(chatTemplate, messages, begun, tools, all, now);
            }
            if (chatTemplate.source().contains("xml_tools")) {
                all.putIfAbsent("xml_tools", functions(tools)); // SmolLM3's name for them
            }
        }
        String prompt = chatTemplate.render(messages, true, all, now);
        return new ChatPrompt(
                tokenizer.encode(prompt + begun, false), AnswerFormat.of(chatTemplate.source(), prompt, all));
    }

    private ChatPrompt promptWithTools(
            ChatTemplate template,
            List<Message> messages,
            String begun,
            List<?> tools,
            Map<String, @Nullable Object> variables,
            LocalTime now) {
        String prompt;
        try {
            prompt = template.render(ToolPrompt.rewrite(messages, tools, true), true, variables, now);
        } catch (TemplateException e) {
            // Gemma 2's and others know no system messages.
            prompt = template.render(ToolPrompt.rewrite(messages, tools, false), true, variables, now);
        }
        AnswerFormat format =
                AnswerFormat.of(template.source(), prompt, Map.of()).withToolPrompt();
        return new ChatPrompt(tokenizer.encode(prompt + begun, false), format);
    }

    /** Whether the model's chat template tells it of tools; for one that doesn't, {@link ToolPrompt} does. */
    public boolean hasTools() {
        return chatTemplate != null && chatTemplate.source().contains("tools");
    }

    /** Whether the model may begin an answer with its reasoning. */
    public boolean thinks() {
        return chatTemplate != null && chatTemplate.source().contains(AnswerFormat.THINK);
    }

    /** The schemas that answers were held to. */
    public SchemaCache schemas() {
        return schemas;
    }

    /** The vocabulary as grammars see it. */
    TokenTrie tokenTrie() {
        if (tokenTrie == null) {
            Set<String> markers = AnswerFormat.allMarkers();
            tokenTrie = new TokenTrie(tokenizer.size(), id -> {
                byte[] bytes = tokenizer.bytes(id);
                boolean steers = tokenizer.isEndOfGeneration(id)
                        || tokenizer.isSpecial(id) && !markers.contains(new String(bytes, StandardCharsets.UTF_8));
                return steers ? null : bytes;
            });
        }
        return tokenTrie;
    }

    /** What stands in OpenAI's {@code {type: "function", function: …}}. */
    private static List<@Nullable Object> functions(List<?> tools) {
        List<@Nullable Object> functions = new ArrayList<>();
        for (Object tool : tools) {
            functions.add(tool instanceof Map<?, ?> map && map.containsKey("function") ? map.get("function") : tool);
        }
        return functions;
    }

    /** The variables that Hugging Face's {@code apply_chat_template} passes for a tokenizer's special tokens. */
    private Map<String, @Nullable Object> specialTokens() {
        Map<String, @Nullable Object> variables = new HashMap<>();
        if (tokenizer.bosId() != Tokenizer.NONE) {
            variables.put("bos_token", tokenizer.decode(new int[] {tokenizer.bosId()}, true));
        }
        if (tokenizer.eosId() != Tokenizer.NONE) {
            variables.put("eos_token", tokenizer.decode(new int[] {tokenizer.eosId()}, true));
        }
        return variables;
    }

    /** The session that the KV cache holds now, to which {@link #generate} adds. */
    public Session session() {
        return session;
    }

    /**
     * From now on the KV cache holds another session: the caller has seen to it that the keys and values of its tokens are
     * there. A generation that was still running can't go on.
     */
    public void makeResident(Session other) {
        session = other;
        current = null;
    }

    /** How many of the first {@code count} tokens need not be read again as the KV cache is. */
    public int validPrefix(int[] tokens, int count) {
        return backend.validPrefix(session.common(tokens, count));
    }

    /** How many tokens can stay when the context is full and others give way ({@link GenerationOptions#keep}). */
    public int maxKeep() {
        return contextLength() / 2;
    }

    /**
     * Starts an answer; a generation that was still running can't go on.
     *
     * @throws IllegalArgumentException if the prompt is empty or leaves no room in the context, or if the tokens that are to stay in
     *     it leave none
     */
    public Generation generate(int[] prompt, GenerationOptions options) {
        if (prompt.length == 0) {
            throw new IllegalArgumentException("the prompt is empty");
        }
        if (prompt.length >= contextLength()) {
            throw new IllegalArgumentException("the prompt has " + prompt.length + " tokens; the context of "
                    + contextLength() + " leaves no room for an answer");
        }
        if (options.keep() > maxKeep()) {
            throw new IllegalArgumentException("keep is " + options.keep() + "; of a context of " + contextLength()
                    + " tokens, at most " + maxKeep() + " can stay");
        }
        return new Generation(this, prompt, options);
    }

    /**
     * Starts an embedding; a generation that was still running can't go on. The KV cache's content is lost: its session is an
     * empty one then.
     *
     * @throws IllegalArgumentException if there are no tokens, or more than the context has positions
     */
    public Embedding embed(int[] tokens) {
        if (tokens.length == 0) {
            throw new IllegalArgumentException("the text to embed is empty");
        }
        if (tokens.length > contextLength()) {
            throw new IllegalArgumentException(
                    "the text to embed has " + tokens.length + " tokens; the context has room for " + contextLength());
        }
        makeResident(new Session());
        Embedding embedding = new Embedding(this, tokens);
        current = embedding;
        return embedding;
    }

    /**
     * From now on this generation uses the engine. Of the KV cache, what begins its tokens stays.
     *
     * @param count of the tokens
     * @param candidates how many of the likeliest tokens it wants of each {@link #run}; 0 for all logits
     */
    void begin(Generation generation, int[] tokens, int count, int candidates) {
        // The last token is always run again: its logits go on with the answer.
        session.truncate(validPrefix(tokens, count - 1));
        backend.candidates(candidates);
        current = generation;
    }

    boolean isCurrent(Object user) {
        return current == user;
    }

    /** Number of tokens in the KV cache. */
    int length() {
        return session.length();
    }

    /**
     * Begins to append up to a batch of these tokens, from {@link #length} on, to the sequence.
     *
     * @param draft what may come after the only one that is appended: logits of these are computed, too, but only what is then
     *     {@link #commitDraft committed} belongs to the sequence
     */
    void run(int[] tokens, int count, int[] draft) {
        int from = session.length();
        lengthBeforePass = from;
        int end = Math.min(count, from + backend.batchSize(from));
        if (draft.length == 0) {
            backend.forward(tokens, from, end, from, end == count ? 1 : 0);
        } else {
            int[] all = new int[end - from + draft.length]; // TeaVM 0.15's copyOfRange traps past the end
            System.arraycopy(tokens, from, all, 0, end - from);
            System.arraycopy(draft, 0, all, end - from, draft.length);
            backend.forward(all, 0, all.length, from, all.length);
        }
        session.append(tokens, end);
    }

    /** Drops the pass that was begun last, unless it is done. */
    void abandon() {
        if (backend.abandon()) {
            session.truncate(lengthBeforePass);
        }
    }

    /** The tokens up to {@code count} are those of the draft: their keys and values are there. */
    void commitDraft(int[] tokens, int count) {
        session.append(tokens, count);
    }

    /**
     * What computes. Its results are there {@link Backend#whenDone when it is done}; keys and values are written to it only for
     * a session that is {@link #makeResident resident} then.
     */
    public Backend backend() {
        return backend;
    }
}
