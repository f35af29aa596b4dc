// The SIMD kernels: selects the module that this browser can run, and creates runtimes from a module, a memory and threads.
// The package dev.demitasse.cpu describes the modules; dev.demitasse.cpu.KernelRuntime describes the methods of a runtime.
import { compileModule } from './compile-module.js';
import { startWorker } from './start-worker.js';

/**
 * Each file name is written in full, so that bundlers find the file.
 *
 * @type {Record<string, URL>}
 */
const MODULES = {
  'kernels': new URL('./kernels.wasm', import.meta.url),
  'kernels-64': new URL('./kernels-64.wasm', import.meta.url),
  'kernels-shared': new URL('./kernels-shared.wasm', import.meta.url),
  'kernels-shared-64': new URL('./kernels-shared-64.wasm', import.meta.url),
  'kernels-relaxed': new URL('./kernels-relaxed.wasm', import.meta.url),
  'kernels-relaxed-64': new URL('./kernels-relaxed-64.wasm', import.meta.url),
  'kernels-relaxed-shared': new URL('./kernels-relaxed-shared.wasm', import.meta.url),
  'kernels-relaxed-shared-64': new URL('./kernels-relaxed-shared-64.wasm', import.meta.url),
};

const PAGE = 65536;
const MAX_PAGES = 2 ** 16; // 4 GiB

const MODULE_HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const validates = (/** @type {number[]} */ ...sections) => WebAssembly.validate(new Uint8Array([...MODULE_HEADER, ...sections]));

/** A function that contains `i16x8.relaxed_dot_i8x16_i7x16_s`. */
const RELAXED_SIMD = [
  ...[1, 5, 1, 0x60, 0, 1, 0x7b],
  ...[3, 2, 1, 0],
  ...[10, 15, 1, 13, 0, 0x41, 1, 0xfd, 0x0f, 0x41, 1, 0xfd, 0x0f, 0xfd, 0x92, 2, 0x0b],
];
/** A memory with 64-bit addresses. */
const MEMORY_64 = [5, 3, 1, 4, 1];

/**
 * Fetches the fastest module that this browser can run, and starts the threads.
 *
 * @param {number} wanted number of threads; there is only one where the page can't share memory with threads
 * @param {(step: 'kernels' | 'threads' | null) => void} [report] called with the current step whenever it makes progress, and with null
 *   at the end
 * @param {(error: Error) => void} [onFailure] called when a thread fails later
 */
export async function loadKernels(wanted, report = () => {}, onFailure = () => {}) {
  report('kernels');
  const shared = wanted > 1 && canShareMemory();
  const workers = startThreads(shared ? wanted - 1 : 0, onFailure);
  workers.catch(() => {}); // handled below
  const name = `kernels${validates(...RELAXED_SIMD) ? '-relaxed' : ''}${shared ? '-shared' : ''}`;
  const narrow = await compileModule(MODULES[name], { onProgress: () => report('kernels') });
  report('threads');
  const threads = await workers;
  report(null);
  const hasWide = validates(...MEMORY_64);
  return {
    threads: threads.length + 1,
    whyOneThread: globalThis.crossOriginIsolated ? 'this browser has no shared memory' : 'the page is not cross-origin isolated',
    /**
     * Creates a runtime, whose memory needs 64-bit addresses above 4 GiB.
     *
     * @param {number} bytes initial size of the memory
     * @param {number} maxBytes maximum size of the memory
     */
    create(bytes, maxBytes) {
      const wide = maxBytes > MAX_PAGES * PAGE;
      if (wide && !hasWide) {
        throw new RangeError('this browser gives WebAssembly no more than 4 GiB of memory');
      }
      const module = wide ? new WebAssembly.Module(fetchNow(`${name}-64`)) : narrow;
      return new KernelRuntime(module, bytes, { maxBytes, shared, wide, workers: threads });
    },
  };
}

/** Some browsers isolate a page across origins but lack SharedArrayBuffer, or shared WebAssembly memory. */
function canShareMemory() {
  if (!globalThis.crossOriginIsolated || typeof SharedArrayBuffer === 'undefined') {
    return false;
  }
  try {
    return new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer instanceof SharedArrayBuffer;
  } catch {
    return false;
  }
}

/**
 * Returns the bytes of a module. Blocks, which a worker may do; only models above 4 GiB need this.
 *
 * @param {string} name
 */
function fetchNow(name) {
  const request = new XMLHttpRequest();
  request.open('GET', MODULES[name], false);
  request.responseType = 'arraybuffer';
  request.send();
  if (request.status !== 200) {
    throw new Error(`${name}.wasm answered with status ${request.status}`);
  }
  return request.response;
}

/**
 * Starts workers. The promise resolves when all of them wait for a runtime.
 *
 * @param {number} count
 * @param {(error: Error) => void} [onFailure] called when a worker fails later
 * @returns {Promise<Worker[]>}
 */
export function startThreads(count, onFailure = () => {}) {
  return Promise.all(
    Array.from({ length: count }, () => {
      const worker =
        startWorker('kernel-thread.js', import.meta.url) ??
        new Worker(new URL('./kernel-thread.js', import.meta.url), { type: 'module' });
      return new Promise((resolve, reject) => {
        worker.onmessage = () => {
          worker.onerror = ({ message }) => onFailure(new Error(`a thread failed: ${message}`));
          resolve(worker);
        };
        worker.onerror = ({ message = 'kernel-thread.js could not be loaded' }) =>
          reject(new Error(`a thread did not start: ${message}`));
      });
    }),
  );
}

/** A WebAssembly instance with its memory and threads. */
export class KernelRuntime {
  #memory;
  /** @type {any} */
  #exports;
  /** Converts an address to the type that the module takes. @type {(value: number) => any} */
  #address;

  /**
   * @param {WebAssembly.Module} module
   * @param {number} bytes initial size of the memory
   * @param {{maxBytes: number, shared: boolean, wide: boolean, workers: Worker[]}} options `workers` become the threads besides this
   *   one; each can be used once
   */
  constructor(module, bytes, { maxBytes, shared, wide, workers }) {
    this.#address = wide ? BigInt : (/** @type {number} */ value) => value;
    this.#memory = newMemory(pages(bytes), pages(maxBytes), shared, wide);
    this.#exports = new WebAssembly.Instance(module, { env: { memory: this.#memory } }).exports;
    workers.forEach((worker, i) => worker.postMessage({ module, memory: this.#memory, thread: i + 1 }));
  }

  /**
   * Grows the memory to at least this number of bytes.
   *
   * @param {number} bytes
   */
  grow(bytes) {
    const missing = pages(bytes) - this.#memory.buffer.byteLength / PAGE;
    if (missing > 0) {
      try {
        this.#memory.grow(missing);
      } catch (error) {
        if (!(error instanceof TypeError)) {
          throw error;
        }
        this.#memory.grow(/** @type {any} */ (BigInt(missing))); // 64-bit addresses
      }
    }
  }

  /**
   * Copies bytes to an address.
   *
   * @param {number} address
   * @param {Uint8Array} bytes
   */
  write(address, bytes) {
    new Uint8Array(this.#memory.buffer, address, bytes.length).set(bytes);
  }

  /**
   * Fills an array from an address.
   *
   * @param {number} address
   * @param {Uint8Array} target
   */
  read(address, target) {
    target.set(new Uint8Array(this.#memory.buffer, address, target.length));
  }

  /**
   * @param {number} target
   * @param {number} source
   * @param {number} bytes
   */
  copy(target, source, bytes) {
    this.#exports.copy(this.#address(target), this.#address(source), bytes);
  }

  /**
   * Repacks quantized weights. Returns whether all scales are finite.
   *
   * @param {string} packing
   * @param {number} source
   * @param {number} target
   * @param {number} columns
   * @param {number} panels
   */
  repack(packing, source, target, columns, panels) {
    return this.#exports[`repack_${packing}`](this.#address(source), this.#address(target), columns, panels) === 0;
  }

  start() {
    this.#exports.start();
  }

  /**
   * Executes a single command on this thread alone, for profiles.
   *
   * @param {number} command
   */
  step(command) {
    this.#exports.step(this.#address(command));
  }
}

const pages = (/** @type {number} */ bytes) => Math.ceil(bytes / PAGE);

/**
 * @param {number} initial
 * @param {number} maximum
 * @param {boolean} shared
 * @param {boolean} wide
 */
function newMemory(initial, maximum, shared, wide) {
  if (!wide) {
    return new WebAssembly.Memory({ initial, maximum, shared });
  }
  const create = (/** @type {any} */ descriptor) => new WebAssembly.Memory(descriptor);
  try {
    return create({ address: 'i64', initial: BigInt(initial), maximum: BigInt(maximum), shared });
  } catch (error) {
    if (error instanceof RangeError) {
      throw error;
    }
    return create({ index: 'i64', initial, maximum, shared }); // the proposal's first form
  }
}
