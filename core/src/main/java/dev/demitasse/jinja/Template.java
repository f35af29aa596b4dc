package dev.demitasse.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A parsed template: the language of Jinja 3.1 without inheritance and imports, with the settings and extensions of Hugging Face's
 * {@code apply_chat_template} ({@code trim_blocks}, {@code lstrip_blocks}, {@code raise_exception}, loop controls,
 * {@code tojson}, {@code strftime_now}).
 *
 * <p>Templates come with model files and are not trusted: a template reads only the variables that it is given, and the
 * interpreter limits its work and its output.
 */
public final class Template {
    private final List<Statement> statements;

    private Template(List<Statement> statements) {
        this.statements = statements;
    }

    /**
     * Parses a template.
     *
     * @throws TemplateException if the source is not in the supported subset; the message names the tag or token
     */
    public static Template parse(String source) {
        return new Template(new Parser(new Lexer(source).tokens()).template());
    }

    /**
     * Renders the template.
     *
     * @param variables strings, booleans, longs, doubles, lists and maps by name
     * @param now the time that {@code strftime_now} formats
     * @throws TemplateException if the template fails, calls {@code raise_exception} or exceeds a limit
     */
    public String render(Map<String, @Nullable Object> variables, LocalTime now) {
        return renderMarked(variables, now).text();
    }

    /** Renders the template as {@link #render} does, and marks what comes from variables that are or contain {@link MarkedText}. */
    public MarkedText renderMarked(Map<String, @Nullable Object> variables, LocalTime now) {
        return new Interpreter(variables, now).render(statements);
    }
}
