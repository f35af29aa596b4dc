package dev.demitasse.engine;

import dev.demitasse.backend.Backend;
import dev.demitasse.chat.AnswerFormat;
import dev.demitasse.chat.ChatTemplate;
import dev.demitasse.chat.LocalTime;
import dev.demitasse.chat.Message;
import dev.demitasse.model.Model;
import dev.demitasse.sampling.SamplingOptions;
import dev.demitasse.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A loaded model that answers, one generation at a time. The KV cache keeps the last sequence: the next prompt's longest
 * common prefix with it is not computed again.
 */
public final class Engine {
    private final Model model;
    private final Tokenizer tokenizer;
    private final @Nullable ChatTemplate chatTemplate;
    private final SamplingOptions defaultSampling;
    private final Backend backend;
    /** Tokens whose keys and values the cache holds. */
    private final int[] sequence;

    private int length;
    /** The generation or embedding that uses the KV cache. */
    private @Nullable Object current;

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
        sequence = new int[backend.contextLength()];
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

    /**
     * The prompt of a conversation by the model's chat template, open for the assistant's answer.
     *
     * @param variables what else the template may read: {@code tools}, {@code enable_thinking}, …
     * @param now the user's clock, which some templates tell the model
     * @throws IllegalStateException if the model has no template
     * @throws IllegalArgumentException if there are tools but the template never mentions any
     */
    public ChatPrompt chatPrompt(List<Message> messages, Map<String, @Nullable Object> variables, LocalTime now) {
        if (chatTemplate == null) {
            throw new IllegalStateException("the model has no chat template (tokenizer.chat_template)");
        }
        Map<String, @Nullable Object> all = specialTokens();
        all.putAll(variables);
        if (variables.get("tools") instanceof List<?> tools && !tools.isEmpty()) {
            if (!chatTemplate.source().contains("tools")) {
                throw new IllegalArgumentException("the model's chat template has no place for tools");
            }
            if (chatTemplate.source().contains("xml_tools")) {
                all.putIfAbsent("xml_tools", functions(tools)); // SmolLM3's name for them
            }
        }
        String prompt = chatTemplate.render(messages, true, all, now);
        return new ChatPrompt(tokenizer.encode(prompt, false), AnswerFormat.of(chatTemplate.source(), prompt, all));
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

    /**
     * Starts an answer; a generation that was still running can't go on.
     *
     * @throws IllegalArgumentException if the prompt is empty or leaves no room in the context
     */
    public Generation generate(int[] prompt, GenerationOptions options) {
        if (prompt.length == 0) {
            throw new IllegalArgumentException("the prompt is empty");
        }
        if (prompt.length >= contextLength()) {
            throw new IllegalArgumentException("the prompt has " + prompt.length + " tokens; the context of "
                    + contextLength() + " leaves no room for an answer");
        }
        return new Generation(this, prompt, options);
    }

    /**
     * Starts an embedding; a generation that was still running can't go on, and the KV cache's content is lost.
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
        length = 0;
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
    void serve(Generation generation, int[] tokens, int count, int candidates) {
        // The last token is always run again: its logits go on with the answer.
        int most = Math.min(length, count - 1);
        int mismatch = Arrays.mismatch(sequence, 0, most, tokens, 0, most);
        length = mismatch < 0 ? most : mismatch;
        backend.candidates(candidates);
        current = generation;
    }

    boolean isCurrent(Object user) {
        return current == user;
    }

    /** Number of tokens in the KV cache. */
    int length() {
        return length;
    }

    /** Begins to append up to a batch of these tokens, from {@link #length} on, to the sequence. */
    void run(int[] tokens, int count) {
        int end = Math.min(count, length + backend.batchSize());
        backend.forward(tokens, length, end, length, end == count ? 1 : 0);
        System.arraycopy(tokens, length, sequence, length, end - length);
        length = end;
    }

    /** What follows the last token run; its results are there {@link Backend#whenDone when it is done}. */
    Backend backend() {
        return backend;
    }
}
