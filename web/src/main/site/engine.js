// The engine: a language model in the page, run by a dedicated worker.
import { completionCalls, embeddingCalls } from './completions.js';
import { Hub, storedModel } from './hub.js';
import { absolute, checkedOptions, keepStorage } from './load-options.js';
import { HUB_ENDPOINT, isHubAddress, parseAddress } from './model-address.js';
import { loadOrAskRemote, memoryForModels, withoutRemote } from './remote.js';
import { RequestQueue } from './request-queue.js';

/**
 * @typedef {import('./demitasse.js').Device} Device
 * @typedef {import('./demitasse.js').LoadOptions} LoadOptions
 * @typedef {import('./demitasse.js').Model} Model
 * @typedef {import('./demitasse.js').Needs} Needs
 * @typedef {import('./demitasse.js').StoredModel} StoredModel
 */

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
  model = { name: '' }; // until it is loaded

  /** @type {Device} changes if the GPU is lost */
  device = { kind: 'cpu', threads: 0, reason: '' };

  /**
   * Chat in the form of OpenAI's API: `chat.completions.create(body, {signal, onProgress})`.
   *
   * @type {{readonly completions: import('./demitasse.js').ChatCompletions}}
   */
  chat;

  /**
   * Continues texts, in the form of OpenAI's API: `completions.create(body, {signal, onProgress})`.
   *
   * @type {import('./demitasse.js').Completions}
   */
  completions;

  /**
   * Answers in the form of OpenAI's Responses API: `responses.create(body, {signal, onProgress})`. Nothing is stored.
   *
   * @type {import('./demitasse.js').Responses}
   */
  responses;

  /**
   * Mean-pooled hidden states of texts, in the form of OpenAI's API: `embeddings.create(body, {signal})`.
   *
   * @type {import('./demitasse.js').Embeddings}
   */
  embeddings;

  /** The saved sessions of this model. */
  sessions = {
    /** @returns {Promise<{name: string, tokens: number, bytes: number, saved: string}[]>} */
    list: async () => JSON.parse((await this.#requests.send({ type: 'sessions' })).sessions),
    /** @param {string} name */
    delete: async (name) => void (await this.#requests.send({ type: 'deleteSession', name })),
  };

  #requests = new RequestQueue((device) => {
    this.device = device;
  });
  #lastSession = 0;

  /** @hideconstructor Use {@link Demitasse.load}. */
  constructor() {
    const { chat, completions, responses } = this.#calls(0);
    this.chat = chat;
    this.completions = completions;
    this.responses = responses;
    this.embeddings = embeddingCalls((message, options) => this.#requests.send(message, options));
  }

  /**
   * Loads a model: a GGUF file, a split GGUF file (`…-00001-of-0000N.gguf`), shards, or a Hugging Face folder (config.json,
   * tokenizer.json, safetensors files). Stores downloads in the browser unless `cache` is false: an interrupted load resumes, and the
   * next load needs no network.
   *
   * @param {string | Blob} model a model of the Hugging Face Hub (`owner/name`, `owner/name:Q4_K_M`, `hf:owner/name/file.gguf`); a URL,
   *   relative to the page; or the GGUF file itself. For a split file, the URL of any part; for shards, the URL of their manifest, which
   *   ends in `.json`; for a folder, its URL with a slash at the end
   * @param {LoadOptions} [options]
   * @returns {Promise<Demitasse>}
   */
  static async load(model, options = {}) {
    return loadOrAskRemote((own) => Demitasse.#loadHere(model, own), options);
  }

  /**
   * @param {string | Blob} model
   * @param {LoadOptions} options
   * @returns {Promise<Demitasse>}
   */
  static async #loadHere(model, options) {
    const engine = new Demitasse();
    try {
      const loaded = await engine.#load('load', model, options);
      engine.model = loaded.model;
      engine.device = loaded.device;
      return engine;
    } catch (error) {
      engine.close();
      if (error instanceof Error && error.name === 'StorageLost') {
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
     * Reads and checks all bytes of a stored model, and downloads those again that are damaged or missing.
     *
     * @param {string} url as in the list
     * @param {{onProgress?: (progress: import('./demitasse.js').Progress) => void}} [options]
     * @returns {Promise<import('./demitasse.js').Verification>}
     */
    verify: async (url, { onProgress } = {}) =>
      JSON.parse((await Demitasse.#manage({ type: 'verify', address: absolute(url) }, { onProgress })).verification),

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

  /**
   * A request of an engine's worker that needs no model.
   *
   * @param {object} message
   * @param {import('./request-queue.js').Callbacks} [callbacks]
   */
  static async #manage(message, callbacks) {
    const engine = new Demitasse();
    try {
      return await engine.#requests.send(message, callbacks);
    } finally {
      engine.close();
    }
  }

  /**
   * @param {'load' | 'needs'} type
   * @param {string | Blob} model
   * @param {LoadOptions} options
   */
  async #load(type, model, options) {
    const { onProgress, onNeeds, signal, cache = true, hub, ...engineOptions } = checkedOptions(options);
    if (typeof model !== 'string' && !(model instanceof Blob)) {
      throw new TypeError('model must be a URL string, a File or a Blob');
    }
    signal?.throwIfAborted();

    const abort = () => this.#requests.close(signal?.reason);
    signal?.addEventListener('abort', abort);
    try {
      const source = typeof model === 'string' ? await this.#urlOf(model, { hub, cache, signal }) : model;
      const access = hub && { endpoint: hub.endpoint ?? HUB_ENDPOINT, token: hub.token };
      return await this.#requests.send({ type, model: source, options: { ...engineOptions, cache, hub: access } }, {
        onProgress,
        onNeeds: (needs) => {
          keepStorage(needs);
          onNeeds?.(needs);
        },
        wants: type === 'needs' ? 'needs' : 'loaded',
      });
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /**
   * Returns the URL of a model. For an address of the Hub: of a stored model that the address names, or else of the file that the Hub
   * lists.
   *
   * @param {string} model
   * @param {LoadOptions} options
   * @returns {Promise<string>}
   */
  async #urlOf(model, { hub, cache, signal }) {
    const address = parseAddress(model, hub?.endpoint);
    if (!isHubAddress(address)) {
      return address.url;
    }
    const stored = cache ? storedModel(address, JSON.parse((await this.#requests.send({ type: 'models' })).models)) : undefined;
    const gibibytes = globalThis.navigator?.deviceMemory;
    const memory = memoryForModels(gibibytes && gibibytes * 2 ** 30);
    return stored ?? (await new Hub(address.endpoint, hub?.token).find(address, { memory, signal })).url;
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
    await this.#requests.send({ type: 'restoreSession', session: session.number, name });
    return session;
  }

  #newSession() {
    const number = ++this.#lastSession;
    return new Session(number, this.#calls(number), (/** @type {object} */ message) => this.#requests.send({ ...message, session: number }));
  }

  /** @param {number} session 0 for calls without a session */
  #calls(session) {
    return completionCalls((message, options) => this.#requests.send({ ...message, session }, options));
  }

  /**
   * Returns the ids of a text's tokens. The text of a special token becomes that token.
   *
   * @param {string | object} input a text; or the body of a chat completions request, whose prompt is tokenized
   * @returns {Promise<number[]>}
   */
  async tokenize(input) {
    const request = typeof input === 'string' ? { text: input } : { body: JSON.stringify(input) };
    return (await this.#requests.send({ type: 'tokenize', ...request })).ids;
  }

  /** Terminates the worker and frees its memory. Rejects pending calls. */
  close() {
    this.#requests.close(new Error('The engine was closed.'));
  }

  /** Whether the engine was closed or its worker failed. */
  get closed() {
    return this.#requests.closed;
  }
}

/** A conversation that keeps its own keys and values. */
class Session {
  #send;

  /**
   * @param {number} number
   * @param {ReturnType<typeof completionCalls>} calls
   * @param {(message: object) => Promise<any>} send
   */
  constructor(number, { chat, completions, responses }, send) {
    this.number = number;
    this.chat = chat;
    this.completions = completions;
    this.responses = responses;
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
