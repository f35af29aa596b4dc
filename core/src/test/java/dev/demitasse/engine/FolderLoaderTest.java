package dev.demitasse.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.demitasse.backend.reference.ReferenceBackend;
import dev.demitasse.chat.AnswerFormat;
import dev.demitasse.chat.Message;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufException;
import dev.demitasse.huggingface.Folder;
import dev.demitasse.jinja.LocalTime;
import dev.demitasse.sampling.SamplingOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Loads a Hugging Face folder with its tokenizer and chat template, and generates an answer. */
class FolderLoaderTest {
    private static final Folder LLAMA = new Folder("llama");

    @Test
    void answersAsHuggingFace() throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        JsonNode expected = mapper.readTree(FolderLoaderTest.class.getResource("/huggingface/chat.json"));
        Context context = load(loader(LLAMA.texts()));
        assertEquals("llama", context.model().info().architecture());
        assertEquals("a folder", context.model().info().name());
        assertEquals(288, context.model().tokenizer().size());

        Message question = new Message("user", expected.get("question").asText());
        int[] prompt = context.model()
                .chatPrompt(List.of(question), Map.of(), new LocalTime(0))
                .ids();
        assertArrayEquals(mapper.convertValue(expected.get("prompt"), int[].class), prompt);

        Generation generation = context.generate(
                prompt, new GenerationOptions(SamplingOptions.GREEDY, 16, List.of(), AnswerFormat.PLAIN));
        List<Integer> answer = new ArrayList<>();
        while (!generation.isFinished()) {
            if (generation.next() instanceof Event.Token token) {
                answer.add(token.id());
            }
        }
        assertEquals(List.of(mapper.convertValue(expected.get("answer"), Integer[].class)), answer);
    }

    @Test
    void headersComeFirst() {
        FolderLoader loader = loader(LLAMA.texts());
        List<String> files = new ArrayList<>();
        assertEquals(Gguf.UNKNOWN_LENGTH, loader.fileBytes());
        List<Long> read = new ArrayList<>();
        for (String file = loader.file(); file != null; file = loader.file()) {
            files.add(file);
            Folder.feed(LLAMA.bytes(file), 1000, loader::accept);
            read.add(loader.readBytes());
        }
        String first = "model-00001-of-00002.safetensors";
        String second = "model-00002-of-00002.safetensors";
        assertEquals(List.of(first, second, first, second), files);
        long half = LLAMA.bytes(first).length;
        assertEquals(half + LLAMA.bytes(second).length, loader.fileBytes());
        assertEquals(List.of(0L, 0L, half, loader.fileBytes()), read);
        assertNull(loader.file());
    }

    @Test
    void aTemplateFileIsUsed() {
        Map<String, String> texts = LLAMA.texts();
        texts.put("chat_template.jinja", "{{ messages[0].content }}?");
        Context context = load(loader(texts));
        int[] prompt = context.model()
                .chatPrompt(List.of(new Message("user", "Who")), Map.of(), new LocalTime(0))
                .ids();
        assertEquals("Who?", context.model().tokenizer().decode(prompt, true));
    }

    @Test
    void endTokensOfTheGenerationConfigAreUsed() {
        Map<String, String> texts = LLAMA.texts();
        texts.put("generation_config.json", "{\"eos_token_id\": [7, 1, 8]}");
        Context context = load(loader(texts));
        assertEquals(1, context.model().tokenizer().eosId());
        for (int id : new int[] {1, 7, 8}) {
            assertTrue(context.model().tokenizer().isEndOfGeneration(id), "id " + id);
        }
    }

    @Test
    void samplingOfTheGenerationConfigIsTheDefault() {
        Map<String, String> texts = LLAMA.texts();
        texts.put(
                "generation_config.json", "{\"do_sample\": true, \"temperature\": 0.3, \"top_k\": 7, \"top_p\": 0.5}");
        SamplingOptions sampling = load(loader(texts)).model().defaultSampling();
        assertEquals(0.3f, sampling.temperature());
        assertEquals(7, sampling.topK());
        assertEquals(0.5f, sampling.topP());
    }

    @Test
    void anUnfinishedFolderIsRejected() {
        FolderLoader loader = loader(LLAMA.texts());
        GgufException e = assertThrows(GgufException.class, loader::finish);
        assertEquals("model-00001-of-00002.safetensors ends inside its header", e.getMessage());
    }

    private static FolderLoader loader(Map<String, String> texts) {
        return new FolderLoader("a folder", texts, 128, (plan, context) -> new ReferenceBackend(plan, context, 16));
    }

    private static Context load(FolderLoader loader) {
        for (String file = loader.file(); file != null; file = loader.file()) {
            Folder.feed(LLAMA.bytes(file), 1000, loader::accept);
        }
        return loader.finish();
    }
}
