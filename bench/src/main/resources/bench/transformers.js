import { AutoModelForCausalLM, AutoTokenizer, env } from '/transformers/transformers.min.js';

// Loads as from the model hub, with its cache, but from this server.
env.remoteHost = location.origin;
env.remotePathTemplate = '{model}/';

/** Uses the defaults of Transformers.js except for addresses. Keys and values stay on the GPU; prompts are always read completely. */
export async function load(url, { threads, device }) {
  const { wasm } = env.backends.onnx;
  wasm.wasmPaths = { mjs: `${location.origin}/transformers/ort.mjs`, wasm: `${location.origin}/transformers/ort.wasm` };
  wasm.numThreads = threads;
  const name = new URL(url).pathname.slice(1);
  const tokenizer = await AutoTokenizer.from_pretrained(name);
  const model = await AutoModelForCausalLM.from_pretrained(name, { device, dtype: 'q4' });
  return {
    async complete(prompt, maxTokens, onToken) {
      const inputs = tokenizer(prompt);
      let reading = true; // the first call has the prompt
      const streamer = {
        put([ids]) {
          if (!reading) {
            onToken(tokenizer.decode(ids));
          }
          reading = false;
        },
        end() {},
      };
      await model.generate({ ...inputs, max_new_tokens: maxTokens, do_sample: false, streamer });
      return { promptTokens: inputs.input_ids.dims[1], cachedTokens: 0 };
    },
  };
}
