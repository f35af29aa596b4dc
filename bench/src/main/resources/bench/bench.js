// Functions that PageEngine calls: load one engine in this page, and measure its answers.

let engine;

/**
 * @param {string} name of the engine's module next to this one
 * @param {string} url of the model
 * @param {{threads: number, contextLength: number}} options
 * @returns {Promise<number>} milliseconds until the engine was ready to answer
 */
globalThis.load = async (name, url, options) => {
  const { load } = await import(`./${name}.js`);
  const start = performance.now();
  engine = await load(new URL(url, location.origin).href, options);
  return performance.now() - start;
};

/**
 * Continues a prompt greedily. Warns where the engine's own account of the time, if it gives one, is another than the page's.
 *
 * @returns {Promise<object>} what Completion holds
 */
globalThis.complete = async (prompt, maxTokens) => {
  const stamps = [];
  let text = '';
  const start = performance.now();
  const { ownMs, ...counts } = await engine.complete(prompt, maxTokens, (piece) => {
    stamps.push(performance.now());
    text += piece;
  });
  const end = performance.now();
  if (ownMs !== undefined && Math.abs(ownMs / (end - start) - 1) > 0.05) {
    console.warn(`The page waited ${Math.round(end - start)} ms for ${maxTokens} tokens, the engine counted ${Math.round(ownMs)} ms`);
  }
  return { ...counts, start, stamps, end, text };
};
