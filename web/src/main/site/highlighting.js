// Highlights code. The work of highlight.js can grow with the square of the length, so short blocks are highlighted at once, longer ones
// when the browser is idle, and very long ones not at all.
import hljs from './lib/highlight.js';

/** The most characters of a block that is highlighted at once, and of one that is highlighted when the browser is idle. */
const MAX_AT_ONCE = 2048;
const MAX_WHEN_IDLE = 4096;

/**
 * Highlights a block of code, if it is short.
 *
 * @param {string} code
 * @param {string} language
 * @param {{highlighting: number}} budget the square of its length is taken from it
 * @returns {string | null} HTML, not sanitized yet; null if the language is unknown or the work too much
 */
export function highlight(code, language, budget) {
  if (code.length > MAX_AT_ONCE || code.length ** 2 > budget.highlighting || !hljs.getLanguage(language)) {
    return null;
  }
  budget.highlighting -= code.length ** 2;
  return htmlOf(code, language);
}

/**
 * Highlights a block of code in the page when the browser is idle, unless the block is very long or has been removed by then.
 *
 * @param {Element} element contains the code as text
 * @param {string} language
 * @param {(html: string) => Node} sanitize
 */
export function highlightWhenIdle(element, language, sanitize) {
  if (element.textContent.length <= MAX_WHEN_IDLE && hljs.getLanguage(language)) {
    queue.push(() => element.isConnected && element.replaceChildren(sanitize(htmlOf(element.textContent, language))));
    schedule();
  }
}

const htmlOf = (/** @type {string} */ code, /** @type {string} */ language) => hljs.highlight(code, { language, ignoreIllegals: true }).value;

const WITHOUT_IDLE_CALLBACK_MS = 100;

/** @type {(() => void)[]} */
const queue = [];
let isScheduled = false;

/** Runs the queue, one block per idle period. */
function schedule() {
  if (isScheduled || queue.length === 0) {
    return;
  }
  isScheduled = true;
  const run = () => {
    isScheduled = false;
    queue.shift()?.();
    schedule();
  };
  if ('requestIdleCallback' in globalThis) {
    requestIdleCallback(run);
  } else {
    setTimeout(run, WITHOUT_IDLE_CALLBACK_MS); // Safari
  }
}
