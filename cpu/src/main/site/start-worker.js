// Starts workers whose scripts may be of another origin than the page.

/** Whether modules are served as they are. Bundlers put them together. */
const SERVED = /^https?:[^?#]*\/start-worker\.js([?#]|$)/.test(import.meta.url);

/** A page with Trusted Types wants to know who starts workers. */
const policy = createPolicy();

/**
 * Starts a module as a worker. Browsers want a worker's script to be of the page's origin: a module of another one is imported by
 * a script that is made here.
 *
 * @param {string} name of the module's file
 * @param {string} base `import.meta.url` of a module in the same folder
 * @returns {Worker | null} null where a bundler has moved the module, which it finds by `new Worker(new URL('…', import.meta.url))`
 *   only
 */
export function startWorker(name, base) {
  if (!SERVED) {
    return null;
  }
  const url = new URL(name, base);
  const address = url.origin === globalThis.origin ? url.href : scriptThatImports(url.href);
  return new Worker(policy?.createScriptURL(address) ?? address, { type: 'module' });
}

/** Its address stays: the worker may be started again. */
const scripts = new Map();

function scriptThatImports(url) {
  const script = `import ${JSON.stringify(url)};`;
  if (globalThis.origin === 'null') {
    // A sandbox. Chromium starts no module from blobs there, but any from such addresses.
    return `data:text/javascript,${encodeURIComponent(script)}`;
  }
  if (!scripts.has(url)) {
    scripts.set(url, URL.createObjectURL(new Blob([script], { type: 'text/javascript' })));
  }
  return scripts.get(url);
}

function createPolicy() {
  try {
    return globalThis.trustedTypes?.createPolicy('demitasse-worker', { createScriptURL: (address) => address });
  } catch {
    return undefined; // the page doesn't allow it: if it insists on Trusted Types, no worker can be started
  }
}
