package dev.demitasse.bench.peers;

/** An engine with a model in it. */
interface Engine extends AutoCloseable {
    String name();

    /** Continues a prompt with the likeliest tokens. What the prompt shares with the one before need not be read again. */
    Completion complete(String prompt, int maxTokens);

    @Override
    void close();
}
