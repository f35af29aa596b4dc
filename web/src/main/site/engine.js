// The engine: a language model in the page, run by a dedicated worker.
import { completionCalls, embeddingCalls } from './completions.js';
import { DemitasseError } from './errors.js';
import { loadOrAskRemote, withoutRemote } from './remote.js';
import { EngineWorker } from './worker.js';

/**
 * @typedef {import('./demitasse.js').Device} Device
 * @typedef {import('./demitasse.js').LoadOptions} LoadOptions
 * @typedef {import('./demitasse.js').Model} Model
 * @typedef {import('./demitasse.js').Needs} Needs
 * @typedef {import('./demitasse.js').StoredModel} StoredModel
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
  /** @type {Model} */
  model;

  /** @type {Device} changes if the GPU is lost */
  device;

  /** Chat in the form of OpenAI's API: `chat.completions.create(body, {signal, onProgress})`. */
  chat;

  /** Continues texts, in the form of OpenAI's API: `completions.create(body, {signal, onProgress})`. */
  completions;

  /** Mean-pooled hidden states of texts, in the form of OpenAI's API: `embeddings.create(body, {signal})`. */
  embeddings;

  /** The saved sessions of this model. */
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
  /** The requests that wait. */
  #queue = [];
  /** The request that the worker processes. */
  #pending = null;
  /** The reason why the engine is closed. */
  #closed = null;

  /** @hideconstructor Use {@link Demitasse.load}. */
  constructor() {
    Object.assign(this, this.#calls(0));
    this.embeddings = embeddingCalls((message, options) => this.#send(message, options));
  }

  /**
   * Loads a model: a GGUF file, a split GGUF file (`…-00001-of-0000N.gguf`), shards, or a Hugging Face folder (config.json,
   * tokenizer.json, safetensors files). Stores downloads in the browser unless `cache` is false: an interrupted load resumes, and the
   * next load needs no network.
   *
   * @param {string | Blob} model a URL, relative to the page, or the GGUF file itself. For a split file, the URL of any part; for
   *   shards, the URL of their manifest, which ends in `.json`; for a folder, its URL with a slash at the end
   * @param {LoadOptions} [options]
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
        return Demitasse.#loadHere(model, { ...options, cache: false }); // WebKit's private windows may lose the storage
      }
      throw error;
    }
  }

  /**
   * Reads a model's header and returns what the model needs. The load reuses what this has fetched.
   *
   * @param {string | Blob} model as for {@link Demitasse.load}
   * @param {LoadOptions} [options] the options of the load
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
     * Deletes a stored model, complete or not.
     *
     * @param {string} url as in the list
     */
    delete: async (url) => void (await Demitasse.#manage({ type: 'delete', address: absolute(url) })),

    /**
     * Returns the files of a stored model: one, or all parts of a split file. They take no memory: their bytes are read from the
     * storage while the model is stored.
     *
     * @param {string} url as in the list
     * @returns {Promise<File[]>}
     */
    export: async (url) => (await Demitasse.#manage({ type: 'export', address: absolute(url) })).files,

    /**
     * Stores a model: a GGUF file, or all parts of a split one.
     *
     * @param {File | File[]} files
     * @param {string} [url] the model's URL; if left out, `local:` and the name of the first file
     * @returns {Promise<string>} the URL for {@link Demitasse.load}
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

  /** Creates a session, which keeps its own keys and values: it does not read again what a prompt shares with the previous one. */
  session() {
    return this.#newSession();
  }

  /**
   * Restores a saved session.
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
   * Returns the ids of a text's tokens. The text of a special token becomes that token.
   *
   * @param {string | object} input a text; or the body of a chat completions request, whose prompt is tokenized
   * @returns {Promise<number[]>}
   */
  async tokenize(input) {
    const request = typeof input === 'string' ? { text: input } : { body: JSON.stringify(input) };
    return (await this.#send({ type: 'tokenize', ...request })).ids;
  }

  /** Terminates the worker and frees its memory. Rejects pending calls. */
  close() {
    this.#shut(new Error('The engine was closed.'));
  }

  /** Whether the engine was closed or its worker failed. */
  get closed() {
    return this.#closed !== null;
  }

  /** Sends a request when the previous requests have ended. */
  #send(message, /** @type {any} */ { signal, ...callbacks } = {}) {
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

  /** Ends the current request and starts the next one. */
  #settle() {
    const request = this.#pending;
    this.#pending = null;
    request.ended();
    this.#next();
    return request;
  }

  #receive(/** @type {any} */ { type, id, ...content }) {
    if (this.#pending?.id !== id) {
      return; // a late message of an aborted request
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

/** A conversation that keeps its own keys and values. */
class Session {
  #send;

  constructor(number, { chat, completions }, send) {
    this.number = number;
    this.chat = chat;
    this.completions = completions;
    this.#send = send;
  }

  /**
   * Stores the session in the browser. Replaces a session of the same name.
   *
   * @param {string} name
   */
  async save(name) {
    await this.#send({ type: 'saveSession', name });
  }

  /** Closes the session and frees its memory. */
  async close() {
    await this.#send({ type: 'closeSession' });
  }
}

/** Returns the error that the worker reports. */
function failure({ name, message, status, param }) {
  if (name === 'DeviceUnfit') {
    return new DemitasseError(message, { status: 507, code: 'device_unfit' });
  }
  return status ? new DemitasseError(message, { status, param }) : Object.assign(new Error(message), { name });
}

/** Makes a URL absolute. */
export function absolute(url) {
  return new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href).href;
}

/** Asks the browser not to evict the storage, before most of the model is stored. */
function keepStorage({ disk }) {
  if (disk && disk.stored < disk.total) {
    globalThis.navigator?.storage?.persist?.();
  }
}

/** Returns the options that have a value. An unknown option is an error. */
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
