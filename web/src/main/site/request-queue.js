// The requests to the engine's worker, which processes one at a time. If the worker fails or stops, another one goes on.
import { DemitasseError } from './errors.js';
import { Recording } from './recording.js';
import { Watchdog } from './watchdog.js';
import { EngineWorker } from './worker.js';

/** A stopped request ends after this time even if the worker says nothing. */
const STOP_LIMIT_MS = 1000;
/** The number of times in a row that the worker is started again although nothing was achieved since. */
const MAX_RESTARTS = 2;
/** The requests that run the model. */
const ANSWERS = ['chat', 'complete', 'respond', 'embed'];

/**
 * @typedef {import('./demitasse.js').Device} Device
 * @typedef {import('./demitasse.js').Needs} Needs
 *
 * @typedef {object} Callbacks
 * @property {(progress: import('./demitasse.js').Progress) => void} [onProgress]
 * @property {(needs: Needs) => void} [onNeeds]
 * @property {(json: string) => void} [onChunk] called with each chunk of a stream
 * @property {() => void} [onBegin] called when the worker has accepted the request
 * @property {'needs' | 'loaded'} [wants] the message that answers a load
 *
 * @typedef {object} Request
 * @property {any} message
 * @property {Callbacks} callbacks
 * @property {Recording} recording the beginning of the answer
 * @property {(content: any) => void} resolve
 * @property {(reason: unknown) => void} reject
 * @property {(reason?: unknown) => void} ended called when the worker has answered, or the request was withdrawn
 * @property {{reason: unknown} | null} stopped why the request was aborted; the worker may still process it
 */

/** Sends requests to a worker of its own, in their order. */
export class RequestQueue {
  #onDevice;
  #watchdog = new Watchdog();
  #worker = this.#startWorker();
  #lastId = 0;
  /**
   * The requests that wait.
   *
   * @type {Request[]}
   */
  #waiting = [];
  /**
   * The request that the worker processes.
   *
   * @type {Request | null}
   */
  #pending = null;
  /** The message that has loaded the model. @type {any} */
  #model = null;
  /** The device that computes. @type {Device | null} */
  #device = null;
  /** The tokens of the open sessions, by number. @type {Map<number, Int32Array>} */
  #sessions = new Map();
  /** The load by which a new worker begins, and why it was started. @type {{id: number, reason: string} | null} */
  #restart = null;
  /** Failures of the worker since it has achieved something. */
  #failures = 0;
  /**
   * The reason why the worker was terminated.
   *
   * @type {unknown}
   */
  #closed = null;

  /** @param {(device: Device) => void} onDevice called if another device computes now */
  constructor(onDevice) {
    this.#onDevice = onDevice;
  }

  get closed() {
    return this.#closed !== null;
  }

  #startWorker() {
    // Messages of an ended worker may still arrive.
    const ifCurrent = (/** @type {(given: any) => void} */ action) => (/** @type {any} */ given) => worker === this.#worker && action(given);
    /** @type {EngineWorker} */
    const worker = new EngineWorker(
      ifCurrent((message) => this.#receive(message)),
      ifCurrent((error) => this.#fail(error)),
      this.#watchdog,
    );
    return worker;
  }

  /**
   * Sends a request when the previous requests have ended.
   *
   * @param {object} message
   * @param {Callbacks & {signal?: AbortSignal}} [options]
   * @returns {Promise<any>} the content of the worker's last message
   */
  send(message, { signal, ...callbacks } = {}) {
    if (this.#closed) {
      return Promise.reject(new Error('The engine is closed.', { cause: this.#closed }));
    }
    if (signal?.aborted) {
      return Promise.reject(signal.reason);
    }
    return new Promise((resolve, reject) => {
      const abort = () => this.#abort(request, signal?.reason);
      const ended = () => signal?.removeEventListener('abort', abort);
      // Another worker gets the same time and seed, so that it makes the same prompt and the same random choices.
      const repeatable = { id: ++this.#lastId, time: Date.now(), seed: Math.floor(Math.random() * Number.MAX_SAFE_INTEGER) };
      /** @type {Request} */
      const request = {
        message: { ...message, ...repeatable },
        callbacks,
        recording: new Recording(),
        reject,
        resolve,
        ended,
        stopped: null,
      };
      this.#waiting.push(request);
      signal?.addEventListener('abort', abort);
      this.#next();
    });
  }

  /**
   * Terminates the worker, and rejects pending requests.
   *
   * @param {unknown} reason
   */
  close(reason) {
    this.#closed ??= reason;
    this.#worker.end();
    const requests = [...(this.#pending ? [this.#pending] : []), ...this.#waiting];
    this.#pending = null;
    this.#waiting = [];
    for (const request of requests) {
      request.ended();
      request.reject(reason);
    }
  }

  /** Posts the next request if the worker is free. */
  #next() {
    if (!this.#pending && !this.#restart) {
      this.#pending = this.#waiting.shift() ?? null;
      this.#post();
    }
  }

  /** Posts the pending request. */
  #post() {
    const request = this.#pending;
    if (request) {
      this.#worker.post({ ...request.message, replay: request.recording.replay });
    }
    this.#watch();
  }

  /** Watches the work of the pending request. */
  #watch() {
    const { type } = this.#pending?.message ?? {};
    const answer = this.#device?.kind === 'webgpu' ? 'gpuAnswer' : 'answer';
    this.#worker.watchWork(!this.#pending ? null : ANSWERS.includes(type) ? answer : 'other');
  }

  /**
   * @param {Request} request
   * @param {unknown} reason
   */
  #abort(request, reason) {
    if (this.#waiting.includes(request)) {
      this.#waiting.splice(this.#waiting.indexOf(request), 1);
      request.ended();
      request.reject(reason);
    } else if (request === this.#pending && this.#restart) {
      this.#pending = null; // the worker has not received it
      request.ended();
      request.reject(reason);
    } else if (request === this.#pending) {
      request.stopped = { reason };
      this.#worker.post({ type: 'abort', id: request.message.id });
      this.#watchdog.hurry();
      setTimeout(() => request.reject(reason), STOP_LIMIT_MS); // has no effect if it has ended
    }
  }

  /**
   * Ends the current request and starts the next one.
   *
   * @param {Request} request
   */
  #settle(request) {
    this.#pending = null;
    this.#failures = 0;
    request.ended();
    this.#next();
    return request;
  }

  /** @param {any} message */
  #receive({ type, id, ...content }) {
    if (id === this.#restart?.id) {
      this.#receiveRestart(type, content);
      return;
    }
    const request = this.#pending;
    if (request?.message.id !== id || !request) {
      return; // a late message of an aborted request
    }
    const { onBegin, onChunk, onNeeds, onProgress, wants } = request.callbacks;
    switch (type) {
      case 'device':
        this.#setDevice(content.device);
        this.#watch();
        break;
      case 'progress':
        onBegin?.();
        onProgress?.(content);
        break;
      case 'output':
        onBegin?.();
        this.#failures = 0;
        request.recording.add(content.token);
        content.chunks.forEach((/** @type {string} */ chunk) => onChunk?.(chunk));
        break;
      case 'needs':
        if (wants === 'needs') {
          this.#settle(request).resolve(content);
        } else {
          onNeeds?.(content.needs);
        }
        break;
      case 'loaded':
        this.#model = request.message;
        this.#setDevice(content.device);
        this.#settle(request).resolve(content);
        break;
      case 'tokens':
      case 'done':
        this.#keepSession(request.message, content.tokens);
        this.#settle(request).resolve(content);
        break;
      case 'error':
        this.#settle(request).reject(failure(content));
        break;
    }
  }

  /** @param {Device} device */
  #setDevice(device) {
    this.#device = device;
    this.#onDevice(device);
  }

  /**
   * Keeps the tokens of a session, from which a new worker can compute it again.
   *
   * @param {{type: string, session?: number}} message the request
   * @param {ArrayLike<number> | undefined} tokens
   */
  #keepSession({ type, session = 0 }, tokens) {
    if (type === 'closeSession') {
      this.#sessions.delete(session);
    } else if (tokens) {
      this.#sessions.set(session, Int32Array.from(tokens));
    }
  }

  /**
   * Replaces the worker, which has ended. Without a model there is nothing to go on with.
   *
   * @param {Error} error
   */
  #fail(error) {
    if (!this.#model) {
      this.close(stopped(error.message, error));
      return;
    }
    if (this.#pending?.stopped) {
      this.#drop(this.#pending.stopped.reason);
    }
    if (++this.#failures > MAX_RESTARTS) {
      const why = stopped(`${error.message.replace(/\.?$/, '.')} It was started again ${MAX_RESTARTS} times.`, error);
      if (!this.#pending) {
        this.close(why);
        return;
      }
      this.#drop(why);
    }
    const reason = error.message.replace(/\.$/, '');
    this.#restart = { id: ++this.#lastId, reason };
    this.#worker = this.#startWorker();
    const sessions = [...this.#sessions].map(([number, tokens]) => ({ number, tokens }));
    this.#worker.post({ ...this.#model, sessions, id: this.#restart.id });
    this.#worker.watchWork('other');
  }

  /**
   * Rejects the pending request.
   *
   * @param {unknown} reason
   */
  #drop(reason) {
    this.#pending?.ended();
    this.#pending?.reject(reason);
    this.#pending = null;
    this.#failures = 0;
  }

  /**
   * Receives a reply to the load of a new worker.
   *
   * @param {string} type
   * @param {any} content
   */
  #receiveRestart(type, { device, loaded, total, ...content }) {
    if (type === 'progress') {
      (this.#pending ?? this.#waiting[0])?.callbacks.onProgress?.({ phase: 'restart', loaded, total });
    } else if (type === 'loaded') {
      this.#setDevice({ ...device, reason: `${device.reason}; started again: ${this.#restart?.reason}` });
      this.#restart = null;
      this.#pending ? this.#post() : this.#next();
    } else if (type === 'error') {
      const cause = failure(/** @type {any} */ (content));
      this.close(stopped(`${this.#restart?.reason}, and loading the model again failed: ${cause.message}`, cause));
    }
  }
}

/**
 * Returns the error of requests that can't go on, because the engine has failed or stopped.
 *
 * @param {string} message
 * @param {Error} cause
 */
function stopped(message, cause) {
  return cause instanceof DemitasseError ? cause : new DemitasseError(message, { status: 500, code: 'engine_stopped', cause });
}

/**
 * Returns the error that the worker reports.
 *
 * @param {{name: string, message: string, status?: number, param?: string}} error
 */
function failure({ name, message, status, param }) {
  if (name === 'DeviceUnfit') {
    return new DemitasseError(message, { status: 507, code: 'device_unfit' });
  }
  return status ? new DemitasseError(message, { status, param }) : Object.assign(new Error(message), { name });
}
