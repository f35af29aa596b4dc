package dev.demitasse.engine;

import dev.demitasse.backend.Backend;
import dev.demitasse.chat.AnswerParser;
import dev.demitasse.chat.ToolCall;
import dev.demitasse.sampling.LogProbs;
import dev.demitasse.sampling.Sampler;
import dev.demitasse.sampling.TopLogits;
import dev.demitasse.tokenizer.StreamDecoder;
import dev.demitasse.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer in progress. Each call of {@link #next} does one bounded piece of work, so that the caller stays in charge. Where
 * the engine's backend only begins its work, {@link #begin} and {@link #whenReady} come first.
 */
public final class Generation {
    private enum Work {
        NONE,
        BEGUN,
        /** {@link #next} has all it needs. */
        DONE
    }

    private final GenerationOptions options;
    private final Tokenizer tokenizer;
    private final Sampler sampler;
    private final StreamDecoder decoder;
    private final StopTexts stopTexts;
    private final AnswerParser parser;
    private final @Nullable GrammarFilter grammar;
    private final PromptLookup lookup = new PromptLookup();
    private final int promptTokens;
    private final int maxTokens;
    private final int cachedTokens;

    private Engine engine;
    /** The prompt and the answer so far, less what was dropped. */
    private int[] tokens;

    private int count;
    /** Tokens that gave way to others when the context was full. */
    private int dropped;

    private Work work = Work.NONE;
    private long start;
    /** Whether the work is to read tokens, not to choose one. */
    private boolean reading;
    /** Whether all logits were asked for. */
    private boolean fetched;

    /** Tokens that were run on the chance that they are chosen. */
    private int[] draft = PromptLookup.NONE;
    /** Which of the last pass's logits the next token is chosen by: above 0 after as many tokens of the draft that were right. */
    private int row;

    private int chosen = Sampler.UNDECIDED;
    private @Nullable LogProbs logProbs;
    private @Nullable RuntimeException failure;

    private long prefillNanos;
    private long decodeNanos;
    private int draftedTokens;
    private int acceptedTokens;
    private boolean cancelled;
    private boolean finished;

    /** A generation that the engine serves. */
    Generation(Engine engine, int[] prompt, GenerationOptions options) {
        this.engine = engine;
        this.options = options;
        tokens = prompt.clone();
        promptTokens = prompt.length;
        count = prompt.length;
        tokenizer = engine.tokenizer();
        maxTokens = shifts()
                ? options.maxTokens()
                : Math.min(options.maxTokens(), engine.contextLength() + 1 - promptTokens);
        grammar = options.grammar() == null
                ? null
                : new GrammarFilter(options.grammar(), engine.tokenTrie(), tokenizer, maxTokens);
        sampler = new Sampler(options.sampling(), prompt, grammar);
        decoder = new StreamDecoder(tokenizer, options.format().markers());
        parser = new AnswerParser(options.format());
        stopTexts = new StopTexts(options.stop());
        engine.begin(this, tokens, count, candidates());
        cachedTokens = engine.length();
    }

    /** Makes the next {@link #next} finish the answer. */
    public void cancel() {
        cancelled = true;
        if (work == Work.BEGUN && engine.isCurrent(this)) {
            engine.abandon();
        }
    }

    public boolean isFinished() {
        return finished;
    }

    /**
     * Begins the next piece of work, a batch of the tokens to read or one token to generate, unless it has begun already or
     * the answer ends here.
     *
     * @throws IllegalStateException after the end, or if the engine has begun another answer
     * @throws dev.demitasse.backend.DeviceLostException if the engine is of no more use: {@link #resume} with another one
     */
    public void begin() {
        requireUnfinished();
        if (work != Work.NONE || end() != null) {
            return;
        }
        start = System.nanoTime();
        if (count > engine.contextLength()) {
            shift();
        }
        reading = engine.length() < (completionTokens() == 0 ? count : count - 1);
        fetched = false;
        if (row > 0) {
            engine.commitDraft(tokens, count);
        } else if (engine.length() < count) {
            draft = draft();
            engine.run(tokens, count, draft);
            draftedTokens += draft.length;
        }
        work = Work.BEGUN;
    }

    private boolean shifts() {
        return options.keep() != GenerationOptions.NO_SHIFT;
    }

    /**
     * Makes room where the context is full. The first tokens stay, since much attention falls on them whatever they say (Xiao et al.
     * 2023, "Efficient Streaming Language Models with Attention Sinks"); as in llama.cpp, half of the others goes.
     */
    private void shift() {
        int rest = (count - options.keep()) / 2;
        System.arraycopy(tokens, options.keep() + rest, tokens, options.keep(), count - options.keep() - rest);
        count -= rest;
        dropped += rest;
        draft = PromptLookup.NONE;
        row = 0;
        engine.begin(this, tokens, count, candidates());
    }

    private int[] draft() {
        if (!options.speculative() || engine.length() < count - 1 || completionTokens() == 0) {
            return PromptLookup.NONE;
        }
        int room = Math.min(maxTokens - completionTokens() - 1, engine.contextLength() - count);
        int most = Math.min(engine.backend().maxOutputs() - 1, room);
        return most <= 0 ? PromptLookup.NONE : lookup.draft(tokens, count, most);
    }

    /**
     * Runs the action when {@link #next} need not wait for what was begun: at once where the backend itself waits. What went
     * wrong, {@link #next} tells. The action is dropped if the generation is resumed first.
     */
    public void whenReady(Runnable action) {
        Engine asked = engine;
        asked.backend().whenDone(() -> {
            if (engine != asked) {
                return;
            }
            if (collect()) {
                action.run();
            } else {
                whenReady(action);
            }
        });
    }

    /** Takes the results of what was begun; false if more of them had to be asked for. */
    private boolean collect() {
        if (work != Work.BEGUN || cancelled || !engine.isCurrent(this)) {
            return true;
        }
        try {
            if (!reading) {
                if (row == 0 && !fetched && completionTokens() > 0) {
                    lookup.took(draft.length, System.nanoTime() - start);
                }
                chosen = choose(engine.backend());
                if (chosen == Sampler.UNDECIDED) {
                    fetched = true;
                    engine.backend().fetchLogits();
                    return false;
                }
            }
        } catch (RuntimeException e) {
            failure = e;
        }
        work = Work.DONE;
        return true;
    }

    /** How many of the likeliest tokens to ask the backend for; 0 for all logits. */
    private int candidates() {
        return options.logProbs() == GenerationOptions.NO_LOG_PROBS ? sampler.candidates() : 0;
    }

    private int choose(Backend backend) {
        TopLogits top = fetched ? null : backend.top();
        if (top != null) {
            return sampler.sample(top);
        }
        if (options.logProbs() == GenerationOptions.NO_LOG_PROBS) {
            return sampler.sample(backend.logits(row));
        }
        float[] logits = backend.logits(row).clone(); // the sampler changes them
        int id = sampler.sample(backend.logits(row));
        logProbs = LogProbs.of(logits, id, options.logProbs());
        return id;
    }

    /**
     * Does what {@link #begin} does if that has not been called, and tells what came of it: a batch of tokens was read, or
     * one was generated.
     *
     * @throws IllegalStateException after the end, if the engine has begun another answer, or if its backend is still at
     *     work
     * @throws dev.demitasse.backend.DeviceLostException if the engine is of no more use: {@link #resume} with another one
     */
    public Event next() {
        begin();
        FinishReason end = end();
        if (end != null) {
            return finish(end);
        }
        if (work == Work.BEGUN) {
            whenReady(() -> {});
        }
        if (work == Work.BEGUN) {
            throw new IllegalStateException("the backend is still at work");
        }
        if (failure != null) {
            throw failure;
        }
        work = Work.NONE;
        boolean decoding = completionTokens() > 0;
        Event event = reading ? new Event.Prefill(engine.length(), count) : token();
        long nanos = System.nanoTime() - start;
        if (decoding) {
            decodeNanos += nanos;
        } else {
            prefillNanos += nanos;
        }
        return event;
    }

    /** Appends the token that was chosen. */
    private Event token() {
        int id = chosen;
        chosen = Sampler.UNDECIDED;
        if (count == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * count);
        }
        tokens[count++] = id;
        lookup.chosen(id);
        if (row < draft.length && draft[row] == id) {
            acceptedTokens++;
            row++;
        } else {
            draft = PromptLookup.NONE;
            row = 0;
        }
        if (grammar != null) {
            grammar.accept(id);
        }
        String text = tokenizer.isEndOfGeneration(id) ? "" : stopTexts.push(decoder.push(id));
        AnswerParser.Piece piece = parser.push(text);
        return new Event.Token(id, piece.reasoning(), piece.text(), logProbs);
    }

    /**
     * Goes on with another engine of the same model, after the device of the one so far was lost: it reads the prompt and the
     * answer so far, and the answer ends as if nothing had happened.
     *
     * @throws IllegalStateException after the end, or if the engine so far has begun another answer
     */
    public void resume(Engine other) {
        requireUnfinished();
        engine = other;
        failure = null;
        draft = PromptLookup.NONE;
        row = 0;
        if (chosen == Sampler.UNDECIDED) {
            work = Work.NONE;
        }
        other.begin(this, tokens, count, candidates());
    }

    private void requireUnfinished() {
        if (finished) {
            throw new IllegalStateException("the answer is complete");
        }
        if (!engine.isCurrent(this)) {
            throw new IllegalStateException("the engine has begun another answer");
        }
    }

    private int completionTokens() {
        return dropped + count - promptTokens;
    }

    /** Why the answer ends here; null if it doesn't. */
    private @Nullable FinishReason end() {
        if (cancelled) {
            return FinishReason.ABORT;
        }
        if (stopTexts.reached() || (completionTokens() > 0 && tokenizer.isEndOfGeneration(tokens[count - 1]))) {
            return FinishReason.STOP;
        }
        if (grammar != null && grammar.mustEnd()) {
            return FinishReason.STOP;
        }
        if (completionTokens() == maxTokens || (count > engine.contextLength() && !shifts())) {
            return FinishReason.LENGTH;
        }
        return null;
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
        Usage usage = new Usage(
                promptTokens,
                cachedTokens,
                completionTokens(),
                draftedTokens,
                acceptedTokens,
                prefillNanos,
                decodeNanos);
        return new Event.Finished(
                why, more.reasoning() + rest.reasoning(), more.text() + rest.text(), toolCalls, usage);
    }
}
