package dev.demitasse.bench.peers;

/** An engine with a loaded model. */
interface Engine extends AutoCloseable {
    String name();

    /** Continues a prompt greedily. The engine may reuse the common prefix of this prompt and the one before. */
    Completion complete(String prompt, int maxTokens);

    @Override
    void close();
}
