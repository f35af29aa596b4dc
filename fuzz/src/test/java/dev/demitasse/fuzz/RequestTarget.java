package dev.demitasse.fuzz;

import dev.demitasse.OddModels;
import dev.demitasse.backend.reference.ReferenceBackend;
import dev.demitasse.engine.Context;
import dev.demitasse.engine.GgufLoader;
import dev.demitasse.jinja.LocalTime;
import dev.demitasse.jinja.TemplateException;
import dev.demitasse.json.FieldException;
import dev.demitasse.openai.AnswerRequest;
import dev.demitasse.openai.CompletionRequest;
import dev.demitasse.openai.EmbeddingRequest;
import dev.demitasse.openai.ResponseRequest;
import java.nio.ByteBuffer;
import java.util.List;

/** The readers of requests: chat completions, completions, responses and embeddings. */
final class RequestTarget extends Target {
    private static final Context CONTEXT = context();

    /** Reads a request with a model. */
    private interface Reader {
        Object read(String body);
    }

    private final Reader reader;
    private final List<String> seeds;

    private RequestTarget(Reader reader, List<String> seeds) {
        super(FieldException.class, TemplateException.class);
        this.reader = reader;
        this.seeds = seeds;
    }

    static RequestTarget chat() {
        List<String> bodies = Resources.members("/openai/requests.json", "body");
        return new RequestTarget(
                body -> {
                    CompletionRequest.chatPrompt(body, CONTEXT, new LocalTime(0));
                    return CompletionRequest.chat(body, CONTEXT, new LocalTime(0), 7);
                },
                bodies);
    }

    static RequestTarget completions() {
        return new RequestTarget(
                body -> CompletionRequest.text(body, CONTEXT, 7),
                List.of(
                        "{\"prompt\": [\"a\", \"b\"], \"echo\": true, \"stop\": [\"x\"], \"n\": 2, \"best_of\": 3}",
                        "{\"prompt\": [1, 2, 3], \"max_tokens\": 5, \"logit_bias\": {\"5\": -100}, \"stream\": true,"
                                + " \"stream_options\": {\"include_usage\": true}}",
                        "{\"prompt\": [[1], [2]], \"temperature\": 0.5, \"top_p\": 0.9, \"seed\": 7, \"top_k\": 40, \"min_p\": 0.1,"
                                + " \"presence_penalty\": 1, \"frequency_penalty\": -1, \"repeat_penalty\": 1.1}"));
    }

    static RequestTarget responses() {
        return new RequestTarget(
                body -> ResponseRequest.read(body, CONTEXT, new LocalTime(0), 7),
                List.of(
                        "{\"input\": \"hi\", \"instructions\": \"be brief\", \"text\": {\"format\": {\"type\": \"json_schema\","
                                + " \"name\": \"x\", \"schema\": {\"type\": \"object\", \"properties\": {\"a\": {\"type\": \"integer\"}}}}}}",
                        "{\"input\": [{\"role\": \"user\", \"content\": [{\"type\": \"input_text\", \"text\": \"a\"}]},"
                                + " {\"type\": \"function_call\", \"call_id\": \"c\", \"name\": \"f\", \"arguments\": \"{}\"},"
                                + " {\"type\": \"function_call_output\", \"call_id\": \"c\", \"output\": \"1\"}],"
                                + " \"tools\": [{\"type\": \"function\", \"name\": \"f\", \"parameters\": {}}], \"top_logprobs\": 2,"
                                + " \"reasoning\": {\"effort\": \"low\"}, \"include\": [\"message.output_text.logprobs\"]}"));
    }

    static RequestTarget embeddings() {
        return new RequestTarget(
                body -> EmbeddingRequest.read(body, CONTEXT),
                List.of(
                        "{\"input\": [\"a\", \"b\"], \"encoding_format\": \"base64\", \"dimensions\": 8}",
                        "{\"input\": [[1, 2], [3]]}",
                        "{\"input\": \"x\"}"));
    }

    private static Context context() {
        String template = Resources.text("/jinja/real/qwen2_5.jinja");
        ByteBuffer file = OddModels.llama(builder -> builder.string("tokenizer.chat_template", template));
        GgufLoader loader =
                new GgufLoader(file.capacity(), 8192, (plan, context) -> new ReferenceBackend(plan, context, 7));
        loader.accept(file);
        return loader.finish();
    }

    @Override
    protected void test(byte[] input) {
        Object request = reader.read(Input.text(input));
        if (request instanceof AnswerRequest answer) {
            check(!answer.runs().isEmpty(), "no run");
            for (AnswerRequest.Run run : answer.runs()) {
                check(run.prompt().length > 0, "an empty prompt");
                check(run.prompt().length < CONTEXT.contextLength(), "no room for an answer");
                check(run.options().maxTokens() > 0, "no token may be generated");
                CONTEXT.generate(run.prompt(), run.options());
            }
        } else if (request instanceof EmbeddingRequest embedding) {
            embedding.inputs().forEach(CONTEXT::embed);
        }
    }

    @Override
    protected List<byte[]> seeds() {
        return Fuzzer.inputs(seeds);
    }

    @Override
    protected List<String> dictionary() {
        return List.of(
                "\"messages\":[",
                "\"role\":\"user\"",
                "\"content\":",
                "\"tools\":[",
                "\"tool_choice\":",
                "\"function\":{",
                "\"parameters\":{",
                "\"response_format\":{",
                "\"json_schema\":{",
                "\"schema\":{",
                "\"type\":\"object\"",
                "\"stop\":[",
                "\"logit_bias\":{",
                "\"stream\":true",
                "\"strict\":true",
                "\"n\":2",
                "\"max_tokens\":1",
                "\"continue_final_message\":true",
                "\"chat_template_kwargs\":{",
                "\"input\":",
                "\"prompt\":",
                "\"logprobs\":true",
                "\"top_logprobs\":2",
                "\"tool_calls\":[",
                "\"arguments\":\"{}\"",
                "9223372036854775807",
                "1e400",
                "-1",
                "null");
    }

    @Override
    protected long maxAllocation(int inputLength) {
        return 1L << 30;
    }
}
