// Engines, progress, errors and signals of the Prompt API.
import { absolute } from './engine.js';
import { MAX_TEMPERATURE, MAX_TOP_K } from './language-model-input.js';
import { joinEngine } from './shared-engines.js';

/** Whether a model is a loaded engine. */
export function isEngine(model) {
  return typeof model?.chat?.completions?.create === 'function';
}

/**
 * Checks a model.
 *
 * @returns {any} the model; a URL is made absolute
 */
export function checkedModel(model) {
  if (typeof model === 'string') {
    return absolute(model);
  }
  if (model !== undefined && !(model instanceof Blob) && !isEngine(model)) {
    throw new TypeError('model must be a URL string, a Blob or an engine');
  }
  return model;
}

/**
 * Joins the engine of a model, which others on the page may share. Every user leaves it once.
 *
 * @param {any} model
 * @param {(fraction: number) => void} [progress]
 */
export function join(model, progress = () => {}) {
  if (isEngine(model)) {
    return { engine: Promise.resolve(model), leave: () => {} };
  }
  return joinEngine(model, {
    onNeeds: () => {},
    onProgress: (/** @type {any} */ { phase, loaded, total }) => {
      if (phase === 'download' && total > 0) {
        progress(loaded / total);
      }
    },
  });
}

/** Returns a shared engine when it is loaded. */
export async function loadedEngine(shared, signal) {
  try {
    return await unlessAborted(shared.engine, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof TypeError || error instanceof DOMException
      ? error
      : new DOMException(error.message, 'OperationError');
  }
}

export function defaultTemperature({ model }) {
  return model.sampling?.temperature ?? 1;
}

export function defaultTopK({ model }) {
  return Math.min(model.sampling?.topK || MAX_TOP_K, MAX_TOP_K);
}

/** Returns the ranges and defaults of the sampling parameters of an engine. */
export function samplingRange(engine) {
  return {
    defaultTopK: defaultTopK(engine),
    maxTopK: MAX_TOP_K,
    defaultTemperature: defaultTemperature(engine),
    maxTemperature: MAX_TEMPERATURE,
  };
}

/** Creates a monitor's event target. Returns a function that reports fractions of a download, from 0 to 1. */
export function monitored(monitor) {
  /** @type {any} */
  const target = new EventTarget();
  target.ondownloadprogress = null;
  monitor?.(target);
  let last = -1;
  return (loaded) => {
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

/** Converts an error of an engine to the exception that the draft names. */
export function asDomException(error) {
  if (error.name !== 'DemitasseError') {
    return error;
  }
  const isConstraint = error.param?.startsWith('response_format') || error.code === 'unsupported';
  return new DOMException(error.message, isConstraint ? 'NotSupportedError' : 'UnknownError');
}

/** Returns a QuotaExceededError: the class of that name if the browser has it, or else a DOMException. */
export function quotaExceeded(requested, quota) {
  const message = `The prompt takes ${requested} tokens; the model's context has ${quota}.`;
  return globalThis.QuotaExceededError
    ? new QuotaExceededError(message, { requested, quota })
    : Object.assign(new DOMException(message, 'QuotaExceededError'), { requested, quota });
}

/** Settles like the promise, or rejects at once when the signal is aborted. */
export function unlessAborted(promise, signal) {
  return new Promise((resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    promise.then(resolve, reject);
  });
}
