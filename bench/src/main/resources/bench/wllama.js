import { LoggerWithoutDebug, Wllama } from '/wllama/index.js';

/**
 * wllama's own defaults but for these: no GPU; one request at a time, so that nothing is set aside for others; keys and values
 * cached in Q8_0, not F16, which WebAssembly can't convert fast: at 1,500 tokens of context it decodes half as fast again.
 */
const SETTINGS = { n_gpu_layers: 0, n_parallel: 1, cache_type_k: 'q8_0', cache_type_v: 'q8_0' };

const ERRORS_ONLY = { ...LoggerWithoutDebug, log() {}, warn() {} };

export async function load(url, { threads, contextLength }) {
  const wllama = new Wllama({ default: '/wllama/wasm/wllama.wasm' }, { logger: ERRORS_ONLY });
  await wllama.loadModelFromUrl(url, { ...SETTINGS, n_threads: threads, n_ctx: contextLength });
  return {
    async complete(prompt, maxTokens, onToken) {
      let last;
      await wllama.createCompletion({
        prompt,
        max_tokens: maxTokens,
        temperature: 0,
        top_k: 1, // the samplers after it get one token
        stream: true,
        onData(chunk) {
          last = chunk;
          const text = chunk.choices[0]?.text;
          if (text) {
            onToken(text);
          }
        },
      });
      return {
        promptTokens: last.usage.prompt_tokens,
        cachedTokens: last.timings.cache_n,
        ownMs: last.timings.prompt_ms + last.timings.predicted_ms,
      };
    },
  };
}
