package dev.demitasse.openai;

import dev.demitasse.sampling.LogProbs;
import dev.demitasse.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/**
 * The log probabilities of a generated token and of the most probable ones in its place.
 *
 * @param top most probable first
 */
record TokenLogProbs(Entry chosen, List<Entry> top) {
    /** OpenAI's value for minus infinity, which JSON lacks. */
    private static final double MIN_LOG_PROB = -9999;

    /** A token and its log probability. */
    private record Entry(String token, double logProb, List<Integer> bytes) {
        JsonObject json() {
            return new JsonObject()
                    .with("token", token)
                    .with("logprob", logProb)
                    .with("bytes", bytes);
        }
    }

    static TokenLogProbs of(int id, LogProbs logProbs, Tokenizer tokenizer) {
        List<Entry> top = new ArrayList<>();
        for (int rank = 0; rank < logProbs.top().length; rank++) {
            top.add(entry(logProbs.topIds()[rank], logProbs.top()[rank], tokenizer));
        }
        return new TokenLogProbs(entry(id, logProbs.chosen(), tokenizer), top);
    }

    private static Entry entry(int id, float logProb, Tokenizer tokenizer) {
        List<Integer> bytes = new ArrayList<>();
        for (byte b : tokenizer.bytes(id)) {
            bytes.add(b & 0xff);
        }
        return new Entry(tokenizer.decode(new int[] {id}, true), Math.max(logProb, MIN_LOG_PROB), bytes);
    }

    /** Returns the object of one token. */
    JsonObject json() {
        return chosen.json().with("top_logprobs", top.stream().map(Entry::json).toList());
    }

    double chosenLogProb() {
        return chosen.logProb;
    }

    /** Returns the object of chat completions. */
    static JsonObject chat(List<TokenLogProbs> tokens) {
        List<Object> content = new ArrayList<>();
        for (TokenLogProbs each : tokens) {
            content.add(each.json());
        }
        return new JsonObject().with("content", content).with("refusal", null);
    }

    /** Returns the object of text completions: an array for each field. */
    static JsonObject text(List<TokenLogProbs> tokens) {
        List<Object> texts = new ArrayList<>();
        List<Object> logProbs = new ArrayList<>();
        List<Object> topLogProbs = new ArrayList<>();
        List<Object> offsets = new ArrayList<>();
        int offset = 0;
        for (TokenLogProbs each : tokens) {
            JsonObject top = new JsonObject();
            each.top.forEach(entry -> top.with(entry.token, entry.logProb));
            texts.add(each.chosen.token);
            logProbs.add(each.chosen.logProb);
            topLogProbs.add(top);
            offsets.add(offset);
            offset += each.chosen.token.length();
        }
        return new JsonObject()
                .with("tokens", texts)
                .with("token_logprobs", logProbs)
                .with("top_logprobs", topLogProbs)
                .with("text_offset", offsets);
    }
}
