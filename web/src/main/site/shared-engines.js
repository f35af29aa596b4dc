// Engines that are shared on a page: one for each model. An engine is closed when its last user leaves.
import { Demitasse } from './engine.js';

/** Shared engines by model. */
const engines = new Map();

/**
 * Joins the shared engine of a model, or loads the model. Every user must leave once.
 *
 * @param {string | Blob} url the absolute URL of the model, or its file
 * @param {{onProgress: (progress: object) => void, onNeeds: (needs: object) => void}} listeners called while the model is loaded
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

/** @returns {Demitasse | null | undefined} the shared engine of a model; null while it is loading, undefined if it has no users */
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
    () => forget(url, shared), // the next user tries again
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
