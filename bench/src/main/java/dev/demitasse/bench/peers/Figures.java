package dev.demitasse.bench.peers;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** The results of one model with one number of threads: a value for each metric, engine and round. */
final class Figures {
    @JsonProperty
    private final Map<Metric, Map<String, List<Double>>> values = new EnumMap<>(Metric.class);

    @JsonProperty
    private final Map<String, String> texts = new LinkedHashMap<>();

    void add(Metric metric, String engine, double value) {
        values.computeIfAbsent(metric, m -> new LinkedHashMap<>())
                .computeIfAbsent(engine, e -> new ArrayList<>())
                .add(value);
    }

    /** Keeps the text of an answer, so that a reader can check it. */
    void addText(String engine, String text) {
        texts.put(engine, text);
    }

    /** Returns the last text of each engine. */
    Map<String, String> texts() {
        return texts;
    }

    /** Returns the median of the rounds; empty if the metric was not measured for the engine. */
    OptionalDouble median(Metric metric, String engine) {
        return median(rounds(metric, engine));
    }

    /** Returns the median of the ratios of an engine to another in each round. */
    OptionalDouble ratio(Metric metric, String engine, String other) {
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < rounds(metric, engine).size(); round++) {
            ratios.add(rounds(metric, engine).get(round) / rounds(metric, other).get(round));
        }
        return median(ratios);
    }

    private List<Double> rounds(Metric metric, String engine) {
        return values.getOrDefault(metric, Map.of()).getOrDefault(engine, List.of());
    }

    private static OptionalDouble median(List<Double> values) {
        if (values.isEmpty()) {
            return OptionalDouble.empty();
        }
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return OptionalDouble.of(
                sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2);
    }
}
