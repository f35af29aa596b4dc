// Runs the kernels for tests, in Node or in a browser's worker: executes the requests of RemoteKernelRuntime.
const node = typeof process === 'object';
const { KernelRuntime, startThreads } = await import(node ? './kernels.js' : `${location.origin}/kernels.js`);

let runtime;
let workers = [];

const decode = (text) => (node ? Buffer.from(text, 'base64') : Uint8Array.fromBase64(text));
const encode = (bytes) => (node ? Buffer.from(bytes).toString('base64') : bytes.toBase64());

const operations = {
  async create({ module, bytes, maxBytes, shared, wide, threads }) {
    workers.forEach((worker) => worker.terminate()); // they share the previous memory
    workers = await startThreads(threads - 1);
    runtime = new KernelRuntime(new WebAssembly.Module(decode(module)), bytes, {
      maxBytes,
      shared,
      wide,
      workers,
    });
  },
  /** Writes the same bytes repeatedly. */
  fill({ at, count, bytes }) {
    const pattern = decode(bytes);
    for (let done = 0; done < count; done += pattern.length) {
      runtime.write(at + done, pattern.subarray(0, Math.min(pattern.length, count - done)));
    }
  },
  grow: ({ bytes }) => runtime.grow(bytes),
  write: ({ at, bytes }) => runtime.write(at, decode(bytes)),
  read({ at, count }) {
    const bytes = new Uint8Array(count);
    runtime.read(at, bytes);
    return encode(bytes);
  },
  copy: ({ target, source, count }) => runtime.copy(target, source, count),
  repack: ({ packing, source, target, columns, panels }) => runtime.repack(packing, source, target, columns, panels),
  start: () => runtime.start(),
  /** Returns the milliseconds of each run of the program. */
  time: ({ runs }) =>
    Array.from({ length: runs }, () => {
      const start = performance.now();
      runtime.start();
      return performance.now() - start;
    }),
  /** Returns the average milliseconds of each command of the program, executed `rounds` times by one thread. */
  profile({ program, commands, commandBytes, rounds }) {
    const times = new Array(commands).fill(0);
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < commands; i++) {
        const start = performance.now();
        runtime.step(program + i * commandBytes);
        times[i] += performance.now() - start;
      }
    }
    return times.map((time) => time / rounds);
  },
};

async function handle(requests) {
  let result;
  for (const request of requests) {
    try {
      result = (await operations[request.op](request)) ?? null;
    } catch (error) {
      return { error: `${request.op}: ${error}` };
    }
  }
  return { result };
}

/** Defines as much of `Worker` by Node's workers as kernels.js and kernel-thread.js use. */
async function defineWorker() {
  const threads = await import('node:worker_threads');
  globalThis.Worker = class {
    #worker;

    constructor(url) {
      const script = `const { parentPort } = require('node:worker_threads');
        globalThis.self = { postMessage: (message) => parentPort.postMessage(message) };
        parentPort.on('message', (data) => self.onmessage({ data }));
        import(${JSON.stringify(url.href)});`;
      this.#worker = new threads.Worker(script, { eval: true });
      this.#worker.unref();
      this.#worker.on('message', (data) => this.onmessage({ data }));
    }

    postMessage(message) {
      this.#worker.postMessage(message);
    }

    terminate() {
      this.#worker.terminate();
    }
  };
}

if (node) {
  // Newer versions of Node neither need nor know these flags, and ignore them.
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--experimental-wasm-relaxed-simd');
  setFlagsFromString('--experimental-wasm-memory64');
  await defineWorker();
  const { createInterface } = await import('node:readline');
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(JSON.stringify(await handle(JSON.parse(line))) + '\n');
  }
  process.exit();
} else {
  self.onmessage = async ({ data }) => self.postMessage(await handle(data));
  self.postMessage('ready');
}
