package dev.demitasse.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.cpu.layout.CacheLine;
import dev.demitasse.cpu.layout.Command;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandBuilderTest {
    /** Fields take values of their own type: Java's conversions from int to float, and to long, must not apply unnoticed. */
    @ParameterizedTest
    @CsvSource({
        "SCALE, 1f, true",
        "SCALE, 1, false",
        "SCALE, 1.0, false",
        "SCALE, 1L, false",
        "HEADS, 1, true",
        "HEADS, 1f, false",
        "HEADS, 1L, false",
        "IN, 1L, true",
        "IN, 1f, false"
    })
    void fieldsAcceptOnlyTheirType(String field, String value, boolean compiles, @TempDir Path classes) {
        String source = "package dev.demitasse.cpu; class Use { void use(CommandBuilder command) { command.set("
                + "dev.demitasse.cpu.layout.Command." + field + ", " + value + "); } }";
        DiagnosticCollector<JavaFileObject> errors = new DiagnosticCollector<>();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> options =
                List.of("-proc:none", "-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
        boolean compiled = compiler.getTask(null, null, errors, options, null, List.of(new Source(source)))
                .call();
        assertEquals(compiles, compiled, () -> errors.getDiagnostics().toString());
        if (!compiles) {
            assertTrue(
                    errors.getDiagnostics().get(0).getMessage(null).contains("no suitable method"),
                    () -> errors.getDiagnostics().toString());
        }
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String text) {
            super(URI.create("string:///Use.java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    @Test
    void theFieldsOfProductsFillOneCacheLine() {
        assertEquals(CacheLine.BYTES, Command.CHUNKS.offset() + Integer.BYTES);
        assertEquals(0, Command.TICKET.offset() % CacheLine.BYTES);
    }
}
