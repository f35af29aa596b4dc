// Starts workers whose scripts may have another origin than the page.

/** Whether modules are served unchanged. Bundlers merge them. */
const SERVED = /^https?:[^?#]*\/start-worker\.js([?#]|$)/.test(import.meta.url);

/** A page with Trusted Types must allow this policy. */
const policy = createPolicy();

/**
 * Starts a module as a worker. Browsers require that a worker's script has the page's origin. A module of another origin is imported
 * by a script that this function creates.
 *
 * @param {string} name the module's file name
 * @param {string} base `import.meta.url` of a module in the same folder
 * @returns {Worker | null} null if a bundler has moved the module; bundlers find it only by `new Worker(new URL('…', import.meta.url))`
 */
export function startWorker(name, base) {
  if (!SERVED) {
    return null;
  }
  const url = new URL(name, base);
  const address = url.origin === globalThis.origin ? url.href : scriptThatImports(url.href);
  return new Worker(policy?.createScriptURL(address) ?? address, { type: 'module' });
}

/** Blob URLs by module URL. They are not revoked, because a worker may be started again. */
const scripts = new Map();

/** @param {string} url */
function scriptThatImports(url) {
  const script = `import ${JSON.stringify(url)};`;
  if (globalThis.origin === 'null') {
    // A sandbox. Chromium starts no module from a blob there, but it starts one from a data URL.
    return `data:text/javascript,${encodeURIComponent(script)}`;
  }
  if (!scripts.has(url)) {
    scripts.set(url, URL.createObjectURL(new Blob([script], { type: 'text/javascript' })));
  }
  return scripts.get(url);
}

function createPolicy() {
  try {
    return globalThis.trustedTypes?.createPolicy('demitasse-worker', { createScriptURL: (/** @type {string} */ address) => address });
  } catch {
    return undefined; // the page does not allow the policy; if it requires Trusted Types, no worker can start
  }
}
