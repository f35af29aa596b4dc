// Greedy continuations by llama.cpp: reference/NAME-greedy.json and, of a copy that dequantize_gguf.py made, NAME-greedy-f32.json.
//
// Made with node-llama-cpp 3.22.1 (llama.cpp release v0.5.0, prebuilt, CPU only) and @huggingface/jinja 0.5.11 on Node 24:
//   npm install --no-save node-llama-cpp@3.22.1 @huggingface/jinja@0.5.11
//   node core/src/test/oracle/llama_cpp_greedy.mjs SmolLM2-135M-Instruct.Q4_1.gguf core/src/test/resources/reference/smollm2-135m-greedy.json
//   node core/src/test/oracle/llama_cpp_greedy.mjs gemma-3-270m-Q4_K_M.gguf core/src/test/resources/reference/gemma3-270m-greedy.json
//
// Weights are multiplied as llama.cpp's CPU backend does it: the activations of each matrix product are rounded to 8-bit
// blocks (Q8_1, Q8_0). All else is as exact as it offers: KV cache in float32, no flash attention, one thread.
// Generation ends, with that token kept, at an end-of-generation token. A model without a chat template
// gets more texts to continue in place of conversations.
import {writeFileSync} from "node:fs";
import {Template} from "@huggingface/jinja";
import {getLlama} from "node-llama-cpp";

const MAX_TOKENS = 64;

const RAW = [
    ["prose", "The old lighthouse keeper climbed the stairs every evening, and"],
    ["code", "def fibonacci(n):\n    \"\"\"Return the n-th Fibonacci number.\"\"\"\n"],
    ["numbers", "2, 4, 8, 16, 32,"],
    ["french", "Il était une fois, dans un petit village près de la mer,"],
    ["question", "Why is the sky blue? Because"],
];

/** For a base model, in place of conversations. */
const MORE_RAW = [
    ["alphabet", "a b c d e f g h"],
    ["days", "Monday, Tuesday, Wednesday,"],
    ["json", '{"name": "Ada", "age": 36}\n{"name": "Alan", "age": 41}\n{"name":'],
    ["capital", "The capital of France is Paris. The capital of Italy is Rome. The capital of Spain is"],
    ["markdown", "# Shopping list\n\n- apples\n- bread\n-"],
    ["japanese", "昔々、あるところに、おじいさんとおばあさんが"],
    ["html", "<ul>\n  <li>One</li>\n  <li>Two</li>\n"],
];

const CHATS = [
    ["chat-capital", [{role: "user", content: "What is the capital of France?"}]],
    ["chat-python", [{role: "user", content: "Write a Python function that reverses a string."}]],
    ["chat-multi-turn", [
        {role: "user", content: "My name is Ada and I like tea."},
        {role: "assistant", content: "Nice to meet you, Ada! What kind of tea do you like?"},
        {role: "user", content: "Green tea. What is my name?"},
    ]],
    ["chat-system", [
        {role: "system", content: "You are a pirate. Answer in one short sentence."},
        {role: "user", content: "How do I boil an egg?"},
    ]],
    ["chat-unicode", [{role: "user", content: "Translate to English: «Guten Morgen, schöne Welt!» 🌍"}]],
];

const [weights, output] = process.argv.slice(2);
const llama = await getLlama({gpu: false, build: "never", maxThreads: 1});
const model = await llama.loadModel({modelPath: weights, gpuLayers: 0});
const context = await model.createContext({
    contextSize: 512,
    threads: 1,
    flashAttention: false,
    experimentalKvCacheKeyType: "F32",
    experimentalKvCacheValueType: "F32",
});
const sequence = context.getSequence();
const {tokenizer} = model.fileInfo.metadata;
const template = tokenizer.chat_template ? new Template(tokenizer.chat_template) : null;

/** Token ids; specials are recognised, and a BOS comes first only where the metadata asks for one. */
function tokenize(text) {
    const ids = model.tokenize(text, true);
    return tokenizer.ggml.add_bos_token ? [tokenizer.ggml.bos_token_id, ...ids] : ids;
}

/** The next tokens of highest logit: at most MAX_TOKENS, the last one end-of-generation where that came first. */
async function greedy(promptIds) {
    await sequence.clearHistory();
    const ids = [];
    for await (const id of sequence.evaluate(promptIds, {temperature: 0, yieldEogToken: true})) {
        ids.push(id);
        if (ids.length === MAX_TOKENS || model.isEogToken(id)) break;
    }
    return ids;
}

const prompts = [
    ...RAW.concat(template ? [] : MORE_RAW).map(([name, text]) => ({name, text})),
    ...(template ? CHATS : []).map(([name, messages]) => ({
        name,
        messages,
        text: template.render({messages, add_generation_prompt: true}),
    })),
];
for (const prompt of prompts) {
    prompt.prompt_ids = tokenize(prompt.text);
    prompt.generated_ids = await greedy(prompt.prompt_ids);
    prompt.generated_text = model.detokenize(prompt.generated_ids, true);
}

const lines = prompts.map((prompt) => "  " + JSON.stringify(prompt));
writeFileSync(output, `[\n${lines.join(",\n")}\n]\n`);
await llama.dispose();
