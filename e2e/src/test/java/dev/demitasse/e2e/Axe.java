package dev.demitasse.e2e;

import com.microsoft.playwright.Page;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The accessibility checker axe-core. */
final class Axe {
    private static final String SCRIPT = script();

    private Axe() {}

    private static String script() {
        try (InputStream in = Axe.class.getResourceAsStream("/axe.min.js")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the violations in the current state of a page: a rule, an element and a reason each. */
    static List<?> violations(Page page) {
        page.evaluate(SCRIPT);
        return (List<?>) page.evaluate("""
                async () => {
                  const { violations } = await axe.run();
                  return violations.flatMap(({ id, nodes }) =>
                    nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`));
                }""");
    }
}
