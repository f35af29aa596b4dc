// The engine's dedicated worker. It starts Java (dev.demitasse.web.EngineWorker), which answers the page's requests.
import { loadKernels } from './kernels.js';
import { instantiate } from './loader.js';

/** Tells the page which step of a start makes progress, or with null that none is under way. The page limits the time of a step. */
const report = (step) => self.postMessage({ type: 'step', step });

// For Java. Bundlers find the files of a folder by such a name, some only those right in it, and some put a string in place of the URL.
self.loadKernels = (threads) => loadKernels(threads, report);
self.shaderUrl = (name) =>
  String(
    name.startsWith('formats/')
      ? new URL(`./webgpu/formats/${name.slice('formats/'.length)}.wgsl`, import.meta.url)
      : new URL(`./webgpu/${name}.wgsl`, import.meta.url),
  );

self.holdCache = (name) => self.postMessage({ type: 'holdCache', name });

/** Ends the engine: its page hears why. An error that is only thrown does not reach the page in every browser. */
const fail = (error) => self.postMessage({ type: 'failed', name: error?.name, message: error?.message ?? String(error) });

self.onunhandledrejection = ({ reason }) => fail(reason);

async function start() {
  report('engine');
  const exports = await instantiate(new URL('./demitasse.wasm', import.meta.url), () => report('engine'));
  exports.main.value([]);
  self.postMessage({ type: 'ready' });
}

// Not awaited here: WebKit tells no one of an error in a module's top-level await, and bundlers refuse it in workers.
start().catch(fail);
