package dev.demitasse.engine;

import dev.demitasse.backend.Pass;
import dev.demitasse.chat.AnswerParser;
import dev.demitasse.chat.ToolCall;
import dev.demitasse.sampling.LogProbs;
import dev.demitasse.sampling.Sampler;
import dev.demitasse.sampling.TopLogits;
import dev.demitasse.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer in progress. Each call of {@link #next} takes the results of one pass, so that the caller stays in control. With a
 * backend that does not wait, call {@link #begin} and {@link #whenReady} first.
 */
public final class Generation {
    private enum Work {
        NONE,
        BEGUN,
        /** {@link #next} has everything it needs. */
        DONE
    }

    private final GenerationOptions options;
    private final Tokenizer tokenizer;
    private final Sampler sampler;
    private final AnswerText text;
    private final @Nullable GrammarFilter grammar;
    private final PromptLookup lookup = new PromptLookup();
    private final int promptTokens;
    private final int maxTokens;
    private final int cachedTokens;

    private Context context;
    /** The prompt and the answer so far, without the tokens that context shifts dropped. */
    private int[] tokens;

    private int count;
    /** Number of tokens that context shifts dropped. */
    private int dropped;

    private Work work = Work.NONE;
    private long start;
    /** Whether the work reads tokens instead of choosing one. */
    private boolean reading;

    private @Nullable Pass pass;
    /** Whether all logits of the pass have been fetched. */
    private boolean fetched;

    /** Tokens that the pass runs because they may be chosen. */
    private int[] draft = PromptLookup.NONE;
    /** Row of the pass's logits to sample from: the number of draft tokens accepted. */
    private int row;

    /** Tokens of the answer that an interrupted generation has chosen. */
    private int[] recorded = {};

    private int chosen = Sampler.UNDECIDED;
    private @Nullable LogProbs logProbs;
    private @Nullable RuntimeException failure;

    private long prefillNanos;
    private long decodeNanos;
    private int draftedTokens;
    private int acceptedTokens;
    private boolean cancelled;
    private boolean finished;

    Generation(Context context, int[] prompt, GenerationOptions options) {
        this.context = context;
        this.options = options;
        tokens = prompt.clone();
        promptTokens = prompt.length;
        count = prompt.length;
        tokenizer = context.model().tokenizer();
        maxTokens = shifts()
                ? options.maxTokens()
                : Math.min(options.maxTokens(), context.contextLength() + 1 - promptTokens);
        grammar = options.grammar() == null
                ? null
                : new GrammarFilter(options.grammar(), context.model().tokenTrie(), tokenizer, maxTokens);
        sampler = new Sampler(options.sampling(), prompt, grammar);
        text = new AnswerText(tokenizer, options.format(), options.stop());
        context.begin(this, tokens, count);
        cachedTokens = context.length();
    }

    /**
     * Makes the answer begin with the tokens of an interrupted generation of the same prompt and options, whose engine has ended.
     * The rest is as if it had not been interrupted. No pass is needed to choose these tokens, except for their log probabilities.
     *
     * @param ids the tokens; those after the end of the answer have no effect
     * @param nanos the time that the interrupted generation took to generate them
     * @throws IllegalStateException if the generation has begun
     */
    public void replay(int[] ids, long nanos) {
        if (work != Work.NONE || completionTokens() > 0) {
            throw new IllegalStateException("the generation has begun");
        }
        recorded = ids.clone();
        decodeNanos = nanos;
    }

    /** Returns the token that was recorded for this place of the answer; {@link Sampler#UNDECIDED} if there is none. */
    private int recordedToken() {
        return completionTokens() < recorded.length ? recorded[completionTokens()] : Sampler.UNDECIDED;
    }

    /** Makes the next {@link #next} finish the answer. */
    public void cancel() {
        cancelled = true;
        if (work == Work.BEGUN && context.isCurrent(this)) {
            context.abandon();
        }
    }

    public boolean isFinished() {
        return finished;
    }

    /**
     * Begins the next pass, over a batch of the tokens to read or one token to generate, unless it has begun already or the
     * answer ends here.
     *
     * @throws IllegalStateException after the end, or if the context has begun another answer
     * @throws dev.demitasse.backend.DeviceLostException if the device was lost: {@link #resume} with another context
     */
    public void begin() {
        requireUnfinished();
        if (work != Work.NONE || end() != null) {
            return;
        }
        start = System.nanoTime();
        if (count > context.contextLength()) {
            shift();
        }
        if (recordedToken() != Sampler.UNDECIDED && options.logProbs() == GenerationOptions.NO_LOG_PROBS) {
            reading = false;
            chosen = recordedToken();
            sampler.replay(chosen);
            work = Work.DONE;
            return;
        }
        reading = context.length() < (completionTokens() == 0 ? count : count - 1);
        fetched = false;
        if (row > 0) {
            context.commitDraft(tokens, count);
        } else if (context.length() < count) {
            draft = draft();
            pass = context.forward(tokens, count, draft, topK());
            draftedTokens += draft.length;
        }
        work = Work.BEGUN;
    }

    private boolean shifts() {
        return options.keep() != GenerationOptions.NO_SHIFT;
    }

    /**
     * Makes room in a full context. The first tokens stay, since models attend to them strongly whatever they say (Xiao et al.
     * 2023, "Efficient Streaming Language Models with Attention Sinks"); as in llama.cpp, half of the others is dropped.
     */
    private void shift() {
        int rest = (count - options.keep()) / 2;
        System.arraycopy(tokens, options.keep() + rest, tokens, options.keep(), count - options.keep() - rest);
        count -= rest;
        dropped += rest;
        draft = PromptLookup.NONE;
        row = 0;
        context.begin(this, tokens, count);
    }

    private int[] draft() {
        if (!options.speculative() || context.length() < count - 1 || completionTokens() == 0) {
            return PromptLookup.NONE;
        }
        int room = Math.min(maxTokens - completionTokens() - 1, context.contextLength() - count);
        int max = Math.min(context.backend().maxOutputs() - 1, room);
        return max <= 0 ? PromptLookup.NONE : lookup.draft(tokens, count, max);
    }

    /** Returns the number of highest logits that suffice to sample; 0 if all are needed. */
    private int topK() {
        return options.logProbs() == GenerationOptions.NO_LOG_PROBS ? sampler.topK() : 0;
    }

    /**
     * Runs the action when {@link #next} can be called; immediately if the backend waits. If something failed, {@link #next}
     * throws it. The action never runs if the generation is resumed first.
     */
    public void whenReady(Runnable action) {
        Pass awaited = pass;
        if (awaited == null) {
            action.run();
            return;
        }
        awaited.whenDone(() -> {
            if (pass != awaited) {
                return;
            }
            if (collect(awaited)) {
                action.run();
            } else {
                whenReady(action);
            }
        });
    }

    /** Takes the results of the pass; returns false if more of them had to be fetched first. */
    private boolean collect(Pass done) {
        if (work != Work.BEGUN || cancelled || !context.isCurrent(this)) {
            return true;
        }
        try {
            if (!reading) {
                if (row == 0 && !fetched && completionTokens() > 0) {
                    lookup.recordPass(draft.length, System.nanoTime() - start);
                }
                chosen = choose(done);
                if (chosen == Sampler.UNDECIDED) {
                    fetched = true;
                    done.fetchLogits();
                    return false;
                }
            }
        } catch (RuntimeException e) {
            failure = e;
        }
        work = Work.DONE;
        return true;
    }

    private int choose(Pass done) {
        TopLogits top = fetched ? null : done.topLogits();
        if (top != null) {
            return sampler.sample(top);
        }
        if (options.logProbs() == GenerationOptions.NO_LOG_PROBS) {
            return sampler.sample(done.logits(row));
        }
        float[] logits = done.logits(row).clone(); // the sampler changes them
        int id = recordedToken();
        if (id == Sampler.UNDECIDED) {
            id = sampler.sample(done.logits(row));
        } else {
            sampler.replay(id);
        }
        logProbs = LogProbs.of(logits, id, options.logProbs());
        return id;
    }

    /**
     * Takes the results of the pass, which it begins if {@link #begin} has not been called: a batch of tokens was read, or one
     * token was generated.
     *
     * @throws IllegalStateException after the end, if the context has begun another answer, or if the pass is under way
     * @throws dev.demitasse.backend.DeviceLostException if the device was lost: {@link #resume} with another context
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
        Event event = reading ? new Event.Prefill(context.length(), count) : token();
        long nanos = System.nanoTime() - start;
        if (decoding) {
            decodeNanos += nanos;
        } else {
            prefillNanos += nanos;
        }
        return event;
    }

    /** Appends the chosen token. */
    private Event token() {
        int id = chosen;
        chosen = Sampler.UNDECIDED;
        if (count == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * count);
        }
        tokens[count++] = id;
        lookup.recordToken(id);
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
        AnswerParser.Delta piece = text.push(id);
        return new Event.Token(id, piece.reasoning(), piece.text(), logProbs);
    }

    /**
     * Continues in another context of the same model, after the device of the previous one was lost. It reads the prompt and
     * the answer so far; the answer is as if nothing had happened.
     *
     * @throws IllegalStateException after the end, or if the previous context has begun another answer
     */
    public void resume(Context other) {
        requireUnfinished();
        context = other;
        pass = null;
        failure = null;
        draft = PromptLookup.NONE;
        row = 0;
        if (chosen == Sampler.UNDECIDED) {
            work = Work.NONE;
        }
        other.begin(this, tokens, count);
    }

    private void requireUnfinished() {
        if (finished) {
            throw new IllegalStateException("the answer is complete");
        }
        if (!context.isCurrent(this)) {
            throw new IllegalStateException("the context has begun another answer");
        }
    }

    private int completionTokens() {
        return dropped + count - promptTokens;
    }

    /** Returns the reason for the answer to end here; null if it continues. */
    private @Nullable FinishReason end() {
        if (cancelled) {
            return FinishReason.ABORT;
        }
        if (text.isStopped() || (completionTokens() > 0 && tokenizer.isEndOfGeneration(tokens[count - 1]))) {
            return FinishReason.STOP;
        }
        if (grammar != null && grammar.mustEnd()) {
            return FinishReason.STOP;
        }
        if (completionTokens() == maxTokens || (count > context.contextLength() && !shifts())) {
            return FinishReason.LENGTH;
        }
        return null;
    }

    private Event finish(FinishReason reason) {
        finished = true;
        AnswerParser.Delta rest = text.finish();
        List<ToolCall> toolCalls = text.toolCalls();
        FinishReason why = reason == FinishReason.STOP && !toolCalls.isEmpty() ? FinishReason.TOOL_CALLS : reason;
        Usage usage = new Usage(
                promptTokens,
                cachedTokens,
                completionTokens(),
                draftedTokens,
                acceptedTokens,
                prefillNanos,
                decodeNanos);
        return new Event.Finished(why, rest.reasoning(), rest.text(), toolCalls, usage);
    }
}
