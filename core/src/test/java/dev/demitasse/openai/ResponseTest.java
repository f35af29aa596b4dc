package dev.demitasse.openai;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.demitasse.TestWeights;
import dev.demitasse.backend.reference.ReferenceBackend;
import dev.demitasse.chat.ToolCall;
import dev.demitasse.engine.Context;
import dev.demitasse.engine.Event;
import dev.demitasse.engine.FinishReason;
import dev.demitasse.engine.GenerationOptions;
import dev.demitasse.engine.GgufLoader;
import dev.demitasse.engine.Usage;
import dev.demitasse.jinja.LocalTime;
import dev.demitasse.json.FieldException;
import dev.demitasse.json.JsonField;
import dev.demitasse.json.JsonReader;
import dev.demitasse.sampling.LogProbs;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests of OpenAI's {@code /responses}, and the events and responses that answer them. */
class ResponseTest {
    private static final String TOOL = "{'type': 'function', 'name': 'now', 'description': 'the time',"
            + " 'parameters': {'type': 'object'}, 'strict': true}";
    private static Context context;

    private final List<JsonField> events = new ArrayList<>();
    private int ids;

    @BeforeAll
    static void load() {
        ByteBuffer file = TestWeights.map(TestWeights.smolLm2());
        GgufLoader loader =
                new GgufLoader(file.capacity(), 1024, (plan, context) -> new ReferenceBackend(plan, context, 7));
        loader.accept(file);
        context = loader.finish();
    }

    private static String json(String fields) {
        return ("{" + fields + "}").replace('\'', '"');
    }

    private static ResponseRequest request(String fields) {
        return ResponseRequest.read(json(fields), context, new LocalTime(0), 7);
    }

    private static int[] chatPrompt(String fields) {
        return CompletionRequest.chatPrompt(json(fields), context, new LocalTime(0));
    }

    private AnswerWriter writer(String fields) {
        return request(fields)
                .writer(
                        context.model().tokenizer(),
                        "M",
                        1700000000,
                        () -> "id" + ++ids,
                        chunk -> events.add(new JsonField("", JsonReader.read(chunk))));
    }

    private static Event finished(FinishReason reason, String text, ToolCall... calls) {
        return new Event.Finished(reason, "", text, List.of(calls), new Usage(10, 4, 3, 2, 1, 1_500_000, 20_000_000));
    }

    private static Event token(String reasoning, String text) {
        return new Event.Token(43, reasoning, text, null);
    }

    // Requests

    @Test
    void inputIsATextOrItems() {
        int[] prompt = chatPrompt(
                "'messages': [{'role': 'system', 'content': 'Be brief.'}, {'role': 'user', 'content': 'Hi'}]");
        assertArrayEquals(
                prompt,
                request("'instructions': 'Be brief.', 'input': 'Hi'")
                        .runs()
                        .get(0)
                        .prompt());
        assertArrayEquals(
                prompt,
                request(
                                "'input': [{'role': 'system', 'content': 'Be brief.'},"
                                        + " {'type': 'message', 'role': 'user', 'content': [{'type': 'input_text', 'text': 'Hi'}]}]")
                        .runs()
                        .get(0)
                        .prompt());
    }

    @Test
    void previousTurnsAreItems() {
        int[] chat = chatPrompt(
                "'messages': [{'role': 'user', 'content': 'When?'},"
                        + "{'role': 'assistant', 'content': 'Let me see.', 'tool_calls': [{'id': 'c1', 'type': 'function',"
                        + " 'function': {'name': 'now', 'arguments': '{}'}}]},"
                        + "{'role': 'tool', 'tool_call_id': 'c1', 'content': 'noon'}], 'tools': [{'type': 'function',"
                        + " 'function': {'name': 'now', 'description': 'the time', 'parameters': {'type': 'object'}, 'strict': true}}]");
        ResponseRequest request = request("'input': [{'role': 'user', 'content': 'When?'},"
                + "{'type': 'reasoning', 'id': 'rs_1', 'summary': []},"
                + "{'type': 'message', 'id': 'msg_1', 'role': 'assistant', 'status': 'completed',"
                + " 'content': [{'type': 'output_text', 'text': 'Let me see.', 'annotations': []}]},"
                + "{'type': 'function_call', 'id': 'fc_1', 'call_id': 'c1', 'name': 'now', 'arguments': ''},"
                + "{'type': 'function_call_output', 'call_id': 'c1', 'output': 'noon'}], 'tools': [" + TOOL + "]");
        assertEquals(
                context.model().tokenizer().decode(chat, true),
                context.model().tokenizer().decode(request.runs().get(0).prompt(), true));
    }

    @Test
    void fieldsHaveTheirMeaning() {
        ResponseRequest request = request("'input': 'Hi', 'model': 'm', 'temperature': 0.5, 'top_p': 0.25,"
                + " 'max_output_tokens': 9, 'stream': true, 'include': ['message.output_text.logprobs'], 'top_logprobs': 2,"
                + " 'store': true, 'metadata': {'a': 'b'}, 'unknown': 1");
        GenerationOptions options = request.runs().get(0).options();
        assertEquals(0.5f, options.sampling().temperature());
        assertEquals(9, options.maxTokens());
        assertEquals(2, options.logProbs());
        assertNull(options.grammar());
        assertEquals(false, request.echo().fields().get("store"));
        assertEquals(Map.of("a", "b"), request.echo().fields().get("metadata"));
        String schema = "'schema': {'type': 'object', 'properties': {}}, 'name': 'n', 'strict': true";
        assertNotNull(request("'input': 'Hi', 'text': {'format': {'type': 'json_schema', " + schema + "}}")
                .runs()
                .get(0)
                .options()
                .grammar());
        assertNotNull(request("'input': 'Hi', 'tool_choice': {'type': 'allowed_tools', 'mode': 'required',"
                        + " 'tools': [{'type': 'function', 'name': 'now'}]}, 'tools': [" + TOOL + "]")
                .runs()
                .get(0)
                .options()
                .grammar());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "input                    | 'model': 'm'",
                "input                    | 'input': []",
                "input[0].type            | 'input': [{'type': 'item_reference', 'id': 'x'}]",
                "input[0].role            | 'input': [{'role': 'robot', 'content': 'a'}]",
                "input[0].content[0].type | 'input': [{'role': 'user', 'content': [{'type': 'input_image'}]}]",
                "input[0].arguments       | 'input': [{'type': 'function_call', 'call_id': 'a', 'name': 'b', 'arguments': '{'}]",
                "previous_response_id     | 'input': 'a', 'previous_response_id': 'resp_1'",
                "conversation             | 'input': 'a', 'conversation': 'conv_1'",
                "background               | 'input': 'a', 'background': true",
                "truncation               | 'input': 'a', 'truncation': 'auto'",
                "text.format.type         | 'input': 'a', 'text': {'format': {'type': 'xml'}}",
                "text.format.schema       | 'input': 'a', 'text': {'format': {'type': 'json_schema', 'name': 'n'}}",
                "tools[0].type            | 'input': 'a', 'tools': [{'type': 'web_search'}]",
                "tool_choice.name         | 'input': 'a', 'tool_choice': {'type': 'function', 'name': 'f'}",
                "max_output_tokens        | 'input': 'a', 'max_output_tokens': 0",
                "temprature               | 'input': 'a', 'temprature': 1, 'strict': true",
            })
    void wrongFieldsAreNamed(String path, String fields) {
        FieldException e = assertThrows(FieldException.class, () -> request(fields));
        assertEquals(path.strip(), e.path(), e.getMessage());
    }

    // Answers

    private List<String> types() {
        return events.stream().map(event -> event.member("type").string()).toList();
    }

    @Test
    void eventsHaveTheOrderOfOpenAi() {
        AnswerWriter writer = writer("'input': 'Hi', 'stream': true, 'tools': [" + TOOL + "]");
        writer.accept(token("Hm", ""));
        writer.accept(token("", "Yes"));
        writer.accept(token("", ""));
        writer.accept(finished(FinishReason.TOOL_CALLS, "!", new ToolCall("now", Map.of())));
        assertEquals(
                List.of(
                        "response.created",
                        "response.in_progress",
                        "response.output_item.added",
                        "response.content_part.added",
                        "response.reasoning_text.delta",
                        "response.reasoning_text.done",
                        "response.content_part.done",
                        "response.output_item.done",
                        "response.output_item.added",
                        "response.content_part.added",
                        "response.output_text.delta",
                        "response.output_text.delta",
                        "response.output_text.done",
                        "response.content_part.done",
                        "response.output_item.done",
                        "response.output_item.added",
                        "response.function_call_arguments.delta",
                        "response.function_call_arguments.done",
                        "response.output_item.done",
                        "response.completed"),
                types());
        for (int i = 0; i < events.size(); i++) {
            assertEquals((long) i, events.get(i).member("sequence_number").value());
        }
        assertEquals(
                "in_progress", events.get(0).member("response").member("status").value());
        assertEquals(
                List.of(), events.get(0).member("response").member("output").value());
        assertEquals(
                Map.of(
                        "type",
                        "response.output_text.delta",
                        "sequence_number",
                        10L,
                        "item_id",
                        "msg_id3",
                        "output_index",
                        1L,
                        "content_index",
                        0L,
                        "delta",
                        "Yes",
                        "logprobs",
                        List.of()),
                events.get(10).value());
        assertEquals("Yes!", events.get(12).member("text").value());
        assertEquals("{}", events.get(17).member("arguments").value());
        JsonField response = events.get(19).member("response");
        assertEquals(3, response.member("output").elements().size());
        assertEquals(
                1L,
                response.member("usage")
                        .member("output_tokens_details")
                        .member("reasoning_tokens")
                        .value());
    }

    @Test
    void aWholeResponse() {
        AnswerWriter writer =
                writer("'input': 'Hi', 'temperature': 0, 'top_p': 0.9, 'include': ['message.output_text.logprobs']");
        LogProbs logProbs = new LogProbs(-0.5f, new int[] {}, new float[] {});
        writer.accept(new Event.Token(43, "", "Yes", logProbs));
        writer.accept(finished(FinishReason.STOP, ""));
        assertEquals(
                json("'id':'resp_id1','object':'response','created_at':1700000000,'status':'completed','error':null,"
                        + "'incomplete_details':null,'model':'M','output':[{'id':'msg_id2','type':'message',"
                        + "'status':'completed','role':'assistant','content':[{'type':'output_text','text':'Yes',"
                        + "'annotations':[],'logprobs':[{'token':';','logprob':-0.5,'bytes':[59],'top_logprobs':[]}]}]}],"
                        + "'background':false,'instructions':null,'max_output_tokens':null,'max_tool_calls':null,'metadata':{},"
                        + "'parallel_tool_calls':true,'previous_response_id':null,'reasoning':{'effort':null,'summary':null},"
                        + "'service_tier':'default','store':false,'temperature':0,'text':{'format':{'type':'text'}},"
                        + "'tool_choice':'auto','tools':[],'top_logprobs':0,'top_p':0.9,'truncation':'disabled','user':null,"
                        + "'usage':{'input_tokens':10,'input_tokens_details':{'cached_tokens':4},'output_tokens':3,"
                        + "'output_tokens_details':{'reasoning_tokens':0},'total_tokens':13},"
                        + "'timings':{'cache_n':4,'prompt_n':6,'prompt_ms':1.5,'predicted_n':3,'predicted_ms':20,"
                        + "'draft_n':2,'draft_n_accepted':1}"),
                writer.response());
        assertEquals(List.of(), events);
    }

    @Test
    void anAnswerThatWasCutOffIsIncomplete() {
        AnswerWriter writer = writer("'input': 'Hi', 'stream': true");
        writer.accept(token("", "Y"));
        writer.accept(finished(FinishReason.LENGTH, ""));
        JsonField last = events.get(events.size() - 1);
        assertEquals("response.incomplete", last.member("type").value());
        assertEquals(
                Map.of("reason", "max_output_tokens"),
                last.member("response").member("incomplete_details").value());
    }

    @Test
    void anEmptyAnswerIsAMessage() {
        AnswerWriter writer = writer("'input': 'Hi'");
        writer.accept(finished(FinishReason.STOP, ""));
        JsonField output = new JsonField("", JsonReader.read(writer.response())).member("output");
        assertEquals(
                "",
                output.elements()
                        .get(0)
                        .member("content")
                        .elements()
                        .get(0)
                        .member("text")
                        .value());
    }

    @Test
    void anAbortedStreamHasNoLastEvent() {
        AnswerWriter writer = writer("'input': 'Hi', 'stream': true");
        writer.accept(token("", "Y"));
        writer.accept(finished(FinishReason.ABORT, ""));
        assertEquals("response.output_item.done", types().get(events.size() - 1));
    }

    @Test
    void onlyOneCallIfTheyMustNotBeParallel() {
        AnswerWriter writer = writer("'input': 'Hi', 'parallel_tool_calls': false, 'tools': [" + TOOL + "]");
        ToolCall call = new ToolCall("now", Map.of());
        writer.accept(finished(FinishReason.TOOL_CALLS, "", call, call));
        JsonField output = new JsonField("", JsonReader.read(writer.response())).member("output");
        assertEquals(1, output.elements().size());
    }
}
