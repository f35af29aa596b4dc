// A thread of the kernels besides the engine's worker. After it receives a runtime, it runs WebAssembly until it is terminated.
self.onmessage = ({ data: { module, memory, thread } }) => {
  const { work } = /** @type {any} */ (new WebAssembly.Instance(module, { env: { memory } }).exports);
  work(thread);
};
self.postMessage('ready');
