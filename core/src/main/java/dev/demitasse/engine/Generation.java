package dev.demitasse.engine;

import dev.demitasse.chat.AnswerParser;
import dev.demitasse.chat.ToolCall;
import dev.demitasse.sampling.Sampler;
import dev.demitasse.tokenizer.StreamDecoder;
import java.util.List;

/** An answer in progress. Each call of {@link #next} does one bounded piece of work, so that the caller stays in charge. */
public final class Generation {
    private final Engine engine;
    private final int[] prompt;
    private final int cachedTokens;
    private final GenerationOptions options;
    private final Sampler sampler;
    private final StreamDecoder decoder;
    private final StopTexts stopTexts;
    private final AnswerParser parser;
    /** The token generated last, to be run next. */
    private final int[] last = new int[1];

    private int completionTokens;
    private long prefillNanos;
    private long decodeNanos;
    private boolean cancelled;
    private boolean finished;

    Generation(Engine engine, int[] prompt, int cachedTokens, GenerationOptions options) {
        this.engine = engine;
        this.prompt = prompt.clone();
        this.cachedTokens = cachedTokens;
        this.options = options;
        sampler = new Sampler(options.sampling(), prompt);
        decoder = new StreamDecoder(engine.tokenizer(), options.format().markers());
        parser = new AnswerParser(options.format());
        stopTexts = new StopTexts(options.stop());
    }

    /** Makes the next {@link #next} finish the answer. */
    public void cancel() {
        cancelled = true;
    }

    public boolean isFinished() {
        return finished;
    }

    /**
     * Runs a batch of the prompt, or generates one token.
     *
     * @throws IllegalStateException after the end, or if the engine has begun another answer
     */
    public Event next() {
        if (finished) {
            throw new IllegalStateException("the answer is complete");
        }
        if (!engine.isCurrent(this)) {
            throw new IllegalStateException("the engine has begun another answer");
        }
        if (cancelled) {
            return finish(FinishReason.ABORT);
        }
        if (stopTexts.reached()) {
            return finish(FinishReason.STOP);
        }
        if (completionTokens > 0 && engine.tokenizer().isEndOfGeneration(last[0])) {
            return finish(FinishReason.STOP);
        }
        if (completionTokens == options.maxTokens() || engine.length() == engine.contextLength()) {
            return finish(FinishReason.LENGTH);
        }
        long start = System.nanoTime();
        if (engine.length() < prompt.length) {
            engine.run(prompt, engine.length(), prompt.length);
            prefillNanos += System.nanoTime() - start;
            return new Event.Prefill(engine.length(), prompt.length);
        }
        if (completionTokens > 0) {
            engine.run(last, 0, 1);
        }
        last[0] = sampler.sample(engine.logits());
        completionTokens++;
        String text = engine.tokenizer().isEndOfGeneration(last[0]) ? "" : stopTexts.push(decoder.push(last[0]));
        AnswerParser.Piece piece = parser.push(text);
        if (completionTokens > 1) {
            decodeNanos += System.nanoTime() - start;
        } else {
            prefillNanos += System.nanoTime() - start;
        }
        return new Event.Token(last[0], piece.reasoning(), piece.text());
    }

    private Event finish(FinishReason reason) {
        finished = true;
        String text = "";
        if (!stopTexts.reached()) {
            text = stopTexts.push(decoder.finish()) + stopTexts.finish();
        }
        AnswerParser.Piece more = parser.push(text);
        AnswerParser.Piece rest = parser.finish();
        List<ToolCall> toolCalls = parser.toolCalls();
        FinishReason why = reason == FinishReason.STOP && !toolCalls.isEmpty() ? FinishReason.TOOL_CALLS : reason;
        Usage usage = new Usage(prompt.length, cachedTokens, completionTokens, prefillNanos, decodeNanos);
        return new Event.Finished(
                why, more.reasoning() + rest.reasoning(), more.text() + rest.text(), toolCalls, usage);
    }
}
