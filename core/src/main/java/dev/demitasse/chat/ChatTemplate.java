package dev.demitasse.chat;

import dev.demitasse.jinja.LocalTime;
import dev.demitasse.jinja.MarkedText;
import dev.demitasse.jinja.Template;
import dev.demitasse.jinja.TemplateException;
import dev.demitasse.json.FieldException;
import dev.demitasse.json.JsonWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A model's chat template, which turns a conversation into a prompt. */
public final class ChatTemplate {
    private static final Set<String> KNOWN_ROLES = Set.of("system", "user", "assistant", "tool");

    private final String source;
    private @Nullable Template template;
    private @Nullable TemplateException failure;

    private ChatTemplate(String source) {
        this.source = source;
    }

    /**
     * Parses a template.
     *
     * @throws TemplateException if that fails
     */
    public static ChatTemplate parse(String source) {
        ChatTemplate parsed = new ChatTemplate(source);
        parsed.template = Template.parse(source);
        return parsed;
    }

    /**
     * Parses the template of a model's file. If that fails, the error is thrown when the template is used: completions of plain
     * text do not need it.
     */
    public static ChatTemplate ofFile(String source) {
        ChatTemplate parsed = new ChatTemplate(source);
        try {
            parsed.template = Template.parse(source);
        } catch (TemplateException e) {
            parsed.failure = e;
        }
        return parsed;
    }

    /** Returns the text that the template was parsed from. */
    public String source() {
        return source;
    }

    /**
     * Gives the messages roles that the template knows. A template that does not mention the role {@code developer} gets the
     * role {@code system} in its place; if there is a system message, the developer's text is added to it.
     *
     * @throws FieldException for a role that is neither common nor mentioned in the template
     */
    public List<Message> withKnownRoles(List<Message> messages) {
        List<Message> known = new ArrayList<>();
        int system = -1;
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i);
            String role = String.valueOf(message.fields().get("role"));
            boolean becomesSystem = role.equals("developer") && !mentions(role);
            if (!becomesSystem && !KNOWN_ROLES.contains(role) && !mentions(role)) {
                throw new FieldException(
                        "messages[" + i + "].role",
                        "is \"" + role
                                + "\"; it must be \"system\", \"developer\", \"user\", \"assistant\", \"tool\" or a"
                                + " role of the model's chat template");
            }
            if (system >= 0 && (becomesSystem || (role.equals("system") && isDeveloper(messages.get(system))))) {
                known.set(system, merged(known.get(system), message));
                continue;
            }
            if (system < 0 && (becomesSystem || role.equals("system"))) {
                system = known.size();
            }
            known.add(becomesSystem ? message.with("role", "system") : message);
        }
        return known;
    }

    private static boolean isDeveloper(Message message) {
        return "developer".equals(message.fields().get("role"));
    }

    private boolean mentions(String role) {
        return source.contains("'" + role + "'") || source.contains("\"" + role + "\"");
    }

    private static Message merged(Message first, Message second) {
        return first.with(
                "content",
                first.fields().get("content") + "\n\n" + second.fields().get("content"));
    }

    /**
     * Renders a conversation. As Hugging Face does, fields that are null are left out. Where a template can't render that, messages
     * without content get an empty one, and then the arguments of tool calls become JSON text.
     *
     * <p>Marks in the result what comes from the messages and the variables of the request.
     *
     * @param addGenerationPrompt whether the prompt ends with the beginning of the assistant's answer
     * @param own variables that are trusted, for example {@code bos_token}
     * @param variables variables of the request ({@code tools}, …), which replace others: strings, booleans, numbers,
     *     lists and maps
     * @param now the time that {@code strftime_now} formats
     * @throws TemplateException if the template has a construct that is not supported, fails, calls {@code raise_exception} or
     *     exceeds a limit
     */
    public MarkedText render(
            List<Message> messages,
            boolean addGenerationPrompt,
            Map<String, @Nullable Object> own,
            Map<String, @Nullable Object> variables,
            LocalTime now) {
        if (template == null) {
            throw failure != null ? failure : new IllegalStateException("neither a template nor a failure");
        }
        Map<String, @Nullable Object> all = new HashMap<>(own);
        for (Map.Entry<String, @Nullable Object> variable : variables.entrySet()) {
            all.put(variable.getKey(), MarkedText.mark(variable.getValue()));
        }
        all.put("add_generation_prompt", addGenerationPrompt);
        TemplateException first = null;
        for (List<Map<String, @Nullable Object>> conversation : conversations(messages)) {
            try {
                all.put("messages", InputMarks.markMessages(conversation));
                return template.renderMarked(all, now);
            } catch (TemplateException e) {
                first = first == null ? e : first;
            }
        }
        throw first != null ? first : new IllegalStateException("no conversation");
    }

    /** Returns the forms of a conversation in the order in which they are tried. */
    private static List<List<Map<String, @Nullable Object>>> conversations(List<Message> messages) {
        List<Map<String, @Nullable Object>> plain = new ArrayList<>();
        List<Map<String, @Nullable Object>> filled = new ArrayList<>();
        List<Map<String, @Nullable Object>> withTexts = new ArrayList<>();
        for (Message message : messages) {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>(message.fields());
            fields.values().removeIf(value -> value == null);
            plain.add(fields);
            Map<String, @Nullable Object> withContent = new LinkedHashMap<>(fields);
            withContent.putIfAbsent("content", "");
            filled.add(withContent);
            withTexts.add(withTextArguments(withContent));
        }
        List<List<Map<String, @Nullable Object>>> forms = new ArrayList<>(List.of(plain));
        if (!filled.equals(plain)) {
            forms.add(filled);
        }
        if (!withTexts.equals(filled)) {
            forms.add(withTexts);
        }
        return forms;
    }

    private static Map<String, @Nullable Object> withTextArguments(Map<String, @Nullable Object> message) {
        if (!(message.get("tool_calls") instanceof List<?> calls)) {
            return message;
        }
        List<Object> texts = new ArrayList<>();
        for (Object call : calls) {
            texts.add(call instanceof Map<?, ?> map ? textArguments(map) : call);
        }
        Map<String, @Nullable Object> changed = new LinkedHashMap<>(message);
        changed.put("tool_calls", texts);
        return changed;
    }

    private static Map<?, ?> textArguments(Map<?, ?> call) {
        if (!(call.get("function") instanceof Map<?, ?> function)) {
            return call;
        }
        Map<Object, @Nullable Object> text = new LinkedHashMap<>(function);
        text.put("arguments", JsonWriter.write(function.get("arguments"), -1));
        Map<Object, @Nullable Object> changed = new LinkedHashMap<>(call);
        changed.put("function", text);
        return changed;
    }

    /** Marks the beginning of an answer as {@link #render} marks the assistant's messages. */
    public static MarkedText markBegun(String begun) {
        return InputMarks.markAnswer(begun);
    }
}
