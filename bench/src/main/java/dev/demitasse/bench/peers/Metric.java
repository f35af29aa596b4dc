package dev.demitasse.bench.peers;

/** A measured quantity: a row of the table. */
enum Metric {
    DECODE("%.1f tok/s"),
    DECODE_AT_CONTEXT("%.1f tok/s"),
    PREFILL("%.1f tok/s"),
    LOAD_HTTP("%.2f s"),
    LOAD_CACHED("%.2f s"),
    FIRST_TOKEN_CACHED("%.2f s"),
    PEAK_MEMORY("%.0f MB"),
    GPU_PROCESS_MEMORY("%.0f MB");

    private final String format;

    Metric(String format) {
        this.format = format;
    }

    String label(Options options) {
        return switch (this) {
            case DECODE -> "decode";
            case DECODE_AT_CONTEXT -> "decode at %,d".formatted(options.contextTokens());
            case PREFILL -> "prefill " + options.prefillTokens();
            case LOAD_HTTP -> "load, local HTTP";
            case LOAD_CACHED -> "load, cached";
            case FIRST_TOKEN_CACHED -> "visit to first token, cached";
            case PEAK_MEMORY -> "peak memory";
            case GPU_PROCESS_MEMORY -> "peak memory, GPU process";
        };
    }

    String format(double value) {
        return (value < 1 ? format.replace(".1f", ".2f") : format).formatted(value);
    }
}
