package dev.demitasse.engine;

import dev.demitasse.chat.AnswerFormat;
import dev.demitasse.chat.ChatTemplate;
import dev.demitasse.chat.Message;
import dev.demitasse.chat.ToolPrompt;
import dev.demitasse.grammar.TokenTrie;
import dev.demitasse.grammar.schema.SchemaCache;
import dev.demitasse.jinja.LocalTime;
import dev.demitasse.jinja.MarkedText;
import dev.demitasse.jinja.TemplateException;
import dev.demitasse.json.FieldException;
import dev.demitasse.model.ModelInfo;
import dev.demitasse.sampling.SamplingOptions;
import dev.demitasse.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Everything that a model's files say, except the weights: its plan, tokenizer, chat template and recommended sampling. */
public final class LoadedModel {
    private final ModelInfo info;
    private final Tokenizer tokenizer;
    private @Nullable ChatTemplate chatTemplate;
    private final SamplingOptions defaultSampling;
    private final Pooling pooling;
    private final SchemaCache schemas = new SchemaCache();
    private @Nullable TokenTrie tokenTrie;

    LoadedModel(
            ModelInfo info,
            Tokenizer tokenizer,
            @Nullable ChatTemplate chatTemplate,
            SamplingOptions defaultSampling,
            Pooling pooling) {
        this.info = info;
        this.tokenizer = tokenizer;
        this.chatTemplate = chatTemplate;
        this.defaultSampling = defaultSampling;
        this.pooling = pooling;
    }

    public ModelInfo info() {
        return info;
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** Replaces the chat template of the model's files. */
    public void replaceChatTemplate(ChatTemplate template) {
        chatTemplate = template;
    }

    public boolean hasChatTemplate() {
        return chatTemplate != null;
    }

    /** Returns the sampling that the model's authors recommend. */
    public SamplingOptions defaultSampling() {
        return defaultSampling;
    }

    Pooling pooling() {
        return pooling;
    }

    /** Returns the cache of the compiled JSON schemas of earlier answers. */
    public SchemaCache schemas() {
        return schemas;
    }

    /** Returns whether the chat template tells the model about tools; if not, {@link ToolPrompt} does. */
    public boolean hasTools() {
        return chatTemplate != null && chatTemplate.source().contains("tools");
    }

    /** Returns whether the model may begin an answer with its reasoning. */
    public boolean thinks() {
        return chatTemplate != null && chatTemplate.source().contains(AnswerFormat.THINK);
    }

    /** A rendered conversation, and the markup that its answer may contain. */
    public record ChatPrompt(int[] ids, AnswerFormat format) {}

    /** Renders a conversation for an answer without a given beginning; the texts of special tokens in it stay text. */
    public ChatPrompt chatPrompt(List<Message> messages, Map<String, @Nullable Object> variables, LocalTime now) {
        return chatPrompt(messages, "", variables, false, now);
    }

    /**
     * Renders a conversation by the model's chat template, open for the assistant's answer.
     *
     * @param begun beginning of the answer, from which the model continues
     * @param variables further variables of the template: {@code tools}, {@code enable_thinking}, …
     * @param allowSpecial whether the text of a special token becomes the token wherever it stands; if not, only in the template's own text
     * @param now the user's clock, for templates that state the date
     * @throws IllegalStateException if the model has no template
     * @throws FieldException if the template does not know the role of a message
     */
    public ChatPrompt chatPrompt(
            List<Message> conversation,
            String begun,
            Map<String, @Nullable Object> variables,
            boolean allowSpecial,
            LocalTime now) {
        if (chatTemplate == null) {
            throw new IllegalStateException("the model has no chat template (tokenizer.chat_template)");
        }
        List<Message> messages = chatTemplate.withKnownRoles(conversation);
        Map<String, @Nullable Object> all = new HashMap<>(variables);
        List<?> tools = variables.get("tools") instanceof List<?> list ? list : List.of();
        boolean ignoresTools = usesTools(messages) && !chatTemplate.source().contains("tool");
        if (ignoresTools || (!tools.isEmpty() && !hasTools())) {
            return promptWithTools(chatTemplate, messages, begun, tools, variables, allowSpecial, now);
        }
        if (!tools.isEmpty()) {
            if (chatTemplate.source().contains("xml_tools")) {
                all.putIfAbsent("xml_tools", functions(tools)); // SmolLM3's name for them
            }
        }
        MarkedText prompt = chatTemplate.render(messages, true, specialTokens(), all, now);
        AnswerFormat format = AnswerFormat.of(chatTemplate.source(), prompt.text(), all);
        return new ChatPrompt(encode(prompt, begun, allowSpecial), format);
    }

    private int[] encode(MarkedText prompt, String begun, boolean allowSpecial) {
        MarkedText whole = MarkedText.concat(List.of(prompt, ChatTemplate.markBegun(begun)));
        return allowSpecial ? tokenizer.encode(whole.text(), false) : tokenizer.encode(whole.text(), whole.inputs());
    }

    private static boolean usesTools(List<Message> messages) {
        for (Message message : messages) {
            if ("tool".equals(message.fields().get("role")) || message.fields().get("tool_calls") != null) {
                return true;
            }
        }
        return false;
    }

    private ChatPrompt promptWithTools(
            ChatTemplate template,
            List<Message> messages,
            String begun,
            List<?> tools,
            Map<String, @Nullable Object> variables,
            boolean allowSpecial,
            LocalTime now) {
        Map<String, @Nullable Object> own = specialTokens();
        MarkedText prompt;
        try {
            prompt = template.render(ToolPrompt.rewrite(messages, tools, true), true, own, variables, now);
        } catch (TemplateException e) {
            // Some templates, for example Gemma 2's, reject system messages.
            prompt = template.render(ToolPrompt.rewrite(messages, tools, false), true, own, variables, now);
        }
        AnswerFormat format = AnswerFormat.of(template.source(), prompt.text(), Map.of());
        format = tools.isEmpty() ? format : format.withToolPrompt();
        return new ChatPrompt(encode(prompt, begun, allowSpecial), format);
    }

    /** Returns the functions of OpenAI's {@code {type: "function", function: …}}. */
    private static List<@Nullable Object> functions(List<?> tools) {
        List<@Nullable Object> functions = new ArrayList<>();
        for (Object tool : tools) {
            functions.add(tool instanceof Map<?, ?> map && map.containsKey("function") ? map.get("function") : tool);
        }
        return functions;
    }

    /** Returns the variables that Hugging Face's {@code apply_chat_template} passes for a tokenizer's special tokens. */
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

    /** Returns the vocabulary for grammars, which is built on the first call. */
    TokenTrie tokenTrie() {
        if (tokenTrie == null) {
            Set<String> markers = AnswerFormat.allMarkers();
            tokenTrie = new TokenTrie(tokenizer.size(), id -> {
                byte[] bytes = tokenizer.bytes(id);
                boolean isControl = tokenizer.isEndOfGeneration(id)
                        || tokenizer.isSpecial(id) && !markers.contains(new String(bytes, StandardCharsets.UTF_8));
                return isControl ? null : bytes;
            });
        }
        return tokenTrie;
    }
}
