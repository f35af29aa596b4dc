// Engines that are shared on a page: one for each model. An engine is closed when its last user leaves.
import { Demitasse } from './engine.js';

/**
 * @typedef {import('./demitasse.js').Needs} Needs
 * @typedef {import('./demitasse.js').Progress} Progress
 * @typedef {{onProgress: (progress: Progress) => void, onNeeds: (needs: Needs) => void}} Listeners called while the model is loaded
 */

/**
 * @typedef {object} SharedEngine
 * @property {Set<Listeners>} users
 * @property {AbortController} end aborts the load
 * @property {Needs | null} needs
 * @property {Promise<Demitasse>} engine
 * @property {Demitasse | null} loaded
 */

/**
 * Shared engines by model.
 *
 * @type {Map<string | Blob, SharedEngine>}
 */
const engines = new Map();

/**
 * Joins the shared engine of a model, or loads the model. Every user must leave once.
 *
 * @param {string | Blob} url the absolute URL of the model, or its file
 * @param {Listeners} listeners
 * @returns {{engine: Promise<Demitasse>, leave: () => void}} the engine; `leave` aborts the load if no other user waits for it
 */
export function joinEngine(url, listeners) {
  let shared = engines.get(url);
  if (!shared || shared.loaded?.closed) {
    shared = start(url);
  }
  shared.users.add(listeners);
  if (shared.needs) {
    listeners.onNeeds(shared.needs);
  }
  return { engine: shared.engine, leave: () => leave(url, shared, listeners) };
}

/**
 * @param {string | Blob} url
 * @returns {Demitasse | null | undefined} the shared engine of a model; null while it is loading, undefined if it has no users
 */
export function joinedEngine(url) {
  return engines.get(url)?.loaded ?? (engines.has(url) ? null : undefined);
}

/** @param {string | Blob} url */
function start(url) {
  /** @type {Set<Listeners>} */
  const users = new Set();
  const end = new AbortController();
  const engine = Demitasse.load(url, {
    signal: end.signal,
    onProgress: (progress) => users.forEach(({ onProgress }) => onProgress(progress)),
    onNeeds: (needs) => {
      shared.needs = needs;
      users.forEach(({ onNeeds }) => onNeeds(needs));
    },
  });
  /** @type {SharedEngine} */
  const shared = { users, end, needs: null, engine, loaded: null };
  engine.then(
    (loaded) => (shared.loaded = loaded),
    () => forget(url, shared), // the next user tries again
  );
  engines.set(url, shared);
  return shared;
}

/**
 * @param {string | Blob} url
 * @param {SharedEngine} shared
 * @param {Listeners} user
 */
function leave(url, shared, user) {
  shared.users.delete(user);
  if (shared.users.size === 0) {
    forget(url, shared);
    shared.end.abort();
    shared.engine.then(
      (engine) => engine.close(),
      () => {},
    );
  }
}

/**
 * @param {string | Blob} url
 * @param {SharedEngine} shared
 */
function forget(url, shared) {
  if (engines.get(url) === shared) {
    engines.delete(url);
  }
}
