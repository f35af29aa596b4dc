package dev.demitasse.bench.peers;

import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;

/** The figures of a model in Markdown. */
final class Table {
    private static final int TEXT_LENGTH = 60;

    private Table() {}

    /**
     * Returns the table of a model.
     *
     * @param model the measured file
     * @param figures for each number of threads
     * @param peer name of the engine with which Demitasse is compared
     * @param title name and version of that engine
     */
    static String of(Path model, Map<Integer, Figures> figures, Options options, String peer, String title) {
        StringBuilder table = new StringBuilder("## " + model.getFileName() + "\n\n");
        boolean nativeToo = options.device().isCpu();
        table.append(
                "| | threads | Demitasse | " + title + " | ratio |" + (nativeToo ? " llama.cpp native |\n" : "\n"));
        table.append("| --- | --- | --- | --- | --- |" + (nativeToo ? " --- |\n" : "\n"));
        for (Metric metric : Metric.values()) {
            figures.forEach((threads, of) -> {
                if (of.median(metric, peer).isEmpty()) {
                    return;
                }
                table.append("| %s | %d | %s | %s | %s |"
                        .formatted(
                                metric.label(options),
                                threads,
                                cell(metric, of.median(metric, Bench.DEMITASSE)),
                                cell(metric, of.median(metric, peer)),
                                ratio(of.ratio(metric, Bench.DEMITASSE, peer))));
                table.append(
                        nativeToo ? " %s |%n".formatted(cell(metric, of.median(metric, NativeEngine.NAME))) : "\n");
            });
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
