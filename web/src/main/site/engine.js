// The engine: a language model in the page, run by a dedicated worker.
import { completionCalls, embeddingCalls } from './completions.js';
import { DemitasseError } from './errors.js';
import { loadOrAskRemote, withoutRemote } from './remote.js';
import { EngineWorker } from './worker.js';

/**
 * @typedef {object} Progress
 * @property {'download' | 'load' | 'prefill'} phase `download`: the model is fetched, while the engine reads what has come;
 *   `load`: the engine reads the model, all of which is stored; `prefill`: the engine reads a prompt
 * @property {number} loaded bytes that are stored, bytes that were read, or prompt tokens that were read
 * @property {number} total of the same; 0 if unknown
 *
 * @typedef {object} Needs what a model takes, in bytes
 * @property {{total: number, stored: number, available: number}} [disk] how much the model is, how much of it is stored already (perhaps
 *   not counted in full while files are still to be opened), and how much more the browser would store for this site (-1 if
 *   unknown); absent if the model is not kept
 * @property {{empty: number, perToken: number, total: number, device?: number}} memory of the device that computes: before the first
 *   token, what each token of a conversation adds, and when the context is full; and roughly what the machine has, if the browser says so
 *
 * @typedef {object} StoredModel
 * @property {string} url which {@link Demitasse.load} takes
 * @property {string} name
 * @property {string} [architecture] known when the model is complete
 * @property {number} bytes that are stored
 * @property {boolean} complete whether it loads without a network
 *
 * @typedef {object} LoadOptions
 * @property {boolean} [cache] whether the model is kept in the browser's storage, and read from there (default: true)
 * @property {(needs: Needs) => void} [onNeeds] called when the model's header has been read, before its weights are
 * @property {(progress: Progress) => void} [onProgress]
 * @property {AbortSignal} [signal] stops the load, which then rejects with the signal's reason (by default an `AbortError`)
 * @property {number} [contextLength] tokens that a conversation may have; if left out the model's own limit, or what 4 GiB of memory hold
 *   (on a GPU: 2 GiB of keys and values)
 * @property {'f16' | 'q8_0'} [kvType] how keys and values are kept (default: `f16`); `q8_0` takes a little more than half the memory, and
 *   costs a little exactness
 * @property {number} [prefixCacheBytes] memory for keys and values of conversations that wait, beside those of the one that goes on
 *   (default: 256 MiB); of what doesn't fit, the least recently used is dropped, and read again when it is needed
 * @property {number} [threads] that compute; if left out, one for each processor, at most 8. Always one where the page isn't
 *   cross-origin isolated
 * @property {'auto' | 'webgpu' | 'cpu'} [device] that computes; `auto`, as if left out, takes the GPU where there is one that can run the
 *   model, else the CPU
 *
 * @typedef {object} Model
 * @property {string} name
 * @property {string} architecture
 * @property {number} parameters
 * @property {number} bytes
 * @property {number} contextLength in tokens
 * @property {boolean} chatTemplate whether the model brings a chat template
 * @property {boolean} tools whether that has a place for tools (for others, tools are described in a message)
 * @property {boolean} thinks whether answers may begin with reasoning
 * @property {{temperature: number, topP: number, topK: number, minP: number, repetitionPenalty: number}} sampling what its makers
 *   recommend, which holds where a chat's options say nothing
 *
 * @typedef {{kind: 'webgpu' | 'cpu' | 'remote', threads: number, reason: string, host?: string}} Device what computes, and why that was
 *   chosen; only the CPU has threads, only a server a host
 */

const LOAD_OPTIONS = ['onProgress', 'onNeeds', 'signal', 'cache', 'contextLength', 'kvType', 'prefixCacheBytes', 'threads', 'device'];
const CHOICES = { device: ['auto', 'webgpu', 'cpu'], kvType: ['f16', 'q8_0'] };
const NUMBERS = ['contextLength', 'prefixCacheBytes', 'threads'];

/**
 * A loaded model.
 *
 * @example
 * const engine = await Demitasse.load('models/SmolLM2-135M-Instruct.Q4_1.gguf');
 * const stream = await engine.chat.completions.create({ messages: [{ role: 'user', content: 'Hello!' }], stream: true });
 * for await (const chunk of stream) {
 *   output.append(chunk.choices[0]?.delta.content ?? '');
 * }
 */
export class Demitasse {
  /** @readonly @type {Model} */
  model;

  /** @readonly @type {Device} which changes if the GPU is lost */
  device;

  /** Chat in the form of OpenAI's API: `chat.completions.create(body, {signal, onProgress})`. */
  chat;

  /** Continues texts, in the form of OpenAI's API: `completions.create(body, {signal, onProgress})`. */
  completions;

  /** Mean-pooled hidden states of texts, in the form of OpenAI's API: `embeddings.create(body, {signal})`. */
  embeddings;

  /** Saved sessions. */
  sessions = {
    /** @returns {Promise<{name: string, tokens: number, bytes: number, saved: string}[]>} */
    list: async () => JSON.parse((await this.#send({ type: 'sessions' })).sessions),
    /** @param {string} name */
    delete: async (name) => void (await this.#send({ type: 'deleteSession', name })),
  };

  #worker = new EngineWorker(
    (message) => this.#receive(message),
    (error) => this.#shut(error),
  );
  #lastId = 0;
  #lastSession = 0;
  /** Requests that wait their turn. */
  #queue = [];
  /** The one request under way. */
  #pending = null;
  /** Why the engine no longer works. */
  #closed = null;

  /** @hideconstructor Use {@link Demitasse.load}. */
  constructor() {
    Object.assign(this, this.#calls(0));
    this.embeddings = embeddingCalls((message, options) => this.#send(message, options));
  }

  /**
   * Loads a model: a GGUF file, whole, in parts (`…-00001-of-0000N.gguf`) or in shards, or a folder as Hugging Face has it
   * (config.json, tokenizer.json, safetensors files). What comes from a URL is kept in the browser's storage, unless `cache` is
   * false: a load that was cut goes on where it was, and the next one needs no network.
   *
   * @param {string | Blob} model a URL (relative to the page), or the GGUF file itself. Of a model in parts, any part's URL; of one
   *   in shards, their manifest's, which ends in `.json`; a folder's URL ends with a slash
   * @param {LoadOptions & import('./remote.js').RemoteOptions} [options]
   * @returns {Promise<Demitasse>}
   */
  static async load(model, options = {}) {
    return loadOrAskRemote((own) => Demitasse.#loadHere(model, own), options);
  }

  static async #loadHere(model, options) {
    const engine = new Demitasse();
    try {
      const loaded = await engine.#load('load', model, options);
      engine.model = loaded.model;
      engine.device = loaded.device;
      return engine;
    } catch (error) {
      engine.close();
      if (error.name === 'StorageLost') {
        return Demitasse.#loadHere(model, { ...options, cache: false }); // WebKit's private windows may do that
      }
      throw error;
    }
  }

  /**
   * Reads a model's header, and tells what the model needs; what is fetched for that is kept for the load.
   *
   * @param {string | Blob} model as for {@link Demitasse.load}
   * @param {LoadOptions} [options] that it would be loaded with
   * @returns {Promise<Needs>}
   */
  static async needs(model, options = {}) {
    const engine = new Demitasse();
    try {
      return (await engine.#load('needs', model, withoutRemote(options))).needs;
    } finally {
      engine.close();
    }
  }

  /** The models in the browser's storage. */
  static models = {
    /** @returns {Promise<StoredModel[]>} */
    list: async () => JSON.parse((await Demitasse.#manage({ type: 'models' })).models),

    /**
     * Deletes what is stored of a model.
     *
     * @param {string} url as in the list
     */
    delete: async (url) => void (await Demitasse.#manage({ type: 'delete', address: absolute(url) })),

    /**
     * A stored model's files: one, unless it came in parts. They take no memory: their bytes are read from the storage, as long as
     * the model is there.
     *
     * @param {string} url as in the list
     * @returns {Promise<File[]>}
     */
    export: async (url) => (await Demitasse.#manage({ type: 'export', address: absolute(url) })).files,

    /**
     * Stores a model: a GGUF file, or all parts of a split one.
     *
     * @param {File | File[]} files
     * @param {string} [url] that it will have; if left out, `local:` and the (first) file's name
     * @returns {Promise<string>} the URL, which {@link Demitasse.load} takes
     */
    import: async (files, url) => {
      const sorted = [files].flat().sort((a, b) => (a.name < b.name ? -1 : 1));
      if (sorted.length === 0 || !sorted.every((file) => file instanceof File)) {
        throw new TypeError('files must be a File or an array of them');
      }
      const address = absolute(url ?? `local:${encodeURIComponent(sorted[0].name)}`);
      await Demitasse.#manage({ type: 'import', address, files: sorted });
      return address;
    },
  };

  /** A request of an engine's worker that needs no model. */
  static async #manage(message) {
    const engine = new Demitasse();
    try {
      return await engine.#send(message);
    } finally {
      engine.close();
    }
  }

  async #load(type, model, options) {
    const { onProgress, onNeeds, signal, cache = true, ...engineOptions } = checked(options, LOAD_OPTIONS);
    if (typeof model !== 'string' && !(model instanceof Blob)) {
      throw new TypeError('model must be a URL string, a File or a Blob');
    }
    const source = typeof model === 'string' ? absolute(model) : model;
    signal?.throwIfAborted();

    const abort = () => this.#shut(signal.reason);
    signal?.addEventListener('abort', abort);
    try {
      const request = { type, model: source, options: { ...engineOptions, cache } };
      return await this.#send(request, { onProgress, onNeeds, wants: type === 'needs' ? 'needs' : 'loaded' });
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** A conversation that keeps its own keys and values: what its next prompt shares with the one before is not read again. */
  session() {
    return this.#newSession();
  }

  /**
   * A saved session as it was.
   *
   * @param {string} name
   */
  async restoreSession(name) {
    const session = this.#newSession();
    await this.#send({ type: 'restoreSession', session: session.number, name });
    return session;
  }

  #newSession() {
    const number = ++this.#lastSession;
    return new Session(number, this.#calls(number), (message) => this.#send({ ...message, session: number }));
  }

  #calls(session) {
    return completionCalls((message, options) => this.#send({ ...message, session }, options));
  }

  /**
   * The ids of a text's tokens. The text of a special token stands for the token.
   *
   * @param {string | object} input a text; or the body of a request of chat completions, which stands for its prompt
   * @returns {Promise<number[]>}
   */
  async tokenize(input) {
    const request = typeof input === 'string' ? { text: input } : { body: JSON.stringify(input) };
    return (await this.#send({ type: 'tokenize', ...request })).ids;
  }

  /** Ends the worker and frees its memory. An answer under way is rejected. */
  close() {
    this.#shut(new Error('The engine was closed.'));
  }

  /** Whether the engine was closed or its worker failed; it answers no more. */
  get closed() {
    return this.#closed !== null;
  }

  /** Sends a request when those before it have ended. */
  #send(message, { signal, ...callbacks } = {}) {
    if (this.#closed) {
      return Promise.reject(new Error('The engine is closed.', { cause: this.#closed }));
    }
    if (signal?.aborted) {
      return Promise.reject(signal.reason);
    }
    return new Promise((resolve, reject) => {
      const request = { message, callbacks, reject, resolve, id: ++this.#lastId };
      this.#queue.push(request);
      const abort = () => this.#abort(request, signal.reason);
      signal?.addEventListener('abort', abort);
      request.ended = () => signal?.removeEventListener('abort', abort);
      this.#next();
    });
  }

  #next() {
    if (!this.#pending && this.#queue.length > 0) {
      this.#pending = this.#queue.shift();
      this.#worker.post({ ...this.#pending.message, id: this.#pending.id });
    }
  }

  #abort(request, reason) {
    if (request === this.#pending) {
      this.#worker.post({ type: 'abort', id: request.id });
    } else if (this.#queue.includes(request)) {
      this.#queue.splice(this.#queue.indexOf(request), 1);
      request.ended();
      request.reject(reason);
    }
  }

  /** The request under way has ended. */
  #settle() {
    const request = this.#pending;
    this.#pending = null;
    request.ended();
    this.#next();
    return request;
  }

  #receive({ type, id, ...content }) {
    if (this.#pending?.id !== id) {
      return; // sent before the worker heard that nobody waits any more
    }
    const { onBegin, onChunk, onNeeds, onProgress, wants } = this.#pending.callbacks;
    switch (type) {
      case 'device':
        this.device = content.device;
        break;
      case 'progress':
        onBegin?.();
        onProgress?.(content);
        break;
      case 'chunk':
        onBegin?.();
        onChunk(content.chunk);
        break;
      case 'needs':
        if (wants === 'needs') {
          this.#settle().resolve(content);
        } else {
          keepStorage(content.needs);
          onNeeds?.(content.needs);
        }
        break;
      case 'loaded':
      case 'tokens':
      case 'done':
        this.#settle().resolve(content);
        break;
      case 'error':
        this.#settle().reject(failure(content));
        break;
    }
  }

  #shut(reason) {
    this.#closed ??= reason;
    this.#worker.end();
    const requests = [this.#pending, ...this.#queue].filter(Boolean);
    this.#pending = null;
    this.#queue = [];
    for (const request of requests) {
      request.ended();
      request.reject(reason);
    }
  }
}

/** A conversation of an engine's, which keeps its own keys and values. */
class Session {
  #send;

  constructor(number, { chat, completions }, send) {
    this.number = number;
    this.chat = chat;
    this.completions = completions;
    this.#send = send;
  }

  /**
   * Stores the session in the browser, over one that has the name.
   *
   * @param {string} name
   */
  async save(name) {
    await this.#send({ type: 'saveSession', name });
  }

  /** Frees what the session holds; it answers no more. */
  async close() {
    await this.#send({ type: 'closeSession' });
  }
}

/** What the worker says went wrong. */
function failure({ name, message, status, param }) {
  if (name === 'DeviceUnfit') {
    return new DemitasseError(message, { status: 507, code: 'device_unfit' });
  }
  return status ? new DemitasseError(message, { status, param }) : Object.assign(new Error(message), { name });
}

/** The URL, in full. */
export function absolute(url) {
  return new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href).href;
}

/** Asks the browser not to evict what a model is stored for, before the larger part of it is. */
function keepStorage({ disk }) {
  if (disk && disk.stored < disk.total) {
    globalThis.navigator?.storage?.persist?.();
  }
}

/** The options that were given a value; a misspelt one is an error, not a default. */
function checked(options, known) {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    if (!known.includes(name)) {
      throw new TypeError(`unknown option: ${name}`);
    }
    if (name.startsWith('on') && typeof value !== 'function') {
      throw new TypeError(`option ${name} must be a function`);
    }
    if (name === 'signal' && !(value instanceof AbortSignal)) {
      throw new TypeError('option signal must be an AbortSignal');
    }
    if (NUMBERS.includes(name) && !Number.isSafeInteger(value)) {
      throw new TypeError(`option ${name} must be a whole number`);
    }
    if (name === 'cache' && typeof value !== 'boolean') {
      throw new TypeError('option cache must be true or false');
    }
    if (CHOICES[name]?.includes(value) === false) {
      throw new TypeError(`option ${name} must be one of ${CHOICES[name].join(', ')}`);
    }
  }
  return Object.fromEntries(given);
}
