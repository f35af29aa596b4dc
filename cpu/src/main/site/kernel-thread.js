// A thread of the kernels beside the engine's worker: once it has a machine, it runs WebAssembly for the rest of its life.
self.onmessage = ({ data: { module, memory, thread } }) => {
  new WebAssembly.Instance(module, { env: { memory } }).exports.work(thread);
};
self.postMessage('ready');
