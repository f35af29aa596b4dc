package dev.demitasse.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;

/** A browser with one tab, which tests drive by scripts. */
public interface ScriptedBrowser extends AutoCloseable {
    /** Opens a page, and waits until it is complete. */
    void open(String url) throws IOException, InterruptedException;

    /**
     * Evaluates an expression in the page, and waits if its value is a promise.
     *
     * @return the value, as JSON
     * @throws IllegalStateException with the error that the page threw
     */
    JsonNode evaluate(String expression) throws IOException, InterruptedException;

    @Override
    void close() throws IOException;
}
