// The settings. The browser stores those that differ from the defaults.
import { parseUrl } from './urls.js';

const KEY = 'demitasse settings';

/**
 * A setting.
 *
 * @typedef {object} Definition
 * @property {'choice' | 'text' | 'line' | 'secret' | 'number' | 'switch'} type
 * @property {any} value the default
 * @property {string[]} [options] of a choice
 * @property {number} [min]
 * @property {number} [max]
 * @property {number} [step]
 * @property {boolean} [reloads] whether a change requires a reload of the model
 */

/**
 * The settings by section and name. If a number is null, the engine or the recommendation of the model's developers decides.
 *
 * @type {Record<string, Record<string, Definition>>}
 */
export const SECTIONS = {
  appearance: {
    theme: { type: 'choice', value: 'system', options: ['system', 'light', 'dark'] },
    language: { type: 'choice', value: 'auto', options: ['auto', 'en', 'fr', 'es', 'de', 'it', 'pt'] },
  },
  answers: {
    systemPrompt: { type: 'text', value: '' },
    thinking: { type: 'switch', value: true },
    tools: { type: 'switch', value: false },
    temperature: { type: 'number', value: null, min: 0, max: 2, step: 0.05 },
    topP: { type: 'number', value: null, min: 0.05, max: 1, step: 0.05 },
    topK: { type: 'number', value: null, min: 1, max: 1000, step: 1 },
    minP: { type: 'number', value: null, min: 0, max: 1, step: 0.01 },
    maxTokens: { type: 'number', value: 2048, min: 1, max: 131_072, step: 1 },
    seed: { type: 'number', value: null, min: 0, max: Number.MAX_SAFE_INTEGER, step: 1 },
  },
  engine: {
    device: { type: 'choice', value: 'auto', options: ['auto', 'webgpu', 'cpu'], reloads: true },
    threads: { type: 'number', value: null, min: 1, max: 64, step: 1, reloads: true },
    contextLength: { type: 'number', value: null, min: 256, max: 1_048_576, step: 1, reloads: true },
    speculative: { type: 'switch', value: true },
  },
  server: {
    remote: { type: 'switch', value: false, reloads: true },
    baseURL: { type: 'line', value: '', reloads: true },
    apiKey: { type: 'secret', value: '', reloads: true },
    rememberKey: { type: 'switch', value: false },
    remoteModel: { type: 'line', value: '', reloads: true },
  },
};

const all = Object.assign({}, ...Object.values(SECTIONS));
const defaults = Object.fromEntries(Object.entries(all).map(([name, { value }]) => [name, value]));
/** Stored with the settings: the model that was used last. */
defaults.model = null;

/** The current values. Only {@link change} may change them. */
export const settings = { ...defaults, ...stored() };

/** @type {((changed: string[]) => void)[]} */
const listeners = [];

store(); // without a key that an earlier version has stored

/** @param {(changed: string[]) => void} listener called with the names of changed settings */
export function onSettings(listener) {
  listeners.push(listener);
}

/**
 * Changes settings and stores them. The key of a server is forgotten with the server.
 *
 * @param {Record<string, any>} values
 */
export function change(values) {
  const isOtherServer = 'baseURL' in values && originOf(values.baseURL) !== originOf(settings.baseURL);
  take({ ...settings, ...(isOtherServer && { apiKey: '' }), ...values });
  store();
}

const originOf = (/** @type {string} */ url) => parseUrl(url)?.origin;

/** Stores the settings, and the key only if the user wants that. */
function store() {
  const kept = Object.entries(settings).filter(
    ([name, value]) => value !== defaults[name] && (name !== 'apiKey' || settings.rememberKey),
  );
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(kept)));
  } catch {
    // There is no storage: the settings last until the page is closed.
  }
}

/** Resets all settings except the model. */
export function reset() {
  change({ ...defaults, model: settings.model });
}

/** Whether a change of these settings requires a reload of the model. */
export const needReload = (/** @type {string[]} */ names) => names.some((name) => all[name]?.reloads);

/** @param {Record<string, any>} values */
function take(values) {
  const changed = Object.keys(defaults).filter((name) => settings[name] !== values[name]);
  Object.assign(settings, values);
  if (changed.length > 0) {
    listeners.forEach((listener) => listener(changed));
  }
}

/** Returns the stored values that are valid. */
function stored() {
  try {
    const values = JSON.parse(localStorage.getItem(KEY) ?? 'null') ?? {};
    return Object.fromEntries(Object.entries(values).filter(([name, value]) => isValid(name, value)));
  } catch {
    return {};
  }
}

/**
 * @param {string} name
 * @param {unknown} value
 * @returns {boolean}
 */
function isValid(name, value) {
  const { type, options, min, max } = all[name] ?? {};
  switch (type) {
    case 'choice':
      return options.includes(value);
    case 'switch':
      return typeof value === 'boolean';
    case 'number':
      return value === null || (typeof value === 'number' && value >= min && value <= max);
    default:
      return Object.hasOwn(defaults, name) && typeof value === 'string';
  }
}

// Another tab has changed them.
addEventListener('storage', ({ key }) => {
  if (key === KEY || key === null) {
    take({ ...defaults, apiKey: settings.apiKey, ...stored() });
  }
});
