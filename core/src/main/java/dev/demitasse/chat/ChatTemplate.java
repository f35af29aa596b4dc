package dev.demitasse.chat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A chat template: the subset of Jinja that models' templates use, with the settings and extras of Hugging Face's
 * {@code apply_chat_template} ({@code trim_blocks}, {@code lstrip_blocks}, {@code raise_exception}, loop controls,
 * {@code tojson}, {@code strftime_now}). Templates come with model files and are not trusted: they can read their variables and nothing else,
 * and their work and output are limited.
 */
public final class ChatTemplate {
    private final String source;
    private final List<Node> nodes;

    private ChatTemplate(String source, List<Node> nodes) {
        this.source = source;
        this.nodes = nodes;
    }

    /** @throws TemplateException naming the tag or token that is not understood */
    public static ChatTemplate parse(String source) {
        return new ChatTemplate(source, new Parser(new Lexer(source).tokens()).template());
    }

    /** The template's text. */
    public String source() {
        return source;
    }

    /**
     * Renders a conversation.
     *
     * @param addGenerationPrompt whether to open the assistant's answer at the end
     * @param variables what else the template may read: {@code bos_token}, {@code tools}, …, as strings, booleans, numbers,
     *     lists and maps
     * @param now what {@code strftime_now} tells
     * @throws TemplateException if the template fails, raises an exception itself or passes a limit
     */
    public String render(
            List<Message> messages,
            boolean addGenerationPrompt,
            Map<String, @Nullable Object> variables,
            LocalTime now) {
        List<Object> conversation = new ArrayList<>();
        for (Message message : messages) {
            conversation.add(message.fields());
        }
        Map<String, @Nullable Object> context = new HashMap<>(variables);
        context.put("messages", conversation);
        context.put("add_generation_prompt", addGenerationPrompt);
        return render(context, now);
    }

    /** Renders with exactly these variables. */
    String render(Map<String, @Nullable Object> context, LocalTime now) {
        try {
            return new Interpreter(context, now).render(nodes);
        } catch (StackOverflowError e) {
            throw new TemplateException(0, "values nested too deep");
        }
    }
}
