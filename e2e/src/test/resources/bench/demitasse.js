import { Demitasse } from '/demitasse.js';

export async function load(url, options) {
  const engine = await Demitasse.load(url, options);
  return {
    async complete(prompt, maxTokens, onToken) {
      const { usage, timings } = await engine.complete(prompt, { maxTokens, temperature: 0, onToken });
      return {
        promptTokens: usage.promptTokens,
        cachedTokens: usage.cachedTokens,
        ownMs: timings.prefillMs + timings.decodeMs,
      };
    },
  };
}
