package dev.demitasse.openai;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.TestWeights;
import dev.demitasse.backend.reference.ReferenceBackend;
import dev.demitasse.engine.Context;
import dev.demitasse.engine.GenerationOptions;
import dev.demitasse.engine.GgufLoader;
import dev.demitasse.grammar.Matcher;
import dev.demitasse.grammar.TokenTrie;
import dev.demitasse.jinja.LocalTime;
import dev.demitasse.json.FieldException;
import dev.demitasse.sampling.SamplingOptions;
import dev.demitasse.tokenizer.Tokenizer;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests of OpenAI's API, and the errors of invalid ones. */
class CompletionRequestTest {
    private static final String MESSAGES = "'messages': [{'role': 'user', 'content': 'Hello!'}]";
    private static final String TOOL =
            "{'type': 'function', 'function': {'name': 'now', 'parameters': {'type': 'object'}}}";
    private static final int CONTEXT = 256;
    private static Context context;

    @BeforeAll
    static void load() {
        ByteBuffer file = TestWeights.map(TestWeights.smolLm2());
        GgufLoader loader =
                new GgufLoader(file.capacity(), CONTEXT, (plan, context) -> new ReferenceBackend(plan, context, 7));
        loader.accept(file);
        context = loader.finish();
    }

    private static CompletionRequest chat(String fields) {
        return CompletionRequest.chat(json(MESSAGES + fields), context, new LocalTime(0), 7);
    }

    private static CompletionRequest text(String fields) {
        return CompletionRequest.text(json(fields), context, 7);
    }

    private static String json(String fields) {
        return ("{" + fields + "}").replace('\'', '"');
    }

    @Test
    void absentFieldsHaveTheDefaultsOfTheModelOrOfOpenAi() {
        CompletionRequest request = chat("");
        GenerationOptions options = request.runs().get(0).options();
        SamplingOptions made = context.model().defaultSampling();
        assertEquals(made.temperature(), options.sampling().temperature());
        assertEquals(made.topP(), options.sampling().topP());
        assertEquals(7, options.sampling().seed());
        assertEquals(CONTEXT + 1 - request.runs().get(0).prompt().length, options.maxTokens());
        assertEquals(List.of(), options.stop());
        assertEquals(GenerationOptions.NO_LOG_PROBS, options.logProbs());
        assertNull(options.grammar());
        assertEquals(16, text("'prompt': 'Once'").runs().get(0).options().maxTokens());
    }

    @Test
    void readsAllFields() {
        CompletionRequest request = chat("""
                        , 'model': 'any', 'user': 'me', 'temperature': 0.5, 'top_p': 0.25, 'top_k': 9, 'min_p': 0.125,
                        'presence_penalty': 1, 'frequency_penalty': -1, 'repetition_penalty': 1.5, 'logit_bias': {'5': -100},
                        'seed': 42, 'logprobs': true, 'top_logprobs': 3, 'max_completion_tokens': 5, 'stop': ['a', 'b'],
                        'stream': true, 'stream_options': {'include_usage': true}, 'n': 2""");
        assertTrue(request.isChat() && request.stream() && request.answer().includeUsage());
        assertFalse(request.answer().returnTokens());
        assertEquals(2, request.runs().size());
        GenerationOptions options = request.runs().get(0).options();
        assertEquals(
                new SamplingOptions(0.5f, 9, 0.25f, 0.125f, 1.5f, -1, 1, Map.of(5, -100f), 42), options.sampling());
        assertEquals(3, options.logProbs());
        assertEquals(5, options.maxTokens());
        assertEquals(List.of("a", "b"), options.stop());
        assertEquals(
                44,
                text("'prompt': 'Once', 'seed': 42, 'n': 3")
                        .runs()
                        .get(2)
                        .options()
                        .sampling()
                        .seed(),
                "of the third choice");
    }

    @Test
    void contextShiftHasToBeRequested() {
        assertEquals(
                GenerationOptions.NO_SHIFT, chat("").runs().get(0).options().keep());
        GenerationOptions options = chat(", 'context_shift': true, 'max_tokens': 5000")
                .runs()
                .get(0)
                .options();
        assertEquals(4, options.keep());
        assertEquals(5000, options.maxTokens());
        assertEquals(
                9,
                chat(", 'context_shift': true, 'n_keep': 9")
                        .runs()
                        .get(0)
                        .options()
                        .keep());
    }

    @Test
    void promptsAreTextsOrIds() {
        assertArrayEquals(
                new int[] {1, 2, 3}, text("'prompt': [1, 2, 3]").runs().get(0).prompt());
        assertArrayEquals(
                context.model().tokenizer().encode("Once", true),
                text("'prompt': 'Once'").runs().get(0).prompt());
        assertEquals(576, EmbeddingRequest.read(json("'input': 'a'"), context).dimensions());
        assertEquals(
                9,
                EmbeddingRequest.read(json("'input': 'a', 'dimensions': 9"), context)
                        .dimensions());
        assertField("dimensions", () -> EmbeddingRequest.read(json("'input': 'a', 'dimensions': 577"), context));
        List<int[]> inputs = EmbeddingRequest.read(json("'input': ['Once', 'upon']"), context)
                .inputs();
        assertEquals(2, inputs.size());
        assertArrayEquals(
                new int[] {4, 5},
                EmbeddingRequest.read(json("'input': [4, 5]"), context).inputs().get(0));
    }

    @Test
    void formatsBecomeGrammars() {
        assertNull(chat(", 'response_format': {'type': 'text'}")
                .runs()
                .get(0)
                .options()
                .grammar());
        assertNotNull(chat(", 'response_format': {'type': 'json_object'}")
                .runs()
                .get(0)
                .options()
                .grammar());
        assertNotNull(
                chat(", 'response_format': {'type': 'json_schema', 'json_schema': {'schema': {'type': 'object'}}}")
                        .runs()
                        .get(0)
                        .options()
                        .grammar());
        assertNull(chat(", 'tools': [" + TOOL + "]").runs().get(0).options().grammar());
        assertNotNull(chat(", 'tool_choice': 'required', 'tools': [" + TOOL + "]")
                .runs()
                .get(0)
                .options()
                .grammar());
    }

    @Test
    void toolsThatMustNotBeCalledAreNotDescribed() {
        int[] without = chat("").runs().get(0).prompt();
        assertArrayEquals(
                without,
                chat(", 'tool_choice': 'none', 'tools': [" + TOOL + "]")
                        .runs()
                        .get(0)
                        .prompt());
        assertTrue(
                without.length < chat(", 'tools': [" + TOOL + "]").runs().get(0).prompt().length);
    }

    @Test
    void allowedToolsAreASubset() {
        String tools = ", 'tools': [" + TOOL + ", {'type': 'function', 'function': {'name': 'then'}}]";
        String allowed = ", 'tool_choice': {'type': 'allowed_tools', 'allowed_tools': {'mode': '%s',"
                + " 'tools': [{'type': 'function', 'function': {'name': 'now'}}]}}";
        AnswerRequest.Run auto = chat(tools + allowed.formatted("auto")).runs().get(0);
        assertArrayEquals(chat(", 'tools': [" + TOOL + "]").runs().get(0).prompt(), auto.prompt());
        assertNull(auto.options().grammar());
        assertNotNull(chat(tools + allowed.formatted("required"))
                .runs()
                .get(0)
                .options()
                .grammar());
        assertField("tool_choice.allowed_tools.mode", () -> chat(tools + allowed.formatted("maybe")));
    }

    @Test
    void textRequestsHaveSeveralPromptsAndCandidates() {
        CompletionRequest request = text("'prompt': ['Once', 'upon'], 'n': 2, 'best_of': 3, 'echo': true");
        assertEquals(6, request.runs().size());
        assertEquals(List.of("Once", "upon"), request.echoes());
        assertEquals(0, request.runs().get(5).options().logProbs(), "by which the best is chosen");
        assertFalse(request.answer().logProbs());
        assertEquals(2, text("'prompt': [[1, 2], [3]]").runs().size());
        assertEquals(List.of("a"), text("'prompt': ['a'], 'echo': true").echoes());
        assertField("best_of", () -> text("'prompt': 'a', 'n': 2, 'best_of': 1"));
        assertField("best_of", () -> text("'prompt': 'a', 'best_of': 2, 'stream': true"));
        assertField("echo", () -> text("'prompt': 'a', 'echo': true, 'logprobs': 1"));
        assertField("prompt[1]", () -> text("'prompt': ['a', 5]"));
    }

    @Test
    void thinkingIsTurnedOffByAllItsNames() {
        assertField("enable_thinking", () -> chat(", 'enable_thinking': 1"));
        assertField("extra_body.enable_thinking", () -> chat(", 'extra_body': {'enable_thinking': 1}"));
    }

    /** The beginning of an answer and its rest have the form that is asked for. */
    @Test
    void aConstraintHoldsForThePrefixToo() {
        String format = "'response_format': {'type': 'json_schema', 'json_schema': {'schema': {'type': 'object',"
                + " 'properties': {'Rating': {'enum': [1]}}, 'required': ['Rating'], 'additionalProperties': false}}}";
        String messages = "'messages': [{'role': 'user', 'content': 'hello'}, {'role': 'assistant', 'content': '%s'}],"
                + " 'continue_final_message': true, ";
        String prefix = "{ \\'Rating\\': ".replace("\\'", "\\\"");
        CompletionRequest request = CompletionRequest.chat(
                json(messages)
                        .replace("%s", prefix)
                        .replace("true, }", "true, " + json(format).substring(1)),
                context,
                new LocalTime(0),
                7);
        Matcher matcher = new Matcher(request.runs().get(0).options().grammar(), trie());
        int[] rest = context.model().tokenizer().encode("1}", false);
        for (int id : rest) {
            matcher.accept(id);
        }
        assertTrue(matcher.mayEnd());
        assertField(
                "continue_final_message",
                () -> CompletionRequest.chat(json(messages.formatted("Sure:") + format), context, new LocalTime(0), 7));
    }

    private static TokenTrie trie() {
        Tokenizer tokenizer = context.model().tokenizer();
        return new TokenTrie(tokenizer.size(), id -> tokenizer.isSpecial(id) ? null : tokenizer.bytes(id));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "temprature                | , 'temprature': 1, 'strict': true",
                "temperature               | , 'temperature': 'hot'",
                "temperature               | , 'temperature': 2.5",
                "the request               | , 'temperature': -1e400",
                "top_p                     | , 'top_p': 1.5",
                "top_k                     | , 'top_k': 1.5",
                "min_p                     | , 'min_p': 2",
                "max_tokens                | , 'max_tokens': 0",
                "max_tokens                | , 'max_tokens': 1e30",
                "n                         | , 'n': 0",
                "stop[1]                   | , 'stop': ['a', '']",
                "stop                      | , 'stop': 5",
                "logit_bias.x              | , 'logit_bias': {'x': 1}",
                "logit_bias.99999999       | , 'logit_bias': {'99999999': 1}",
                "logit_bias.5              | , 'logit_bias': {'5': 101}",
                "seed                      | , 'seed': 'lucky'",
                "top_logprobs              | , 'top_logprobs': 2",
                "top_logprobs              | , 'logprobs': true, 'top_logprobs': 21",
                "logprobs                  | , 'logprobs': 1",
                "stream                    | , 'stream': 'yes'",
                "stream_options.usage      | , 'stream_options': {'usage': true}, 'strict': true",
                "stream_options.include_usage | , 'stream_options': {'include_usage': 1}",
                "tools[0].type             | , 'tools': [{'type': 'magic'}]",
                "tools[0].function.name    | , 'tools': [{'type': 'function', 'function': {'name': 'a b'}}]",
                "tool_choice               | , 'tool_choice': 'required'",
                "tool_choice.function.name | , 'tool_choice': {'type': 'function', 'function': {'name': 'now'}}",
                "response_format.type      | , 'response_format': {'type': 'xml'}",
                "response_format.json_schema.schema | , 'response_format': {'type': 'json_schema', 'json_schema': {}}",
                "reasoning_effort          | , 'reasoning_effort': 'heroic'",
                "chat_template_kwargs      | , 'chat_template_kwargs': 3",
                "return_tokens             | , 'return_tokens': 3",
                "strict                    | , 'strict': 1",
                "tools[0].function.pure    | , 'tools': [{'type': 'function', 'function': {'name': 'a', 'pure': 1}}], 'strict': true",
                "modalities[1]             | , 'modalities': ['text', 'audio']",
                "prediction.type           | , 'prediction': {'type': 'tokens'}",
                "function_call             | , 'function_call': 'auto'",
                "tool_choice.allowed_tools.tools[0].function.name | , 'tool_choice': {'type': 'allowed_tools', 'allowed_tools':"
                        + " {'mode': 'auto', 'tools': [{'type': 'function', 'function': {'name': 'now'}}]}}",
                "context_shift             | , 'context_shift': 1",
                "n_keep                    | , 'n_keep': 4",
                "n_keep                    | , 'context_shift': true, 'n_keep': -1",
                "n_keep                    | , 'context_shift': true, 'n_keep': 100000",
            })
    void wrongFieldsAreNamed(String path, String fields) {
        FieldException e = assertThrows(FieldException.class, () -> chat(fields));
        assertEquals(path.strip(), e.path(), e.getMessage());
    }

    @Test
    void errorsNameTheField() {
        assertField("messages", () -> CompletionRequest.chat("{}", context, new LocalTime(0), 0));
        assertField(
                "messages[0].role",
                () -> CompletionRequest.chat(json("'messages': [{'content': 'a'}]"), context, new LocalTime(0), 0));
        assertField("the request", () -> CompletionRequest.chat("[", context, new LocalTime(0), 0));
        assertField(
                "messages",
                () -> CompletionRequest.chat(
                        json("'messages': [{'role': 'user', 'content': '" + "word ".repeat(300) + "'}]"),
                        context,
                        new LocalTime(0),
                        0));
        assertField("prompt", () -> text("'prompt': ''"));
        assertField("prompt[1]", () -> text("'prompt': [1, 1000000]"));
        assertField("suffix", () -> text("'prompt': 'a', 'suffix': 'b'"));
        assertField("input[1]", () -> EmbeddingRequest.read(json("'input': ['a', '']"), context));
        assertField(
                "stream", () -> EmbeddingRequest.read(json("'input': 'a', 'stream': true, 'strict': true"), context));
    }

    private static void assertField(String path, Runnable action) {
        FieldException e = assertThrows(FieldException.class, action::run);
        assertEquals(path, e.path(), e.getMessage());
    }

    /** Random changes of a request give a request or an IllegalArgumentException. */
    @Test
    void mutatedRequestsGiveOnlyTypedErrors() {
        String sound = json(MESSAGES + ", 'temperature': 0.5, 'stop': ['a'], 'logit_bias': {'5': 1}, 'n': 1, 'tools': ["
                + TOOL + "], 'tool_choice': 'auto', 'response_format': {'type': 'text'}");
        String alphabet = "{}[]\",:0123456789.eE-truefalsn \\u\u00e9";
        Random random = new Random(1);
        int errors = 0;
        for (int round = 0; round < 5000; round++) {
            StringBuilder mutated = new StringBuilder(sound);
            for (int change = random.nextInt(3); change >= 0; change--) {
                int at = random.nextInt(mutated.length());
                mutated.setCharAt(at, alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                CompletionRequest.chat(mutated.toString(), context, new LocalTime(0), 0);
            } catch (IllegalArgumentException e) {
                assertNotNull(e.getMessage());
                errors++;
            }
        }
        assertTrue(errors > 1000);
    }
}
