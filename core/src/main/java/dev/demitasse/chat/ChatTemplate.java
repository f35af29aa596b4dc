package dev.demitasse.chat;

import dev.demitasse.jinja.LocalTime;
import dev.demitasse.jinja.Template;
import dev.demitasse.jinja.TemplateException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A model's chat template, which turns a conversation into a prompt. */
public final class ChatTemplate {
    private final String source;
    private final Template template;

    private ChatTemplate(String source, Template template) {
        this.source = source;
        this.template = template;
    }

    /**
     * Parses a template.
     *
     * @throws TemplateException if the source is not in the subset that {@link Template} supports
     */
    public static ChatTemplate parse(String source) {
        return new ChatTemplate(source, Template.parse(source));
    }

    /** Returns the text that the template was parsed from. */
    public String source() {
        return source;
    }

    /**
     * Renders a conversation.
     *
     * @param addGenerationPrompt whether the prompt ends with the beginning of the assistant's answer
     * @param variables further variables of the template ({@code bos_token}, {@code tools}, …): strings, booleans, numbers,
     *     lists and maps
     * @param now the time that {@code strftime_now} formats
     * @throws TemplateException if the template fails, calls {@code raise_exception} or exceeds a limit
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
        Map<String, @Nullable Object> all = new HashMap<>(variables);
        all.put("messages", conversation);
        all.put("add_generation_prompt", addGenerationPrompt);
        return template.render(all, now);
    }
}
