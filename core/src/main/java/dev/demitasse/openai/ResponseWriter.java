package dev.demitasse.openai;

import dev.demitasse.chat.ToolCall;
import dev.demitasse.engine.Event;
import dev.demitasse.engine.FinishReason;
import dev.demitasse.engine.Usage;
import dev.demitasse.sampling.LogProbs;
import dev.demitasse.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the answer to a {@link ResponseRequest}: the events of a stream in the order of OpenAI's API, or one response. Its output is
 * an item of reasoning, a message and an item for each tool call, as far as the answer has them.
 */
final class ResponseWriter implements AnswerWriter {
    private final ResponseRequest request;
    private final Tokenizer tokenizer;
    private final String model;
    private final long created;
    private final Ids ids;
    private final Consumer<String> chunks;
    private final String id;

    private final List<JsonObject> output = new ArrayList<>(); // finished items
    private @Nullable TextItem current;
    private boolean begun;
    private boolean hasMessage;
    private int sequence;
    private int tokens;
    private int reasoningTokens;
    private String status = "in_progress";
    private @Nullable Usage usage;

    ResponseWriter(
            ResponseRequest request,
            Tokenizer tokenizer,
            String model,
            long created,
            Ids ids,
            Consumer<String> chunks) {
        this.request = request;
        this.tokenizer = tokenizer;
        this.model = model;
        this.created = created;
        this.ids = ids;
        this.chunks = chunks;
        id = "resp_" + ids.next();
    }

    /** An item of text that is growing. */
    private static final class TextItem {
        final boolean isReasoning;
        final String id;
        final StringBuilder text = new StringBuilder();
        final List<Object> logProbs = new ArrayList<>();

        TextItem(boolean isReasoning, String id) {
            this.isReasoning = isReasoning;
            this.id = id;
        }

        String name() {
            return isReasoning ? "response.reasoning_text" : "response.output_text";
        }

        JsonObject part(String partText, List<Object> partLogProbs) {
            JsonObject part = new JsonObject()
                    .with("type", isReasoning ? "reasoning_text" : "output_text")
                    .with("text", partText);
            return isReasoning ? part : part.with("annotations", List.of()).with("logprobs", partLogProbs);
        }

        JsonObject json(String status, List<JsonObject> content) {
            JsonObject item = new JsonObject().with("id", id).with("type", isReasoning ? "reasoning" : "message");
            return isReasoning
                    ? item.with("summary", List.of()).with("content", content).with("status", status)
                    : item.with("status", status).with("role", "assistant").with("content", content);
        }
    }

    @Override
    public void accept(Event event) {
        if (event instanceof Event.Token token) {
            begin();
            tokens++;
            if (!token.reasoning().isEmpty()) {
                reasoningTokens = tokens;
            }
            LogProbs told = token.logProbs();
            add(true, token.reasoning(), null);
            add(
                    false,
                    token.text(),
                    told == null
                            ? null
                            : TokenLogProbs.of(token.id(), told, tokenizer).json());
        } else if (event instanceof Event.Finished finished) {
            begin();
            add(true, finished.reasoning(), null);
            add(false, finished.text(), null);
            usage = finished.usage();
            finish(finished.reason(), finished.toolCalls());
        }
    }

    private void begin() {
        if (!begun) {
            begun = true;
            write("response.created", new JsonObject().with("response", json()));
            write("response.in_progress", new JsonObject().with("response", json()));
        }
    }

    /** Adds text to the item of its kind, which is opened if it isn't the current one. */
    private void add(boolean isReasoning, String text, @Nullable JsonObject logProbs) {
        if (text.isEmpty()) {
            if (logProbs != null && current != null && !current.isReasoning) {
                current.logProbs.add(logProbs);
            }
            return;
        }
        TextItem item = current == null || current.isReasoning != isReasoning ? open(isReasoning) : current;
        item.text.append(text);
        List<Object> told = new ArrayList<>();
        if (logProbs != null) {
            told.add(logProbs);
            item.logProbs.add(logProbs);
        }
        write(item.name() + ".delta", partOf(item).with("delta", text).withIf(!isReasoning, "logprobs", told));
    }

    private TextItem open(boolean isReasoning) {
        close("completed");
        TextItem item = new TextItem(isReasoning, (isReasoning ? "rs_" : "msg_") + ids.next());
        current = item;
        hasMessage |= !isReasoning;
        write("response.output_item.added", itemEvent(item.json("in_progress", List.of())));
        write("response.content_part.added", partOf(item).with("part", item.part("", List.of())));
        return item;
    }

    private void close(String itemStatus) {
        TextItem item = current;
        if (item == null) {
            return;
        }
        String text = item.text.toString();
        JsonObject part = item.part(text, item.logProbs);
        write(
                item.name() + ".done",
                partOf(item).with("text", text).withIf(!item.isReasoning, "logprobs", item.logProbs));
        write("response.content_part.done", partOf(item).with("part", part));
        JsonObject done = item.json(itemStatus, List.of(part));
        write("response.output_item.done", itemEvent(done));
        output.add(done);
        current = null;
    }

    private void finish(FinishReason reason, List<ToolCall> calls) {
        boolean isComplete = reason == FinishReason.STOP || reason == FinishReason.TOOL_CALLS;
        if (calls.isEmpty() && !hasMessage) {
            open(false); // an answer without text is a message, too
        }
        close(isComplete ? "completed" : "incomplete");
        for (ToolCall call : request.answer().parallelCalls() || calls.isEmpty() ? calls : calls.subList(0, 1)) {
            write(call);
        }
        if (reason == FinishReason.ABORT) {
            status = "cancelled";
            return; // who cancelled it does not wait for an event
        }
        status = isComplete ? "completed" : "incomplete";
        write("response." + status, new JsonObject().with("response", json()));
    }

    private void write(ToolCall call) {
        String itemId = "fc_" + ids.next();
        String callId = "call_" + ids.next();
        String arguments = CompactJson.write(call.arguments());
        write("response.output_item.added", itemEvent(json(call, itemId, callId, "", "in_progress")));
        JsonObject at = new JsonObject().with("item_id", itemId).with("output_index", output.size());
        write(
                "response.function_call_arguments.delta",
                new JsonObject().withAll(at).with("delta", arguments));
        write(
                "response.function_call_arguments.done",
                new JsonObject().withAll(at).with("name", call.name()).with("arguments", arguments));
        JsonObject done = json(call, itemId, callId, arguments, "completed");
        write("response.output_item.done", itemEvent(done));
        output.add(done);
    }

    private static JsonObject json(ToolCall call, String id, String callId, String arguments, String status) {
        return new JsonObject()
                .with("id", id)
                .with("type", "function_call")
                .with("status", status)
                .with("arguments", arguments)
                .with("call_id", callId)
                .with("name", call.name());
    }

    private JsonObject itemEvent(JsonObject item) {
        return new JsonObject().with("output_index", output.size()).with("item", item);
    }

    private JsonObject partOf(TextItem item) {
        return new JsonObject()
                .with("item_id", item.id)
                .with("output_index", output.size())
                .with("content_index", 0);
    }

    private void write(String type, JsonObject fields) {
        if (request.stream()) {
            chunks.accept(CompactJson.write(new JsonObject()
                    .with("type", type)
                    .with("sequence_number", sequence++)
                    .withAll(fields)));
        }
    }

    @Override
    public String response() {
        return CompactJson.write(json());
    }

    private JsonObject json() {
        JsonObject incomplete = new JsonObject().with("reason", "max_output_tokens");
        Usage told = usage;
        List<String> warnings = request.runs().get(0).warnings();
        return new JsonObject()
                .with("id", id)
                .with("object", "response")
                .with("created_at", created)
                .with("status", status)
                .with("error", null)
                .with("incomplete_details", status.equals("incomplete") ? incomplete : null)
                .with("model", model)
                .with("output", output)
                .withAll(request.echo())
                .withIf(!warnings.isEmpty(), "warnings", warnings)
                .with("usage", told == null ? null : json(told))
                .withIf(told != null, "timings", told == null ? null : CompletionWriter.timings(told));
    }

    private JsonObject json(Usage told) {
        return new JsonObject()
                .with("input_tokens", told.promptTokens())
                .with("input_tokens_details", new JsonObject().with("cached_tokens", told.cachedTokens()))
                .with("output_tokens", told.completionTokens())
                .with("output_tokens_details", new JsonObject().with("reasoning_tokens", reasoningTokens))
                .with("total_tokens", told.promptTokens() + told.completionTokens());
    }
}
