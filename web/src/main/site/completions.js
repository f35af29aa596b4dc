// The calls of OpenAI's API. The worker checks requests and makes responses; this module sends and receives their JSON.

/**
 * @typedef {import('./demitasse.js').Progress} Progress
 * @typedef {import('./demitasse.js').RequestOptions} RequestOptions
 *
 * @typedef {object} RunOptions
 * @property {AbortSignal} [signal]
 * @property {(progress: Progress) => void} [onProgress]
 * @property {(json: string) => void} [onChunk] called with each chunk of a stream
 * @property {() => void} [onBegin] called when the worker has accepted the request
 *
 * @typedef {RequestOptions & {run: Run, type: string, body: Record<string, any>}} Call
 */

/**
 * Sends a request to the worker when the previous requests have ended.
 *
 * @callback Run
 * @param {object} message the request
 * @param {RunOptions} options
 * @returns {Promise<any>} the content of the worker's last message
 */

/**
 * Returns the calls that answer with text, of an engine or a session.
 *
 * @param {Run} run
 */
export function completionCalls(run) {
  const calls = (/** @type {string} */ type) => ({
    create: async (/** @type {Record<string, any>} */ body, /** @type {RequestOptions} */ options = {}) => {
      const request = { run, type, body, ...checked(body, options) };
      return body.stream === true ? Stream.begin(request) : response(request);
    },
  });
  return { chat: { completions: calls('chat') }, completions: calls('complete'), responses: calls('respond') };
}

/**
 * Returns the calls that embed texts.
 *
 * @param {Run} run
 */
export function embeddingCalls(run) {
  return {
    create: async (/** @type {Record<string, any>} */ body, /** @type {RequestOptions} */ options = {}) =>
      response({ run, type: 'embed', body, ...checked(body, options) }),
  };
}

/**
 * @param {unknown} body
 * @param {RequestOptions} options
 * @returns {RequestOptions}
 */
function checked(body, options) {
  if (typeof body !== 'object' || body === null) {
    throw new TypeError('the request must be an object');
  }
  const { signal, onProgress } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError('option signal must be an AbortSignal');
  }
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw new TypeError('option onProgress must be a function');
  }
  return { signal, onProgress };
}

/** @param {Call} call */
async function response({ run, type, body, signal, onProgress }) {
  const reply = await run({ type, body: JSON.stringify(body) }, { signal, onProgress });
  signal?.throwIfAborted();
  return JSON.parse(reply.response);
}

/** A streamed answer: an async iterable of chunks. Leaving the loop early aborts the answer. */
class Stream {
  /** Aborts the answer. The iteration then ends without a `finish_reason`. */
  controller = new AbortController();

  /** @type {any[]} */
  #chunks = [];
  #ended = false;
  /** @type {unknown} */
  #error = null;
  /** @type {(value?: undefined) => void} */
  #wake = () => {};

  /**
   * Resolves when the worker has accepted the request.
   *
   * @param {Call} request
   * @returns {Promise<Stream>}
   */
  static begin(request) {
    const stream = new Stream();
    return new Promise((resolve, reject) => {
      const begun = () => resolve(stream);
      stream.#run({ ...request, onBegin: begun }).then(
        () => {
          begun();
          stream.#end(null);
        },
        (error) => {
          reject(error); // has no effect if the answer has begun
          stream.#end(error);
        },
      );
    });
  }

  /** @param {Call & {onBegin: () => void}} request */
  async #run({ run, type, body, signal, onProgress, onBegin }) {
    const abort = () => this.controller.abort(signal?.reason);
    signal?.throwIfAborted();
    signal?.addEventListener('abort', abort);
    try {
      const onChunk = (/** @type {string} */ json) => this.#push(JSON.parse(json));
      const message = { type, body: JSON.stringify(body) };
      await run(message, { signal: this.controller.signal, onProgress, onBegin, onChunk });
    } catch (error) {
      if (!this.controller.signal.aborted) {
        throw error;
      }
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** @param {any} chunk */
  #push(chunk) {
    // The answer may have ended before the worker heard of the abort.
    if (this.controller.signal.aborted && chunk.choices?.[0]?.finish_reason) {
      chunk.choices = [];
    }
    this.#chunks.push(chunk);
    this.#wake();
  }

  /** @param {unknown} error */
  #end(error) {
    this.#ended = true;
    this.#error = error;
    this.#wake();
  }

  async *[Symbol.asyncIterator]() {
    try {
      for (;;) {
        if (this.#chunks.length > 0) {
          yield this.#chunks.shift();
        } else if (this.#error) {
          throw this.#error;
        } else if (this.#ended) {
          return;
        } else {
          await new Promise((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      if (!this.#ended) {
        this.controller.abort();
      }
    }
  }
}
