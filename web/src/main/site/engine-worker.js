// The engine's dedicated worker: everything after this line is Java (dev.demitasse.web.EngineWorker).
import { loadKernels } from './kernels.js';
import { instantiate } from './loader.js';

// For Java. Bundlers find the files of a folder by such a name, some only those right in it, and some put a string in place of the URL.
self.loadKernels = loadKernels;
self.shaderUrl = (name) =>
  String(
    name.startsWith('formats/')
      ? new URL(`./webgpu/formats/${name.slice('formats/'.length)}.wgsl`, import.meta.url)
      : new URL(`./webgpu/${name}.wgsl`, import.meta.url),
  );

// An error that no one handled, a trap in a promise's callback say, must reach the page's `worker.onerror`.
self.onunhandledrejection = ({ reason }) =>
  setTimeout(() => {
    throw reason;
  });

// Requests that come while the module loads wait for Java's own handler.
const early = [];
self.onmessage = (event) => early.push(event);
const exports = await instantiate(new URL('./demitasse.wasm', import.meta.url));
exports.main.value([]);
early.forEach((event) => self.onmessage(event));
