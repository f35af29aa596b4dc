// The engine's dedicated worker. It starts Java (dev.demitasse.web.EngineWorker), which answers the page's requests.
import { loadKernels } from './kernels.js';
import { instantiate } from './loader.js';

/** Reports that a step of the start makes progress; null means that no step is running. The page limits the time of a step. */
const report = (/** @type {string | null} */ step) => self.postMessage({ type: 'step', step });

// These functions are for Java. Bundlers find the files of a folder by such a template, some only the files directly in it. Some replace
// the URL by a string.
self.loadKernels = (threads) => loadKernels(threads, report, fail);
self.shaderUrl = (name) =>
  String(
    name.startsWith('formats/')
      ? new URL(`./webgpu/formats/${name.slice('formats/'.length)}.wgsl`, import.meta.url)
      : new URL(`./webgpu/${name}.wgsl`, import.meta.url),
  );

self.holdCache = (name) => self.postMessage({ type: 'holdCache', name });

/** Reports a failure to the page, which ends the engine. A thrown error does not reach the page in every browser. */
const fail = (/** @type {any} */ error) => self.postMessage({ type: 'failed', name: error?.name, message: error?.message ?? String(error) });

self.onunhandledrejection = ({ reason }) => fail(reason);

async function start() {
  report('engine');
  const exports = await instantiate(new URL('./demitasse.wasm', import.meta.url), () => report('engine'));
  exports.main.value([]);
  self.postMessage({ type: 'ready' });
}

// No top-level await: WebKit does not report an error in it, and bundlers reject it in workers.
start().catch(fail);
