package dev.demitasse.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.demitasse.TestWeights;
import dev.demitasse.chat.AnswerFormat;
import dev.demitasse.chat.ToolCall;
import dev.demitasse.engine.Event;
import dev.demitasse.engine.FinishReason;
import dev.demitasse.engine.GenerationOptions;
import dev.demitasse.engine.Usage;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.json.JsonReader;
import dev.demitasse.sampling.LogProbs;
import dev.demitasse.sampling.SamplingOptions;
import dev.demitasse.tokenizer.Tokenizer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Chunks and responses of completions, field by field. */
class CompletionWriterTest {
    private static final String USAGE = "'usage':{'prompt_tokens':10,'completion_tokens':3,'total_tokens':13,"
            + "'prompt_tokens_details':{'cached_tokens':4}}";
    private static final String TIMINGS = "'timings':{'cache_n':4,'prompt_n':6,'prompt_ms':1.5,'predicted_n':3,"
            + "'predicted_ms':20,'draft_n':2,'draft_n_accepted':1}";
    private static final LogProbs LOG_PROBS =
            new LogProbs(-0.5f, new int[] {43, 44}, new float[] {-0.25f, Float.NEGATIVE_INFINITY});
    private static final String FIRST = "{'token':';','logprob':-0.25,'bytes':[59]}";
    private static final String SECOND = "{'token':'<','logprob':-9999,'bytes':[60]}";
    private static Tokenizer tokenizer;

    private final List<String> chunks = new ArrayList<>();
    private int ids;

    @BeforeAll
    static void load() {
        ByteBuffer file = TestWeights.map(TestWeights.smolLm2());
        tokenizer = Tokenizer.of(Gguf.parse(file, file.capacity()).metadata());
    }

    private CompletionWriter writer(boolean isChat, boolean stream, int choices, boolean usage, boolean returnTokens) {
        GenerationOptions options = new GenerationOptions(SamplingOptions.GREEDY, 8, List.of(), AnswerFormat.PLAIN);
        AnswerRequest.Run run = new AnswerRequest.Run(new int[10], options);
        CompletionRequest.AnswerOptions answer =
                new CompletionRequest.AnswerOptions(stream, usage, returnTokens, true, true);
        CompletionRequest request =
                new CompletionRequest(isChat, Collections.nCopies(choices, run), choices, choices, List.of(""), answer);
        return new CompletionWriter(request, tokenizer, "M", 1700000000, () -> "id" + ++ids, chunks::add);
    }

    private static Event token(int id, String reasoning, String text) {
        return new Event.Token(id, reasoning, text, null);
    }

    private static Event finished(FinishReason reason, String reasoning, String text, ToolCall... calls) {
        return new Event.Finished(
                reason, reasoning, text, List.of(calls), new Usage(10, 4, 3, 2, 1, 1_500_000, 20_000_000));
    }

    private void assertChunks(String head, String... expected) {
        List<String> whole = new ArrayList<>();
        for (String chunk : expected) {
            whole.add(json("{" + head + ",'choices':" + chunk + "}"));
        }
        assertEquals(String.join("\n", whole), String.join("\n", chunks));
        chunks.forEach(JsonReader::read);
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    private static final String CHAT_CHUNK =
            "'id':'chatcmpl-id1','created':1700000000,'model':'M','object':'chat.completion.chunk'";
    private static final String TEXT_CHUNK =
            "'id':'cmpl-id1','created':1700000000,'model':'M','object':'text_completion'";

    private static String delta(int index, String delta, String reason) {
        return "[{'index':" + index + ",'delta':" + delta + ",'logprobs':null,'finish_reason':" + reason + "}]";
    }

    @Test
    void aStreamedChat() {
        CompletionWriter writer = writer(true, true, 1, true, false);
        writer.accept(new Event.Prefill(6, 10));
        writer.accept(token(1, "", ""));
        writer.accept(token(2, "Hm", ""));
        writer.accept(token(3, "", "Yes \"é\"\n"));
        writer.accept(token(4, "…", "!"));
        writer.accept(finished(FinishReason.STOP, "", "."));
        assertChunks(
                CHAT_CHUNK,
                delta(0, "{'role':'assistant','content':''}", "null"),
                delta(0, "{'reasoning_content':'Hm'}", "null"),
                delta(0, "{'content':'Yes \\'é\\'\\n'}", "null"),
                delta(0, "{'reasoning_content':'…','content':'!'}", "null"),
                delta(0, "{'content':'.'}", "null"),
                delta(0, "{}", "'stop'") + "," + USAGE + "," + TIMINGS,
                "[]," + USAGE);
    }

    @Test
    void streamedToolCallsHaveAnIndex() {
        CompletionWriter writer = writer(true, true, 1, false, false);
        writer.accept(finished(
                FinishReason.TOOL_CALLS,
                "",
                "",
                new ToolCall("now", Map.of()),
                new ToolCall("add", Collections.singletonMap("x", List.of(1L, 2.0, 1e21, -1e-7, 0.00001, "a")))));
        assertChunks(
                CHAT_CHUNK,
                delta(0, "{'role':'assistant','content':''}", "null"),
                delta(
                                0,
                                "{'tool_calls':[{'index':0,'id':'call_id2','type':'function','function':"
                                        + "{'name':'now','arguments':'{}'}},{'index':1,'id':'call_id3','type':'function',"
                                        + "'function':{'name':'add','arguments':'{\\'x\\':[1,2,1e+21,-1e-7,0.00001,\\'a\\']}'}}]}",
                                "'tool_calls'")
                        + "," + USAGE + "," + TIMINGS);
    }

    @Test
    void anAbortedStreamHasNoFinishReason() {
        CompletionWriter writer = writer(true, true, 2, true, false);
        writer.accept(token(1, "", "a"));
        writer.accept(finished(FinishReason.ABORT, "", "b"));
        assertChunks(
                CHAT_CHUNK,
                delta(0, "{'role':'assistant','content':''}", "null"),
                delta(0, "{'content':'a'}", "null"),
                delta(0, "{'content':'b'}", "null"),
                "[]," + USAGE + "," + TIMINGS);
    }

    @Test
    void choicesFollowEachOtherAndShareTheirUsage() {
        CompletionWriter writer = writer(false, true, 2, true, true);
        for (int i = 0; i < 2; i++) {
            writer.accept(token(7, "", "a"));
            writer.accept(token(8, "", ""));
            writer.accept(finished(FinishReason.LENGTH, "", ""));
        }
        String text = "[{'index':%d,'text':'%s','logprobs':null,'finish_reason':%s%s}]";
        String both =
                USAGE.replace("'completion_tokens':3,'total_tokens':13", "'completion_tokens':6,'total_tokens':16");
        assertChunks(
                TEXT_CHUNK,
                text.formatted(0, "a", "null", ",'tokens':[7]"),
                text.formatted(0, "", "null", ",'tokens':[8]"),
                text.formatted(0, "", "'length'", "") + "," + USAGE + "," + TIMINGS,
                text.formatted(1, "a", "null", ",'tokens':[7]"),
                text.formatted(1, "", "null", ",'tokens':[8]"),
                text.formatted(1, "", "'length'", "") + "," + both + "," + TIMINGS,
                "[]," + both);
    }

    @Test
    void streamedLogProbs() {
        CompletionWriter writer = writer(true, true, 1, false, false);
        writer.accept(new Event.Token(43, "", "", LOG_PROBS));
        String content = "[{'token':';','logprob':-0.5,'bytes':[59],'top_logprobs':[" + FIRST + "," + SECOND + "]}]";
        assertChunks(
                CHAT_CHUNK,
                delta(0, "{'role':'assistant','content':''}", "null"),
                "[{'index':0,'delta':{'content':''},'logprobs':{'content':" + content
                        + ",'refusal':null},'finish_reason':null}]");
        chunks.clear();
        ids = 0;
        writer = writer(false, true, 1, false, false);
        writer.accept(new Event.Token(43, "", ";", LOG_PROBS));
        assertChunks(
                TEXT_CHUNK,
                "[{'index':0,'text':';','logprobs':{'tokens':[';'],'token_logprobs':[-0.5],"
                        + "'top_logprobs':[{';':-0.25,'<':-9999}],'text_offset':[0]},'finish_reason':null}]");
    }

    @Test
    void aWholeChat() {
        CompletionWriter writer = writer(true, false, 2, true, true);
        writer.accept(new Event.Token(43, "Hm", "", LOG_PROBS));
        writer.accept(token(5, "", "Yes"));
        writer.accept(finished(FinishReason.STOP, "", "."));
        writer.accept(token(6, "", ""));
        writer.accept(finished(FinishReason.TOOL_CALLS, "", "", new ToolCall("now", Map.of())));
        String logProbs = "[{'token':';','logprob':-0.5,'bytes':[59],'top_logprobs':[" + FIRST + "," + SECOND + "]}]";
        assertEquals(
                json("{'id':'chatcmpl-id1','created':1700000000,'model':'M','object':'chat.completion','choices':["
                        + "{'index':0,'message':{'role':'assistant','content':'Yes.','refusal':null,"
                        + "'reasoning_content':'Hm'},'logprobs':{'content':" + logProbs
                        + ",'refusal':null},'finish_reason':'stop','tokens':[43,5]},"
                        + "{'index':1,'message':{'role':'assistant','content':null,'refusal':null,'tool_calls':["
                        + "{'id':'call_id2','type':'function','function':{'name':'now','arguments':'{}'}}]},"
                        + "'logprobs':null,'finish_reason':'tool_calls','tokens':[6]}],"
                        + USAGE.replace(
                                "'completion_tokens':3,'total_tokens':13", "'completion_tokens':6,'total_tokens':16")
                        + "," + TIMINGS + "}"),
                writer.response());
        assertEquals(List.of(), chunks);
    }

    @Test
    void aWholeTextHasColumnsOfLogProbs() {
        CompletionWriter writer = writer(false, false, 1, false, false);
        writer.accept(new Event.Token(43, "", ";", LOG_PROBS));
        writer.accept(new Event.Token(44, "", "<", new LogProbs(-1, new int[0], new float[0])));
        writer.accept(finished(FinishReason.LENGTH, "", ""));
        assertEquals(
                json("{'id':'cmpl-id1','created':1700000000,'model':'M','object':'text_completion','choices':["
                        + "{'index':0,'text':';<','logprobs':{'tokens':[';','<'],'token_logprobs':[-0.5,-1],"
                        + "'top_logprobs':[{';':-0.25,'<':-9999},{}],'text_offset':[0,1]},'finish_reason':'length'}],"
                        + USAGE + "," + TIMINGS + "}"),
                writer.response());
    }

    private CompletionWriter texts(int bestOf, int count, boolean stream) {
        GenerationOptions options = new GenerationOptions(SamplingOptions.GREEDY, 8, List.of(), AnswerFormat.PLAIN);
        AnswerRequest.Run run = new AnswerRequest.Run(new int[10], options);
        CompletionRequest.AnswerOptions answer = new CompletionRequest.AnswerOptions(stream, false, false, false, true);
        CompletionRequest request = new CompletionRequest(
                false, Collections.nCopies(2 * bestOf, run), bestOf, count, List.of("A", ""), answer);
        return new CompletionWriter(request, tokenizer, "M", 1700000000, () -> "id" + ++ids, chunks::add);
    }

    @Test
    void theBestCandidatesOfEachPromptAreReturned() {
        CompletionWriter writer = texts(2, 1, false);
        for (int run = 0; run < 4; run++) {
            float logProb = run % 2 == 0 ? -2 : -1;
            writer.accept(new Event.Token(43, "", "t" + run, new LogProbs(logProb, new int[0], new float[0])));
            writer.accept(finished(FinishReason.STOP, "", ""));
        }
        assertEquals(
                json("{'id':'cmpl-id1','created':1700000000,'model':'M','object':'text_completion','choices':["
                        + "{'index':0,'text':'At1','logprobs':null,'finish_reason':'stop'},"
                        + "{'index':1,'text':'t3','logprobs':null,'finish_reason':'stop'}],"
                        + "'usage':{'prompt_tokens':20,'completion_tokens':12,'total_tokens':32,"
                        + "'prompt_tokens_details':{'cached_tokens':8}}," + TIMINGS + "}"),
                writer.response());
    }

    @Test
    void aStreamBeginsWithTheEcho() {
        CompletionWriter writer = texts(1, 1, true);
        writer.accept(token(43, "", "b"));
        assertChunks(
                TEXT_CHUNK,
                "[{'index':0,'text':'A','logprobs':null,'finish_reason':null}]",
                "[{'index':0,'text':'b','logprobs':null,'finish_reason':null}]");
    }

    @Test
    void onlyOneCallIfTheyMustNotBeParallel() {
        GenerationOptions options = new GenerationOptions(SamplingOptions.GREEDY, 8, List.of(), AnswerFormat.PLAIN);
        CompletionRequest request = new CompletionRequest(
                true,
                List.of(new AnswerRequest.Run(new int[10], options)),
                1,
                1,
                List.of(""),
                new CompletionRequest.AnswerOptions(false, false, false, false, false));
        CompletionWriter writer =
                new CompletionWriter(request, tokenizer, "M", 1700000000, () -> "id" + ++ids, chunks::add);
        ToolCall call = new ToolCall("now", Map.of());
        writer.accept(finished(FinishReason.TOOL_CALLS, "", "", call, call));
        assertEquals(2, writer.response().split("\"name\":\"now\"").length);
    }

    @Test
    void truncatedEmbeddingsKeepTheirLength() {
        EmbeddingRequest request = new EmbeddingRequest(List.of(new int[3]), false, 2);
        assertEquals(
                json("{'object':'list','model':'M','data':[{'object':'embedding','index':0,'embedding':[3,4]}],"
                        + "'usage':{'prompt_tokens':3,'total_tokens':3}}"),
                EmbeddingResponse.write(request, "M", List.of(new float[] {1.8f, 2.4f, 4})));
    }

    @Test
    void embeddingsAreNumbersOrBase64() {
        List<int[]> inputs = List.of(new int[3], new int[2]);
        List<float[]> vectors = List.of(new float[] {1, -0.1f}, new float[] {0, 1e-9f});
        String usage = ",'usage':{'prompt_tokens':5,'total_tokens':5}}";
        assertEquals(
                json("{'object':'list','model':'M','data':["
                        + "{'object':'embedding','index':0,'embedding':[1,-0.10000000149011612]},"
                        + "{'object':'embedding','index':1,'embedding':[0,9.999999717180685e-10]}]" + usage),
                EmbeddingResponse.write(new EmbeddingRequest(inputs, false, 2), "M", vectors));
        assertEquals(
                json("{'object':'list','model':'M','data':["
                        + "{'object':'embedding','index':0,'embedding':'AACAP83MzL0='},"
                        + "{'object':'embedding','index':1,'embedding':'AAAAAF9wiTA='}]" + usage),
                EmbeddingResponse.write(new EmbeddingRequest(inputs, true, 2), "M", vectors));
    }
}
