package dev.demitasse.bench;

import dev.demitasse.TestWeights;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.grammar.Grammar;
import dev.demitasse.grammar.Matcher;
import dev.demitasse.grammar.TokenTrie;
import dev.demitasse.grammar.schema.JsonSchema;
import dev.demitasse.json.JsonReader;
import dev.demitasse.json.JsonWriter;
import dev.demitasse.tokenizer.Tokenizer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Compiles the schemas of a public suite and checks their instances: those of JSON-Schema-Test-Suite or of MaskBench, in
 * whose files each schema stands next to its {@code tests}. Prints how many schemas are taken, and the valid instances that
 * are refused and the invalid ones that are taken, token by token with the vocabulary of SmolLM2. Times are processor times.
 *
 * <pre>bench/run SchemaSuite [--masks] FOLDER…</pre>
 */
final class SchemaSuite {
    private static final int ENOUGH_TOKENS = 1 << 20;
    private static final ThreadMXBean THREAD = ManagementFactory.getThreadMXBean();

    private final Tokenizer tokenizer;
    private final TokenTrie trie;
    private final float[] logits;
    private final boolean masks;

    private final List<Long> compileNanos = new ArrayList<>();
    private final List<Long> maskNanos = new ArrayList<>();
    private final Map<String, Integer> reasons = new TreeMap<>();
    private int schemas;
    private int taken;
    private int passed;
    private int valid;
    private int validRefused;
    private int invalid;
    private int invalidTaken;

    private SchemaSuite(boolean masks) {
        ByteBuffer file = TestWeights.map(TestWeights.smolLm2());
        tokenizer = Tokenizer.of(Gguf.parse(file, file.capacity()).metadata());
        trie = new TokenTrie(tokenizer.size(), id -> tokenizer.isSpecial(id) ? null : tokenizer.bytes(id));
        logits = new float[tokenizer.size()];
        this.masks = masks;
    }

    public static void main(String[] arguments) throws IOException {
        List<String> folders = new ArrayList<>(List.of(arguments));
        SchemaSuite suite = new SchemaSuite(folders.remove("--masks"));
        for (String folder : folders) {
            try (Stream<Path> files = Files.walk(Path.of(folder))) {
                for (Path file : files.filter(path -> path.toString().endsWith(".json"))
                        .sorted()
                        .toList()) {
                    suite.read(file);
                }
            }
        }
        suite.report();
    }

    private void read(Path file) throws IOException {
        Object content;
        try {
            content = JsonReader.read(Files.readString(file));
        } catch (RuntimeException e) {
            System.out.println("unreadable " + file + ": " + e.getMessage());
            return;
        }
        List<?> groups = content instanceof List<?> list ? list : List.of(content);
        for (int i = 0; i < groups.size(); i++) {
            if (groups.get(i) instanceof Map<?, ?> group && group.containsKey("schema")) {
                check(file.getFileName() + "#" + i, group);
            }
        }
    }

    private void check(String name, Map<?, ?> group) {
        schemas++;
        Grammar grammar;
        long start = THREAD.getCurrentThreadCpuTime();
        try {
            grammar = JsonSchema.compile(group.get("schema"));
        } catch (IllegalArgumentException e) {
            compileNanos.add(THREAD.getCurrentThreadCpuTime() - start);
            slow(name);
            System.out.println("refused " + name + ": " + e.getMessage());
            String reason = e.getMessage().replaceAll("schema[^ ]*\\.", "…").replaceAll("[0-9]+", "N");
            reasons.merge(reason.substring(0, Math.min(80, reason.length())), 1, Integer::sum);
            return;
        }
        compileNanos.add(THREAD.getCurrentThreadCpuTime() - start);
        slow(name);
        taken++;
        boolean passes = true;
        for (Object element : (List<?>) group.get("tests")) {
            Map<?, ?> test = (Map<?, ?>) element;
            boolean isValid = (Boolean) test.get("valid");
            String text = JsonWriter.write(test.get("data"), -1);
            boolean takes = takes(grammar, text);
            valid += isValid ? 1 : 0;
            invalid += isValid ? 0 : 1;
            if (takes != isValid) {
                passes = false;
                validRefused += isValid ? 1 : 0;
                invalidTaken += isValid ? 0 : 1;
                System.out.println((isValid ? "valid refused " : "INVALID TAKEN ") + name + " ("
                        + test.get("description") + "): " + text.substring(0, Math.min(200, text.length())));
            }
        }
        passed += passes ? 1 : 0;
    }

    private void slow(String name) {
        long nanos = compileNanos.get(compileNanos.size() - 1);
        if (nanos > 100_000_000) {
            System.out.println("slow " + name + ": " + nanos / 1_000_000 + " ms");
        }
    }

    private boolean takes(Grammar grammar, String text) {
        Matcher matcher = new Matcher(grammar, trie);
        for (int id : tokenizer.encodeLiteral(text)) {
            if (masks) {
                long start = THREAD.getCurrentThreadCpuTime();
                matcher.mask(logits, ENOUGH_TOKENS);
                maskNanos.add(THREAD.getCurrentThreadCpuTime() - start);
            }
            if (!matcher.allows(id, ENOUGH_TOKENS)) {
                return false;
            }
            matcher.accept(id);
        }
        return matcher.mayEnd();
    }

    private void report() {
        reasons.entrySet().stream()
                .sorted((a, b) -> b.getValue() - a.getValue())
                .limit(40)
                .forEach(entry -> System.out.println(entry.getValue() + " × " + entry.getKey()));
        System.out.println("schemas " + schemas + ", taken " + taken + ", passed " + passed);
        System.out.println("valid instances " + valid + ", refused " + validRefused);
        System.out.println("invalid instances " + invalid + ", TAKEN " + invalidTaken);
        System.out.println("compile " + times(compileNanos));
        if (masks) {
            System.out.println("mask " + times(maskNanos));
        }
    }

    private static String times(List<Long> nanos) {
        Collections.sort(nanos);
        return "ms p50 " + millis(nanos, 0.5) + ", p99 " + millis(nanos, 0.99) + ", max " + millis(nanos, 1);
    }

    private static double millis(List<Long> sorted, double quantile) {
        return sorted.isEmpty() ? 0 : sorted.get((int) (quantile * (sorted.size() - 1))) / 1000 / 1e3;
    }
}
