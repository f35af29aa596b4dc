package dev.demitasse.engine;

import dev.demitasse.fuzz.Input;
import dev.demitasse.fuzz.Target;
import java.util.ArrayList;
import java.util.List;

/** Stop texts in an answer that arrives in pieces: the text ends at the first one, whatever the pieces. */
public final class StopTarget extends Target {
    public StopTarget() {
        super();
    }

    @Override
    protected void test(byte[] bytes) {
        Input input = new Input(bytes);
        int piece = 1 + input.choice(9);
        List<String> stops = new ArrayList<>();
        String text = input.text();
        int start = text.indexOf('\n') + 1;
        for (String stop : text.substring(0, Math.max(0, start - 1)).split("\t", -1)) {
            if (!stop.isEmpty()) {
                stops.add(stop);
            }
        }
        String answer = text.substring(start);
        int end = answer.length();
        int earliestEnd = Integer.MAX_VALUE;
        for (String stop : stops) {
            int at = answer.indexOf(stop);
            if (at >= 0) {
                end = Math.min(end, at);
                earliestEnd = Math.min(earliestEnd, at + stop.length());
            }
        }
        checkEqual(end, read(stops, answer, Math.max(1, answer.length())).length());
        String streamed = read(stops, answer, piece);
        check(answer.startsWith(streamed), streamed);
        for (String stop : stops) {
            check(!streamed.contains(stop), "the text contains " + stop);
        }
        // A text may end before the first stop text is complete: then another one was complete before.
        check(
                streamed.length() >= end && streamed.length() <= earliestEnd
                        || stops.isEmpty()
                        || end == answer.length(),
                streamed);
    }

    private static String read(List<String> stops, String answer, int piece) {
        StopTexts reader = new StopTexts(stops);
        StringBuilder read = new StringBuilder();
        for (int at = 0; at < answer.length() && !reader.reached(); at += piece) {
            read.append(reader.push(answer.substring(at, Math.min(answer.length(), at + piece))));
        }
        return read.append(reader.reached() ? "" : reader.finish()).toString();
    }

    @Override
    protected List<byte[]> seeds() {
        return List.of(
                Input.of("END\tEN\nthe ENE END of", 1),
                Input.of("aab\taaab\naaaaab", 0),
                Input.of("\nno stop", 3),
                Input.of("\u00e9\n\u00e8\u00e9", 0));
    }

    @Override
    protected long maxAllocation(int inputLength) {
        return 100_000 + 200L * inputLength * (1 + inputLength / 8);
    }
}
