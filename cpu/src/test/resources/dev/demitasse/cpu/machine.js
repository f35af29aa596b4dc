// A machine for the kernels' tests, in Node or in a browser's worker: carries out requests as RemoteMachine sends them.
let memory;
let exports;
let wide;

const node = typeof process === 'object';

const decode = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

function encode(bytes) {
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) {
    text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  }
  return btoa(text);
}

const address = (value) => (wide ? BigInt(value) : value);

function newMemory(initial, maximum, shared) {
  if (!wide) {
    return new WebAssembly.Memory({ initial, maximum, shared });
  }
  try {
    return new WebAssembly.Memory({ address: 'i64', initial: BigInt(initial), maximum: BigInt(maximum), shared });
  } catch {
    return new WebAssembly.Memory({ index: 'i64', initial, maximum: 1 << 16, shared }); // as engines had it at first
  }
}

/** What a thread other than the first does. */
const THREAD = `onmessage = ({ data: { module, memory, thread } }) => {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  postMessage('ready');
  exports.work(thread);
};`;

async function startThread(module, thread) {
  if (node) {
    const { Worker } = await import('node:worker_threads');
    const worker = new Worker(
      `const { parentPort } = require('node:worker_threads');
       const postMessage = (m) => parentPort.postMessage(m);
       let onmessage; parentPort.on('message', (data) => onmessage({ data })); ${THREAD}`,
      { eval: true },
    );
    worker.unref();
    worker.postMessage({ module, memory, thread });
    return new Promise((resolve) => worker.once('message', resolve));
  }
  const worker = new Worker(URL.createObjectURL(new Blob([THREAD], { type: 'text/javascript' })));
  worker.postMessage({ module, memory, thread });
  return new Promise((resolve) => (worker.onmessage = resolve));
}

const operations = {
  async create({ module: code, bytes, shared, wide: is64, threads }) {
    wide = is64;
    const module = new WebAssembly.Module(decode(code));
    const pages = Math.ceil(bytes / 65536);
    memory = newMemory(pages, is64 ? 1 << 18 : 1 << 16, shared);
    exports = new WebAssembly.Instance(module, { env: { memory } }).exports;
    for (let thread = 1; thread < threads; thread++) {
      await startThread(module, thread);
    }
  },
  write: ({ at, bytes }) => new Uint8Array(memory.buffer).set(decode(bytes), at),
  read: ({ at, count }) => encode(new Uint8Array(memory.buffer).slice(at, at + count)),
  copy: ({ target, source, count }) => exports.copy(address(target), address(source), count),
  repack: ({ packing, source, target, columns, panels }) =>
    exports['repack_' + packing](address(source), address(target), columns, panels),
  start: () => exports.start(),
};

async function handle(request) {
  try {
    return { result: (await operations[request.op](request)) ?? null };
  } catch (error) {
    return { error: String(error) };
  }
}

if (node) {
  // Flags that newer versions don't need, nor know: these take no notice.
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--experimental-wasm-relaxed-simd');
  setFlagsFromString('--experimental-wasm-memory64');
  const { createInterface } = await import('node:readline');
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(JSON.stringify(await handle(JSON.parse(line))) + '\n');
  }
  process.exit();
} else {
  onmessage = async ({ data }) => postMessage(await handle(data));
}
