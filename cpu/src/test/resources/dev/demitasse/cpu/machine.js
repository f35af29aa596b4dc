// A machine for the kernels' tests, in Node or in a browser's worker: carries out requests as RemoteMachine sends them.
const node = typeof process === 'object';
const { KernelMachine, startThreads } = await import(node ? './kernels.js' : `${location.origin}/kernels.js`);

let machine;
let workers = [];

const decode = (text) => (node ? Buffer.from(text, 'base64') : Uint8Array.fromBase64(text));
const encode = (bytes) => (node ? Buffer.from(bytes).toString('base64') : bytes.toBase64());

const operations = {
  async create({ module, bytes, most, shared, wide, threads }) {
    workers.forEach((worker) => worker.terminate()); // with the memory of the machine before
    workers = await startThreads(threads - 1);
    machine = new KernelMachine(new WebAssembly.Module(decode(module)), bytes, { most, shared, wide, workers });
  },
  /** The same bytes over and over. */
  fill({ at, count, bytes }) {
    const pattern = decode(bytes);
    for (let done = 0; done < count; done += pattern.length) {
      machine.write(at + done, pattern.subarray(0, Math.min(pattern.length, count - done)));
    }
  },
  grow: ({ bytes }) => machine.grow(bytes),
  write: ({ at, bytes }) => machine.write(at, decode(bytes)),
  read({ at, count }) {
    const bytes = new Uint8Array(count);
    machine.read(at, bytes);
    return encode(bytes);
  },
  copy: ({ target, source, count }) => machine.copy(target, source, count),
  repack: ({ packing, source, target, columns, panels }) => machine.repack(packing, source, target, columns, panels),
  start: () => machine.start(),
  /** Milliseconds of each of some runs of the program. */
  time: ({ runs }) =>
    Array.from({ length: runs }, () => {
      const start = performance.now();
      machine.start();
      return performance.now() - start;
    }),
  /** Milliseconds of each command of the program, run `rounds` times by one thread. */
  profile({ program, commands, commandBytes, rounds }) {
    const times = new Array(commands).fill(0);
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < commands; i++) {
        const start = performance.now();
        machine.step(program + i * commandBytes);
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

/** Web workers over Node's, as far as kernels.js and kernel-thread.js know them. */
async function likeABrowser() {
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
  // Flags that newer versions don't need, nor know: these take no notice.
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--experimental-wasm-relaxed-simd');
  setFlagsFromString('--experimental-wasm-memory64');
  await likeABrowser();
  const { createInterface } = await import('node:readline');
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(JSON.stringify(await handle(JSON.parse(line))) + '\n');
  }
  process.exit();
} else {
  self.onmessage = async ({ data }) => self.postMessage(await handle(data));
  self.postMessage('ready');
}
