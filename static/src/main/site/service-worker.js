// Stores the page and the engine on the device. A version of the site is installed completely or not at all. It serves pages until
// none uses it any more; the next version waits for that. Does not touch models, and not models.json, which the page keeps.
'use strict';

// The build sets these two (dev.demitasse.serve.build.ServiceWorker).
/** The SHA-256 of each file. @type {Record<string, string>} */
const FILES = {};
/** Changes with each file and with this script. */
const VERSION = '';

/** @type {any} ServiceWorkerGlobalScope, which TypeScript does not know together with the page's types */
const worker = self;
const SCOPE = worker.registration.scope;
// Other folders of the host may have workers of their own; all of them share one storage.
const CACHES_OF_SITE = `site ${SCOPE} `;
const CACHE = CACHES_OF_SITE + VERSION;

/** Isolates the page across origins, which gives it threads, on hosts that can't send headers. */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};
/** Headers that describe a transfer, not a file. */
const OF_TRANSFER = ['Content-Encoding', 'Content-Length', 'Vary'];

worker.oninstall = (/** @type {any} */ event) => event.waitUntil(install());
worker.onactivate = (/** @type {any} */ event) => event.waitUntil(activate());
worker.onmessage = (/** @type {any} */ event) => event.waitUntil(takeOver(event.source));

worker.onfetch = (/** @type {any} */ event) => {
  const { method, url: whole } = event.request;
  const [url] = whole.split(/[?#]/);
  const path = url.slice(SCOPE.length) || 'index.html';
  if (method === 'GET' && url.startsWith(SCOPE) && Object.hasOwn(FILES, path)) {
    event.respondWith(serve(path));
  }
};

async function install() {
  const cache = await caches.open(CACHE);
  const keep = async (/** @type {string} */ path) => cache.put(key(path), isolating((await carried(path)) ?? (await fetched(path))));
  await Promise.all(Object.keys(FILES).map(keep));
}

async function activate() {
  // A newer version that is being installed has a cache, too. It cleans up when it is activated.
  const { installing, waiting } = worker.registration;
  if (!installing && !waiting) {
    const names = await caches.keys();
    const others = names.filter((name) => name.startsWith(CACHES_OF_SITE) && name !== CACHE);
    await Promise.all(others.map((name) => caches.delete(name)));
  }
  await worker.clients.claim();
}

/**
 * Replaces the active version if the page that asks for it is the only one. Other pages would lose the files of their engine.
 *
 * @param {{postMessage: (message: string) => void}} page
 */
async function takeOver(page) {
  /** @type {{url: string}[]} */
  const windows = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (windows.filter(({ url }) => url.startsWith(SCOPE)).length === 1) {
    worker.skipWaiting();
  } else {
    page.postMessage('other pages are open');
  }
}

/** A key made of a file's name and content: an unchanged file is found in the cache of any version. */
const key = (/** @type {string} */ path) => `${SCOPE}${path}?${FILES[path]}`;

/**
 * Returns a file of another version's cache, or null if none has it undamaged.
 *
 * @param {string} path
 */
async function carried(path) {
  const response = await caches.match(key(path));
  const bytes = await response?.arrayBuffer().catch(() => null);
  return bytes && (await sha256(bytes)) === FILES[path] ? new Response(bytes, response) : null;
}

/**
 * Fetches a file from the host. The HTTP cache may hold another version's file, and a deployment may be incomplete.
 *
 * @param {string} path
 */
async function fetched(path) {
  for (const cache of /** @type {const} */ (['no-cache', 'reload'])) {
    const response = await fetch(SCOPE + path, { cache });
    const bytes = await response.arrayBuffer();
    if (response.ok && (await sha256(bytes)) === FILES[path]) {
      return new Response(bytes, response);
    }
  }
  throw new Error(`${path} does not belong to this version`);
}

/** @param {ArrayBuffer} bytes */
async function sha256(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @param {Response} response */
function isolating({ body, status, headers: received }) {
  const headers = new Headers(received);
  OF_TRANSFER.forEach((name) => headers.delete(name));
  Object.entries(ISOLATION).forEach(([name, value]) => headers.set(name, value));
  return new Response(body, { status, headers });
}

/**
 * Returns the installed file. If the browser has lost it, fetches and stores it again; if the host has another version by now, returns that.
 *
 * @param {string} path
 */
async function serve(path) {
  const response = await caches.match(key(path), { cacheName: CACHE }).catch(() => null);
  return response ?? restored(path).catch(async () => isolating(await fetch(SCOPE + path)));
}

/** @param {string} path */
async function restored(path) {
  const response = isolating(await fetched(path));
  const copy = response.clone();
  await caches.open(CACHE).then((cache) => cache.put(key(path), copy)).catch(() => {}); // no space: it is fetched each time
  return response;
}
