import { Demitasse } from '/demitasse.js';

export async function load(url, options) {
  const engine = await Demitasse.load(url, options);
  return {
    async complete(prompt, maxTokens, onToken) {
      let last;
      const asked = { prompt, max_tokens: maxTokens, temperature: 0, stream: true, return_tokens: true };
      for await (const chunk of await engine.completions.create(asked)) {
        if (chunk.choices[0].tokens) {
          onToken(chunk.choices[0].text);
        }
        last = chunk;
      }
      return {
        promptTokens: last.usage.prompt_tokens,
        cachedTokens: last.usage.prompt_tokens_details.cached_tokens,
        ownMs: last.timings.prompt_ms + last.timings.predicted_ms,
      };
    },
  };
}
