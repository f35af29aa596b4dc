// Engines, progress, errors and signals of the Prompt API.
import { Demitasse } from './engine.js';
import { DemitasseError } from './errors.js';
import { MAX_TEMPERATURE, MAX_TOP_K } from './language-model-input.js';
import { storedModel } from './hub.js';
import { canonicalAddress, parseAddress } from './model-address.js';
import { whyTooLarge } from './remote.js';
import { joinedEngine, joinEngine } from './shared-engines.js';

/** Fractions are reported in this number of steps, so that they don't tell exact sizes. */
const PROGRESS_STEPS = 0x10000;

/**
 * @typedef {import('./demitasse.js').Demitasse} Engine
 * @typedef {import('./demitasse.js').Progress} Progress
 */

/**
 * Whether a model is a loaded engine.
 *
 * @param {any} model
 * @returns {model is Engine}
 */
export function isEngine(model) {
  return typeof model?.chat?.completions?.create === 'function';
}

/**
 * Checks a model.
 *
 * @template {string | Blob | Engine | undefined} T
 * @param {T} model
 * @returns {T} the model; an address is made canonical
 */
export function checkedModel(model) {
  if (typeof model === 'string') {
    return /** @type {T} */ (canonicalAddress(model));
  }
  if (model !== undefined && !(model instanceof Blob) && !isEngine(model)) {
    throw new TypeError('model must be a URL string, a Blob or an engine');
  }
  return model;
}

/**
 * @param {string | Blob | Engine} model
 * @returns {Promise<import('./demitasse.js').Availability>}
 */
export async function availabilityOf(model) {
  if (isEngine(model)) {
    return model.closed ? 'unavailable' : 'available';
  }
  const joined = joinedEngine(model);
  if (joined !== undefined || model instanceof Blob) {
    return joined === null ? 'downloading' : 'available';
  }
  const stored = await Demitasse.models.list();
  if (storedModel(parseAddress(model), stored.filter(({ complete }) => complete))) {
    return 'available';
  }
  try {
    return whyTooLarge(await Demitasse.needs(model)) ? 'unavailable' : 'downloadable';
  } catch {
    return 'unavailable';
  }
}

/**
 * Joins the engine of a model, which others on the page may share. Every user leaves it once.
 *
 * @param {string | Blob | Engine} model
 * @param {(fraction: number) => void} [progress]
 * @returns {{engine: Promise<Engine>, leave: () => void}}
 */
export function join(model, progress = () => {}) {
  if (isEngine(model)) {
    return { engine: Promise.resolve(model), leave: () => {} };
  }
  return joinEngine(model, {
    onNeeds: () => {},
    onProgress: (/** @type {Progress} */ { phase, loaded, total }) => {
      if (phase === 'download' && total > 0) {
        progress(loaded / total);
      }
    },
  });
}

/**
 * Returns a shared engine when it is loaded.
 *
 * @param {{engine: Promise<Engine>}} shared
 * @param {AbortSignal} [signal]
 */
export async function loadedEngine(shared, signal) {
  try {
    return await unlessAborted(shared.engine, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof TypeError || error instanceof DOMException
      ? error
      : new DOMException(messageOf(error), 'OperationError');
  }
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/** @param {Pick<Engine, 'model'>} engine */
export function defaultTemperature({ model }) {
  return model.sampling?.temperature ?? 1;
}

/** @param {Pick<Engine, 'model'>} engine */
export function defaultTopK({ model }) {
  return Math.min(model.sampling?.topK || MAX_TOP_K, MAX_TOP_K);
}

/**
 * Returns the ranges and defaults of the sampling parameters of an engine.
 *
 * @param {Engine} engine
 */
export function samplingRange(engine) {
  return {
    defaultTopK: defaultTopK(engine),
    maxTopK: MAX_TOP_K,
    defaultTemperature: defaultTemperature(engine),
    maxTemperature: MAX_TEMPERATURE,
  };
}

/**
 * Creates a monitor's event target. Returns a function that reports fractions of a download, from 0 to 1.
 *
 * @param {((monitor: import('./demitasse.js').CreateMonitor) => void) | undefined} monitor
 * @returns {(loaded: number) => void}
 */
export function monitored(monitor) {
  const target = /** @type {import('./demitasse.js').CreateMonitor} */ (
    Object.assign(new EventTarget(), { ondownloadprogress: null })
  );
  monitor?.(target);
  let last = -1;
  return (fraction) => {
    const loaded = Math.floor(fraction * PROGRESS_STEPS) / PROGRESS_STEPS;
    if (loaded > last) {
      last = loaded;
      const event = new ProgressEvent('downloadprogress', { lengthComputable: true, total: 1 });
      // Older browsers would round the fraction.
      Object.defineProperty(event, 'loaded', { value: loaded });
      target.dispatchEvent(event);
      target.ondownloadprogress?.(event);
    }
  };
}

/** Resolves in a later task, after the events that were dispatched have been handled. */
export function nextTask() {
  return new Promise((resolve) => {
    setTimeout(resolve);
  });
}

/**
 * Converts an error of an engine to the exception that the draft names.
 *
 * @param {unknown} error
 */
export function asDomException(error) {
  if (!(error instanceof DemitasseError)) {
    return error;
  }
  const { message, param, code } = error;
  // A prefix that no answer to the constraint begins with is an error of continue_final_message.
  const isConstraint = param?.startsWith('response_format') || param === 'continue_final_message' || code === 'unsupported';
  return new DOMException(message, isConstraint ? 'NotSupportedError' : 'UnknownError');
}

/**
 * Returns a QuotaExceededError: the class of that name if the browser has it, or else a DOMException.
 *
 * @param {number} requested
 * @param {number} quota
 */
export function quotaExceeded(requested, quota) {
  const message = `The prompt takes ${requested} tokens; the model's context has ${quota}.`;
  return globalThis.QuotaExceededError
    ? new QuotaExceededError(message, { requested, quota })
    : Object.assign(new DOMException(message, 'QuotaExceededError'), { requested, quota });
}

/**
 * Settles like the promise, or rejects at once when the signal is aborted.
 *
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignal} [signal]
 * @returns {Promise<T>}
 */
export function unlessAborted(promise, signal) {
  return new Promise((resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    promise.then(resolve, reject);
  });
}
