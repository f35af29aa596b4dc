package dev.demitasse.openai;

import dev.demitasse.chat.ToolCall;
import dev.demitasse.engine.Event;
import dev.demitasse.engine.FinishReason;
import dev.demitasse.engine.Usage;
import dev.demitasse.sampling.LogProbs;
import dev.demitasse.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the answer to a {@link CompletionRequest} as JSON text: chunks while it is generated, or one response at its end.
 * Its choices are generated one after the other.
 */
public final class CompletionWriter {
    /** A source of random identifiers. */
    public interface Ids {
        /** Returns a random identifier. */
        String next();
    }

    private final CompletionRequest request;
    private final CompletionFormat format;
    private final Tokenizer tokenizer;
    private final Ids ids;
    private final Consumer<String> chunks;
    private final JsonObject head; // the fields that all chunks share

    private final List<JsonObject> choices = new ArrayList<>(); // of a whole response
    private @Nullable Choice current;
    private int finishedChoices;
    private int completionTokens; // of all choices
    private int cachedTokens; // of the first choice
    private JsonObject usage = new JsonObject();
    private JsonObject timings = new JsonObject();

    /**
     * Creates a writer.
     *
     * @param tokenizer the tokenizer of the model
     * @param model the name of the model
     * @param created seconds since 1970-01-01 00:00 UTC
     * @param chunks receives the chunks of a stream
     */
    public CompletionWriter(
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

    /** Adds the next event of the current choice. {@link Event.Finished} ends the choice. */
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
        if (request.stream()) {
            boolean isEmpty = token.text().isEmpty() && token.reasoning().isEmpty() && logProbs == null;
            if (!isEmpty || request.returnTokens()) {
                writeChunk(format.piece(choice.index, token.reasoning(), token.text(), logProbs)
                        .withIf(request.returnTokens(), "tokens", List.of(token.id())));
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
        if (request.stream()) {
            writeEnd(choice.index, finished);
        } else {
            choice.reasoning.append(finished.reasoning());
            choice.text.append(finished.text());
            choices.add(format.choice(choice, name(finished.reason()), toolCalls(finished.toolCalls()))
                    .withIf(request.returnTokens(), "tokens", choice.tokens));
        }
        current = null;
        finishedChoices++;
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
        write(end, new JsonObject().with("usage", usage).with("timings", timings));
        if (request.includeUsage() && index + 1 == request.choices().size()) {
            write(List.of(), new JsonObject().with("usage", usage));
        }
    }

    /** Returns the whole response if the request does not ask for a stream. */
    public String response() {
        return CompactJson.write(new JsonObject()
                .withAll(head)
                .with("choices", choices)
                .with("usage", usage)
                .with("timings", timings));
    }

    /** Returns the current choice. Begins it if this is its first event. */
    private Choice choice() {
        Choice choice = current;
        if (choice == null) {
            choice = new Choice(finishedChoices);
            current = choice;
            JsonObject begin = format.begin(choice.index);
            if (request.stream() && begin != null) {
                writeChunk(begin);
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
        if (finishedChoices == 0) {
            cachedTokens = added.cachedTokens();
        }
        usage = new JsonObject()
                .with("prompt_tokens", added.promptTokens())
                .with("completion_tokens", completionTokens)
                .with("total_tokens", added.promptTokens() + completionTokens)
                .with("prompt_tokens_details", new JsonObject().with("cached_tokens", cachedTokens));
        // llama-server's names.
        timings = new JsonObject()
                .with("cache_n", added.cachedTokens())
                .with("prompt_n", added.promptTokens() - added.cachedTokens())
                .with("prompt_ms", added.prefillNanos() / 1e6)
                .with("predicted_n", added.completionTokens())
                .with("predicted_ms", added.decodeNanos() / 1e6)
                .with("draft_n", added.draftedTokens())
                .with("draft_n_accepted", added.acceptedTokens());
    }

    private List<JsonObject> toolCalls(List<ToolCall> calls) {
        List<JsonObject> all = new ArrayList<>();
        for (ToolCall call : calls) {
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
