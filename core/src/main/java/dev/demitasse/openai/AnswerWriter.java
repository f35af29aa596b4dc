package dev.demitasse.openai;

import dev.demitasse.engine.Event;

/**
 * Writes the answer to an {@link AnswerRequest} as JSON text: chunks while it is generated, or one response at its end.
 */
public interface AnswerWriter {
    /** A source of random identifiers. */
    interface Ids {
        /** Returns a random identifier. */
        String next();
    }

    /** Adds the next event of the current generation. {@link Event.Finished} ends the generation. */
    void accept(Event event);

    /** Returns the whole response if the request does not ask for a stream. */
    String response();
}
