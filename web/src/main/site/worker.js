// Starts the engine's worker, from pages of any origin.
import { DemitasseError } from './errors.js';
import { startWorker } from './start-worker.js';
import { Watchdog } from './watchdog.js';

/** A step of the start fails after this time without progress. */
const STEP_LIMIT_SECONDS = 10;

/** The steps of a start, for error messages. */
const STEPS = {
  script: 'loading its script, engine-worker.js',
  engine: 'loading demitasse.wasm',
  kernels: 'loading the kernels',
  threads: 'starting its threads',
};

const NO_SCRIPT =
  "engine-worker.js could not be loaded. A Content Security Policy must allow it: worker-src blob: and its site, script-src its site 'wasm-unsafe-eval'";

/** A dedicated worker that runs the engine. Messages are held back until it is ready. */
export class EngineWorker {
  #worker;
  #isReady = false;
  /** @type {object[]} */
  #waiting = [];
  #onFailure;
  /** @type {keyof STEPS | null} */
  #step = null;
  #secondsLeft = 0;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  #watchdog;
  /** The work that the watchdog is to watch when the worker is ready. @type {import('./watchdog.js').Work | null} */
  #work = null;

  /**
   * @param {(message: any) => void} onMessage called for each message of the engine
   * @param {(error: Error) => void} onFailure called once, when the worker can't start, has failed or has stopped; the worker is
   *   terminated
   * @param {Watchdog} [watchdog] watches this worker from now on
   * @throws {DemitasseError} if the environment has no workers, like Node and service workers
   */
  constructor(onMessage, onFailure, watchdog = new Watchdog()) {
    if (typeof Worker === 'undefined') {
      throw unfit('Demitasse runs models in a Web Worker, which this environment lacks: use it in a page');
    }
    this.#onFailure = onFailure;
    this.#watchdog = watchdog;
    watchdog.attach(
      () => this.#worker.postMessage({ type: 'ping', id: 0 }),
      (reason) => this.#fail(new Error(`The engine worker was ended: ${reason}.`)),
    );
    this.#worker =
      startWorker('engine-worker.js', import.meta.url) ??
      new Worker(new URL('./engine-worker.js', import.meta.url), { type: 'module' });
    this.#worker.onmessage = ({ data }) => this.#receive(data, onMessage);
    this.#worker.onmessageerror = () => this.#fail(new Error('A message of the engine worker could not be read.'));
    this.#worker.onerror = (event) => {
      event.preventDefault(); // the owner reports it
      // If a script can't be fetched or the page's policy forbids it, the event has no message.
      const message = `The engine worker failed: ${event.message ?? NO_SCRIPT}`;
      this.#fail(this.#isReady ? new Error(message) : unfit(message));
    };
    this.#watch('script');
  }

  /** @param {object} message */
  post(message) {
    if (this.#isReady) {
      this.#worker.postMessage(message);
    } else {
      this.#waiting.push(message);
    }
  }

  /**
   * Watches the work that was posted, until it has ended.
   *
   * @param {import('./watchdog.js').Work | null} work null if the work has ended
   */
  watchWork(work) {
    this.#work = work;
    if (work === null) {
      this.#watchdog.end();
    } else if (this.#isReady) {
      this.#watchdog.begin(work);
    }
  }

  end() {
    this.#watch(null);
    this.watchWork(null);
    this.#worker.terminate();
  }

  /**
   * @param {any} message
   * @param {(message: any) => void} onMessage
   */
  #receive(message, onMessage) {
    this.#watchdog.heard(message.type === 'alive' ? 'alive' : message.type === 'output' ? 'pass' : 'progress');
    switch (message.type) {
      case 'step':
        this.#watch(message.step);
        break;
      case 'ready':
        this.#watch(null);
        this.#isReady = true;
        this.#waiting.forEach((waiting) => this.#worker.postMessage(waiting));
        this.watchWork(this.#work);
        break;
      case 'alive':
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
   * Restarts the time limit of a step. A timer counts the seconds, so that the time in which the page is suspended doesn't count.
   *
   * @param {keyof STEPS | null} step the current step, or null if there is none
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
    if (--this.#secondsLeft === 0 && this.#step) {
      this.#fail(unfit(`The engine does not start: no progress for ${STEP_LIMIT_SECONDS} seconds in ${STEPS[this.#step]}.`));
    }
  }

  /** @param {Error} error */
  #fail(error) {
    this.end();
    this.#onFailure(error);
  }
}

/** Caches that the page keeps open, because WebKit's private windows empty closed ones. */
const heldCaches = new Map();

/** @param {string} name */
async function holdCache(name) {
  heldCaches.set(name, heldCaches.get(name) ?? (await globalThis.caches?.open(name).catch(() => undefined)));
}

/** @param {string} message */
function unfit(message) {
  return new DemitasseError(message, { status: 507, code: 'device_unfit' });
}
