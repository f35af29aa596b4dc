// The options of a load.
import { parseUrl } from './urls.js';

/** @typedef {import('./demitasse.js').LoadOptions} LoadOptions */

const LOAD_OPTIONS = [
  'onProgress',
  'onNeeds',
  'signal',
  'cache',
  'contextLength',
  'kvType',
  'prefixCacheBytes',
  'threads',
  'device',
  'chatTemplate',
  'hub',
];
/** @type {Record<string, unknown[]>} */
const CHOICES = { device: ['auto', 'webgpu', 'cpu'], kvType: ['f16', 'q8_0'] };
const NUMBERS = ['contextLength', 'prefixCacheBytes', 'threads'];

/**
 * Makes a URL absolute.
 *
 * @param {string} url
 */
export function absolute(url) {
  return new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href).href;
}

/**
 * Asks the browser not to evict the storage, before most of the model is stored.
 *
 * @param {import('./demitasse.js').Needs} needs
 */
export function keepStorage({ disk }) {
  if (disk && disk.stored < disk.total) {
    globalThis.navigator?.storage?.persist?.();
  }
}

/**
 * Returns the options that have a value. An unknown option is an error.
 *
 * @param {LoadOptions} options
 * @returns {LoadOptions}
 */
export function checkedOptions(options) {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    if (!LOAD_OPTIONS.includes(name)) {
      throw new TypeError(`unknown option: ${name}`);
    }
    if (name.startsWith('on') && typeof value !== 'function') {
      throw new TypeError(`option ${name} must be a function`);
    }
    if (name === 'signal' && !(value instanceof AbortSignal)) {
      throw new TypeError('option signal must be an AbortSignal');
    }
    if (NUMBERS.includes(name) && !Number.isSafeInteger(value)) {
      throw new TypeError(`option ${name} must be a whole number`);
    }
    if (name === 'chatTemplate' && (typeof value !== 'string' || value === '')) {
      throw new TypeError('option chatTemplate must be the text of a template');
    }
    if (name === 'hub') {
      checkHub(value);
    }
    if (name === 'cache' && typeof value !== 'boolean') {
      throw new TypeError('option cache must be true or false');
    }
    if (CHOICES[name]?.includes(value) === false) {
      throw new TypeError(`option ${name} must be one of ${CHOICES[name].join(', ')}`);
    }
  }
  return Object.fromEntries(given);
}

/**
 * Checks the option `hub`.
 *
 * @param {any} hub
 */
function checkHub(hub) {
  const names = hub !== null && typeof hub === 'object' ? Object.keys(hub) : ['hub'];
  const unknown = names.find((name) => !['endpoint', 'token'].includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`option hub must have only endpoint and token, not ${unknown}`);
  }
  const { endpoint, token } = hub;
  if (endpoint !== undefined && !['https:', 'http:'].includes(parseUrl(String(endpoint))?.protocol ?? '')) {
    throw new TypeError('option hub.endpoint must be an http or https URL');
  }
  if (token !== undefined && (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token))) {
    throw new TypeError('option hub.token must be an access token');
  }
}
