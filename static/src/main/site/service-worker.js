// Keeps the page and the engine on the device. A version of the site is installed whole or not at all, and serves until
// nothing needs it any more; the next one waits for that. Models are left alone.
'use strict';

// These two are written by the build (dev.demitasse.serve.build.ServiceWorker).
/** Each file's SHA-256. */
const FILES = {};
/** Another one wherever a file or this script differs. */
const VERSION = '';

const SCOPE = registration.scope;
// Other folders of the host may have workers of their own: all share one storage.
const CACHES_OF_SITE = `site ${SCOPE} `;
const CACHE = CACHES_OF_SITE + VERSION;
/** Outlives versions: what names the site's model is no part of the build. */
const MODELS_CACHE = `models.json ${SCOPE}`;

/** So that the page is cross-origin isolated, and has threads, on hosts that can't send headers. */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};
/** Headers that are true of a transfer only. */
const OF_TRANSFER = ['Content-Encoding', 'Content-Length', 'Vary'];

self.oninstall = (event) => event.waitUntil(install());
self.onactivate = (event) => event.waitUntil(activate());
self.onmessage = (event) => event.waitUntil(takeOver(event.source));

self.onfetch = (event) => {
  const { request } = event;
  const [url] = request.url.split(/[?#]/);
  if (request.method !== 'GET' || !url.startsWith(SCOPE)) {
    return;
  }
  const path = url.slice(SCOPE.length) || 'index.html';
  if (Object.hasOwn(FILES, path)) {
    event.respondWith(serve(path));
  } else if (path === 'models.json') {
    event.respondWith(newestModels(request));
  }
};

async function install() {
  const cache = await caches.open(CACHE);
  const keep = async (path) => cache.put(key(path), isolating((await kept(path)) ?? (await fetched(path))));
  await Promise.all(Object.keys(FILES).map(keep));
}

async function activate() {
  // A newer version under way has a cache too; it cleans up when its turn comes.
  if (!registration.installing && !registration.waiting) {
    const names = await caches.keys();
    const others = names.filter((name) => name.startsWith(CACHES_OF_SITE) && name !== CACHE);
    await Promise.all(others.map((name) => caches.delete(name)));
  }
  await clients.claim();
}

/** Replaces the version at work, if the page that asks for it is the only one: others would lose their engine's files. */
async function takeOver(page) {
  const windows = await clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (windows.filter(({ url }) => url.startsWith(SCOPE)).length === 1) {
    skipWaiting();
  } else {
    page.postMessage('other pages are open');
  }
}

/** Names a file and its content, so that one that didn't change is found whichever version brought it. */
const key = (path) => `${SCOPE}${path}?${FILES[path]}`;

const kept = (path) => caches.match(key(path));

/** The file from the host: the browser's HTTP cache may hold that of another version, and a deployment be half done. */
async function fetched(path) {
  for (const cache of ['no-cache', 'reload']) {
    const response = await fetch(SCOPE + path, { cache });
    const bytes = await response.arrayBuffer();
    if (response.ok && (await sha256(bytes)) === FILES[path]) {
      return new Response(bytes, response);
    }
  }
  throw new Error(`${path} is not the one of this version`);
}

async function sha256(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function isolating({ body, status, headers: received }) {
  const headers = new Headers(received);
  OF_TRANSFER.forEach((name) => headers.delete(name));
  Object.entries(ISOLATION).forEach(([name, value]) => headers.set(name, value));
  return new Response(body, { status, headers });
}

/** The file as it was installed. Should the browser have lost it, the host's. */
async function serve(path) {
  const response = await kept(path).catch(() => null);
  return response ?? isolating(await fetch(SCOPE + path));
}

/** The host's models.json, or offline what it was last time. */
async function newestModels(request) {
  const cache = await caches.open(MODELS_CACHE);
  let response;
  try {
    response = await fetch(request);
  } catch (error) {
    const last = await cache.match('models.json');
    if (!last) {
      throw error;
    }
    return last;
  }
  if (response.ok) {
    await cache.put('models.json', isolating(response.clone())).catch(() => {}); // no room: it is for offline use only
  }
  return response;
}
