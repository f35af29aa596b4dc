package dev.demitasse.openai;

import dev.demitasse.chat.ToolCall;
import dev.demitasse.engine.Event;
import dev.demitasse.engine.FinishReason;
import dev.demitasse.engine.Usage;
import dev.demitasse.sampling.LogProbs;
import dev.demitasse.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes the answer to a {@link CompletionRequest}. Its choices are generated one after the other. */
final class CompletionWriter implements AnswerWriter {
    private final CompletionRequest request;
    private final CompletionFormat format;
    private final Tokenizer tokenizer;
    private final Ids ids;
    private final Consumer<String> chunks;
    private final JsonObject head; // the fields that all chunks share

    private final List<Choice> candidates = new ArrayList<>(); // the answers to the current prompt, of a whole response
    private final List<JsonObject> choices = new ArrayList<>(); // of a whole response
    private @Nullable Choice current;
    private int finishedRuns;
    private int promptTokens; // of all prompts
    private int cachedTokens; // of the first choices of all prompts
    private int completionTokens; // of all choices
    private JsonObject usage = new JsonObject();
    private JsonObject timings = new JsonObject();

    CompletionWriter(
            CompletionRequest request,
            Tokenizer tokenizer,
            String model,
            long created,
            Ids ids,
            Consumer<String> chunks) {
        this.request = request;
        this.tokenizer = tokenizer;
        this.ids = ids;
        this.chunks = chunks;
        format = request.isChat() ? new ChatFormat() : new TextFormat();
        head = new JsonObject()
                .with("id", format.idPrefix() + ids.next())
                .with("created", created)
                .with("model", model)
                .with("object", request.stream() ? format.chunkObject() : format.object());
    }

    @Override
    public void accept(Event event) {
        if (event instanceof Event.Token token) {
            accept(token);
        } else if (event instanceof Event.Finished finished) {
            accept(finished);
        }
    }

    private void accept(Event.Token token) {
        Choice choice = choice();
        LogProbs told = token.logProbs();
        TokenLogProbs logProbs = told == null ? null : TokenLogProbs.of(token.id(), told, tokenizer);
        boolean returnTokens = request.answer().returnTokens();
        if (request.stream()) {
            boolean isEmpty = token.text().isEmpty() && token.reasoning().isEmpty() && logProbs == null;
            if (!isEmpty || returnTokens) {
                writeChunk(format.piece(choice.index, token.reasoning(), token.text(), logProbs)
                        .withIf(returnTokens, "tokens", List.of(token.id())));
            }
            return;
        }
        choice.reasoning.append(token.reasoning());
        choice.text.append(token.text());
        choice.tokens.add(token.id());
        if (logProbs != null) {
            choice.logProbs.add(logProbs);
        }
    }

    private void accept(Event.Finished finished) {
        Choice choice = choice();
        count(finished.usage());
        finishedRuns++;
        current = null;
        if (request.stream()) {
            writeEnd(choice.index, finished);
            return;
        }
        choice.reasoning.append(finished.reasoning());
        choice.text.append(finished.text());
        choice.finishReason = name(finished.reason());
        choice.toolCalls = toolCalls(finished.toolCalls());
        candidates.add(choice);
        if (finishedRuns % request.bestOf() == 0 || finished.reason() == FinishReason.ABORT) {
            addBest();
        }
    }

    /** Adds the most probable answers to a prompt to the response. */
    private void addBest() {
        if (request.bestOf() > request.count()) {
            candidates.sort(Comparator.comparingDouble(Choice::meanLogProb).reversed());
        }
        for (Choice choice : candidates.subList(0, Math.min(request.count(), candidates.size()))) {
            choice.index = choices.size();
            choices.add(format.choice(choice, request.answer().logProbs())
                    .withIf(request.answer().returnTokens(), "tokens", choice.tokens));
        }
        candidates.clear();
    }

    private void writeEnd(int index, Event.Finished finished) {
        if (!finished.text().isEmpty() || !finished.reasoning().isEmpty()) {
            writeChunk(format.piece(index, finished.reasoning(), finished.text(), null));
        }
        List<JsonObject> end = new ArrayList<>();
        // OpenAI has no reason for an aborted answer; who aborted it knows the reason.
        if (finished.reason() != FinishReason.ABORT) {
            end.add(format.end(index, name(finished.reason()), toolCalls(finished.toolCalls())));
        }
        write(end, withWarnings(new JsonObject().with("usage", usage).with("timings", timings)));
        if (request.answer().includeUsage() && finishedRuns == request.runs().size()) {
            write(List.of(), new JsonObject().with("usage", usage));
        }
    }

    @Override
    public String response() {
        return CompactJson.write(withWarnings(new JsonObject()
                .withAll(head)
                .with("choices", choices)
                .with("usage", usage)
                .with("timings", timings)));
    }

    private JsonObject withWarnings(JsonObject answer) {
        List<String> warnings = request.runs().get(0).warnings();
        return answer.withIf(!warnings.isEmpty(), "warnings", warnings);
    }

    /** Returns the current choice. Begins it if this is its first event. */
    private Choice choice() {
        Choice choice = current;
        if (choice == null) {
            choice = new Choice(finishedRuns);
            current = choice;
            String echo = request.echoes().get(finishedRuns / request.bestOf());
            choice.text.append(echo);
            JsonObject begin = format.begin(choice.index);
            if (request.stream() && begin != null) {
                writeChunk(begin);
            }
            if (request.stream() && !echo.isEmpty()) {
                writeChunk(format.piece(choice.index, "", echo, null));
            }
        }
        return choice;
    }

    private void writeChunk(JsonObject choice) {
        write(List.of(choice), new JsonObject());
    }

    private void write(List<JsonObject> choicesOfChunk, JsonObject more) {
        chunks.accept(CompactJson.write(
                new JsonObject().withAll(head).with("choices", choicesOfChunk).withAll(more)));
    }

    /** Adds the usage of a choice, and replaces the timings. */
    private void count(Usage added) {
        completionTokens += added.completionTokens();
        if (finishedRuns % request.bestOf() == 0) {
            promptTokens += added.promptTokens();
            cachedTokens += added.cachedTokens();
        }
        usage = new JsonObject()
                .with("prompt_tokens", promptTokens)
                .with("completion_tokens", completionTokens)
                .with("total_tokens", promptTokens + completionTokens)
                .with("prompt_tokens_details", new JsonObject().with("cached_tokens", cachedTokens));
        timings = timings(added);
    }

    /** Returns the token counts and times with llama-server's names. */
    static JsonObject timings(Usage usage) {
        return new JsonObject()
                .with("cache_n", usage.cachedTokens())
                .with("prompt_n", usage.promptTokens() - usage.cachedTokens())
                .with("prompt_ms", usage.prefillNanos() / 1e6)
                .with("predicted_n", usage.completionTokens())
                .with("predicted_ms", usage.decodeNanos() / 1e6)
                .with("draft_n", usage.draftedTokens())
                .with("draft_n_accepted", usage.acceptedTokens());
    }

    private List<JsonObject> toolCalls(List<ToolCall> calls) {
        List<JsonObject> all = new ArrayList<>();
        for (ToolCall call : request.answer().parallelCalls() || calls.isEmpty() ? calls : calls.subList(0, 1)) {
            all.add(new JsonObject()
                    .with("id", "call_" + ids.next())
                    .with("type", "function")
                    .with(
                            "function",
                            new JsonObject()
                                    .with("name", call.name())
                                    .with("arguments", CompactJson.write(call.arguments()))));
        }
        return all;
    }

    private static String name(FinishReason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }
}
