// Engines that several users on a page share: one for each model, closed when nobody uses it any more.
import { Demitasse } from './engine.js';

/** By the model's URL. */
const engines = new Map();

/**
 * Loads a model, or joins those who have: each user leaves once.
 *
 * @param {string | Blob} url of the model, in full; or the model itself
 * @param {{onProgress: (progress: object) => void, onNeeds: (needs: object) => void}} listeners while the model is loaded
 * @returns {{engine: Promise<Demitasse>, leave: () => void}} `leave` ends a load that nobody waits for any more
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

/** @returns {Demitasse | null | undefined} a model's shared engine; null while it is loaded, undefined if nobody uses it */
export function joinedEngine(url) {
  return engines.get(url)?.loaded ?? (engines.has(url) ? null : undefined);
}

function start(url) {
  const users = new Set();
  const end = new AbortController();
  const shared = { users, end, needs: null, engine: null, loaded: null };
  shared.engine = Demitasse.load(url, {
    signal: end.signal,
    onProgress: (progress) => users.forEach(({ onProgress }) => onProgress(progress)),
    onNeeds: (needs) => {
      shared.needs = needs;
      users.forEach(({ onNeeds }) => onNeeds(needs));
    },
  });
  shared.engine.then(
    (engine) => (shared.loaded = engine),
    () => forget(url, shared), // the next user tries anew
  );
  engines.set(url, shared);
  return shared;
}

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

function forget(url, shared) {
  if (engines.get(url) === shared) {
    engines.delete(url);
  }
}
