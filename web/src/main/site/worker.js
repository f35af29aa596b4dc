// The engine's worker, as pages of any origin start it.
import { DemitasseError } from './errors.js';
import { startWorker } from './start-worker.js';

/** A start makes progress at least this often, or it has failed. */
const STEP_LIMIT_SECONDS = 10;

/** Steps of a start, as parts of a sentence. */
const STEPS = {
  script: 'loading its script, engine-worker.js',
  engine: 'loading demitasse.wasm',
  kernels: 'loading the kernels',
  threads: 'starting its threads',
};

const NO_SCRIPT =
  "engine-worker.js could not be loaded. A Content Security Policy must allow it: worker-src blob: and its site, script-src its site 'wasm-unsafe-eval'";

/** A dedicated worker that runs the engine. What is posted to it before it is ready waits. */
export class EngineWorker {
  #worker;
  #isReady = false;
  #waiting = [];
  #onFailure;
  #step = null;
  #secondsLeft = 0;
  #timer;

  /**
   * @param {(message: object) => void} onMessage called for each message of the engine
   * @param {(error: Error) => void} onFailure called once, when the worker can't start or has failed; it is ended then
   * @throws {DemitasseError} where there are no workers, as in Node and in service workers
   */
  constructor(onMessage, onFailure) {
    if (typeof Worker === 'undefined') {
      throw unfit('Demitasse runs models in a Web Worker, which this environment lacks: use it in a page');
    }
    this.#onFailure = onFailure;
    this.#worker =
      startWorker('engine-worker.js', import.meta.url) ??
      new Worker(new URL('./engine-worker.js', import.meta.url), { type: 'module' });
    this.#worker.onmessage = ({ data }) => this.#receive(data, onMessage);
    this.#worker.onmessageerror = () => this.#fail(new Error('A message of the engine worker could not be read.'));
    this.#worker.onerror = (event) => {
      event.preventDefault(); // the owner reports it
      // A script that can't be fetched, or that the page's policy forbids, gives an event without a message.
      const message = `The engine worker failed: ${event.message ?? NO_SCRIPT}`;
      this.#fail(this.#isReady ? new Error(message) : unfit(message));
    };
    this.#watch('script');
  }

  post(message) {
    if (this.#isReady) {
      this.#worker.postMessage(message);
    } else {
      this.#waiting.push(message);
    }
  }

  end() {
    this.#watch(null);
    this.#worker.terminate();
  }

  #receive(message, onMessage) {
    switch (message.type) {
      case 'step':
        this.#watch(message.step);
        break;
      case 'ready':
        this.#watch(null);
        this.#isReady = true;
        this.#waiting.forEach((waiting) => this.#worker.postMessage(waiting));
        break;
      case 'failed': {
        const text = `The engine worker failed: ${message.message}`;
        this.#fail(this.#isReady && message.name !== 'DeviceUnfit' ? new Error(text) : unfit(text));
        break;
      }
      case 'holdCache':
        holdCache(message.name);
        break;
      default:
        onMessage(message);
    }
  }

  /**
   * Gives a step its full time again. Seconds are counted by a timer, so that those in which the page is suspended don't count.
   *
   * @param {keyof STEPS | null} step null if none is under way
   */
  #watch(step) {
    this.#step = step;
    this.#secondsLeft = STEP_LIMIT_SECONDS;
    if (step === null) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    } else {
      this.#timer ??= setInterval(() => this.#countDown(), 1000);
    }
  }

  #countDown() {
    if (--this.#secondsLeft === 0) {
      this.#fail(unfit(`The engine does not start: no progress for ${STEP_LIMIT_SECONDS} seconds in ${STEPS[this.#step]}.`));
    }
  }

  #fail(error) {
    this.end();
    this.#onFailure(error);
  }
}

/** Caches that the page keeps open, since WebKit's private windows empty those that nobody does. */
const heldCaches = new Map();

async function holdCache(name) {
  heldCaches.set(name, heldCaches.get(name) ?? (await globalThis.caches?.open(name).catch(() => undefined)));
}

function unfit(message) {
  return new DemitasseError(message, { status: 507, code: 'device_unfit' });
}
