package dev.demitasse.e2e.bench;

import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;

/** The figures of a model in Markdown. */
final class Table {
    private static final int TEXT_LENGTH = 60;

    private Table() {}

    /**
     * @param model the file that was measured
     * @param figures for each number of threads
     * @param wllamaVersion version of the package
     */
    static String of(Path model, Map<Integer, Figures> figures, Options options, String wllamaVersion) {
        StringBuilder table = new StringBuilder("## " + model.getFileName() + "\n\n");
        table.append("| | threads | Demitasse | wllama " + wllamaVersion + " | ratio | llama.cpp native |\n");
        table.append("| --- | --- | --- | --- | --- | --- |\n");
        for (Metric metric : Metric.values()) {
            figures.forEach((threads, of) -> table.append("| %s | %d | %s | %s | %s | %s |%n"
                    .formatted(
                            metric.label(options),
                            threads,
                            cell(metric, of.median(metric, Bench.DEMITASSE)),
                            cell(metric, of.median(metric, Bench.WLLAMA)),
                            ratio(of.ratio(metric, Bench.DEMITASSE, Bench.WLLAMA)),
                            cell(metric, of.median(metric, NativeEngine.NAME)))));
        }
        table.append("\nWhat they wrote after \"" + Prompts.SHORT + "\":\n\n");
        figures.forEach((threads, of) -> of.texts()
                .forEach((engine, text) -> table.append("- %s, %d: %s…%n".formatted(engine, threads, start(text)))));
        return table.toString();
    }

    private static String cell(Metric metric, OptionalDouble value) {
        return value.isPresent() ? metric.format(value.getAsDouble()) : "";
    }

    private static String ratio(OptionalDouble value) {
        return value.isPresent() ? "%.2f".formatted(value.getAsDouble()) : "";
    }

    private static String start(String text) {
        return text.substring(0, Math.min(TEXT_LENGTH, text.length()))
                .replaceAll("\\s+", " ")
                .strip();
    }
}
