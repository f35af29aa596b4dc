package dev.demitasse.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelNameTest {
    @ParameterizedTest
    @CsvSource({
        "Smollm2 135M 8k Lc100K Mix1 Ep2, SmolLM2-135M-Instruct.Q4_1.gguf, SmolLM2-135M-Instruct",
        "Smollm2 135M 8k Lc100K Mix1 Ep2, '', Smollm2 135M 8k Lc100K Mix1 Ep2",
        "Smollm2 135M 8k Lc100K Mix1 Ep2, model.gguf, Smollm2 135M 8k Lc100K Mix1 Ep2",
        "Smollm2 135M 8k Lc100K Mix1 Ep2, manifest.json, Smollm2 135M 8k Lc100K Mix1 Ep2",
        "checkpoint-1200, tiny-chat-IQ4_NL.gguf, tiny-chat",
        "Step 5000, tiny-chat-q4_k_m-00001-of-00002.gguf, tiny-chat",
        "3f2a9c04d1e8b7a6559d, Qwen3-0.6B-UD-F16.gguf, Qwen3-0.6B-UD",
        "merged, x.BF16.gguf, x",
        "'', Llama-3.2-1B-Instruct-Q8_0.gguf, Llama-3.2-1B-Instruct",
        "'', '', llama",
        "Model, a-1b.gguf, a-1b",
        "Llama 3.2 1B Instruct, other.gguf, Llama 3.2 1B Instruct",
        "Qwen2.5 Coder 0.5B, other.gguf, Qwen2.5 Coder 0.5B",
        "Gemma 3 270M, other.gguf, Gemma 3 270M",
        "Phi 3 Mini 128k Instruct, other.gguf, Phi 3 Mini 128k Instruct",
        "Mixtral 8x7B, other.gguf, Mixtral 8x7B",
        "DeepSeek R1 Distill, other.gguf, DeepSeek R1 Distill",
        "Facade, other.gguf, Facade",
    })
    void showsTheFileOfACheckpoint(String named, String file, String expected) {
        assertEquals(expected, ModelName.of(named, "llama", file));
    }
}
