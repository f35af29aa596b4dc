// The requests to the engine's worker, which processes one at a time.
import { DemitasseError } from './errors.js';
import { EngineWorker } from './worker.js';

/**
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
 * @property {number} id
 * @property {object} message
 * @property {Callbacks} callbacks
 * @property {(content: any) => void} resolve
 * @property {(reason: unknown) => void} reject
 * @property {() => void} ended called when the worker has answered, or the request was withdrawn
 */

/** Sends requests to a worker of its own, in their order. */
export class RequestQueue {
  #onDevice;
  #worker = new EngineWorker(
    (message) => this.#receive(message),
    (error) => this.close(error),
  );
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
  /**
   * The reason why the worker was terminated.
   *
   * @type {unknown}
   */
  #closed = null;

  /** @param {(device: import('./demitasse.js').Device) => void} onDevice called if another device computes now */
  constructor(onDevice) {
    this.#onDevice = onDevice;
  }

  get closed() {
    return this.#closed !== null;
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
      /** @type {Request} */
      const request = { message, callbacks, reject, resolve, ended, id: ++this.#lastId };
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

  #next() {
    if (!this.#pending) {
      this.#pending = this.#waiting.shift() ?? null;
      if (this.#pending) {
        this.#worker.post({ ...this.#pending.message, id: this.#pending.id });
      }
    }
  }

  /**
   * @param {Request} request
   * @param {unknown} reason
   */
  #abort(request, reason) {
    if (request === this.#pending) {
      this.#worker.post({ type: 'abort', id: request.id });
    } else if (this.#waiting.includes(request)) {
      this.#waiting.splice(this.#waiting.indexOf(request), 1);
      request.ended();
      request.reject(reason);
    }
  }

  /**
   * Ends the current request and starts the next one.
   *
   * @param {Request} request
   */
  #settle(request) {
    this.#pending = null;
    request.ended();
    this.#next();
    return request;
  }

  /** @param {any} message */
  #receive({ type, id, ...content }) {
    const request = this.#pending;
    if (request?.id !== id || !request) {
      return; // a late message of an aborted request
    }
    const { onBegin, onChunk, onNeeds, onProgress, wants } = request.callbacks;
    switch (type) {
      case 'device':
        this.#onDevice(content.device);
        break;
      case 'progress':
        onBegin?.();
        onProgress?.(content);
        break;
      case 'chunk':
        onBegin?.();
        onChunk?.(content.chunk);
        break;
      case 'needs':
        if (wants === 'needs') {
          this.#settle(request).resolve(content);
        } else {
          onNeeds?.(content.needs);
        }
        break;
      case 'loaded':
      case 'tokens':
      case 'done':
        this.#settle(request).resolve(content);
        break;
      case 'error':
        this.#settle(request).reject(failure(content));
        break;
    }
  }
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
