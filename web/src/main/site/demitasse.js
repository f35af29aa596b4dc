// Demitasse's JavaScript API: a language model in the page, run by a dedicated worker.

/**
 * @typedef {object} Message
 * @property {'system' | 'user' | 'assistant' | 'tool'} role
 * @property {string | null | {type: 'text', text: string}[]} content
 * @property {string} [reasoning_content] what the assistant thought
 * @property {{id?: string, type: 'function', function: {name: string, arguments: string | object}}[]} [tool_calls]
 * @property {string} [tool_call_id] the call that a tool's message answers
 * @property {string} [name] of the tool
 *
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
 * @property {{total: number, device?: number}} memory of the device that computes, and roughly what the machine has, if the
 *   browser says so
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
 *   (on a GPU: 1 GiB of keys and values)
 * @property {number} [threads] that compute; if left out, one for each processor, at most 8. Always one where the page isn't
 *   cross-origin isolated
 * @property {'auto' | 'webgpu' | 'cpu'} [device] that computes; `auto`, as if left out, takes the GPU where there is one that can run the
 *   model, else the CPU
 *
 * @typedef {object} ChatOptions
 * @property {(text: string, tokenId: number, reasoning: string) => void} [onToken] called with each piece of the answer, or of the
 *   reasoning before it, as it comes
 * @property {(progress: Progress) => void} [onProgress] called while the prompt is read
 * @property {AbortSignal} [signal] stops the answer, as {@link Demitasse#abort} does
 * @property {number} [maxTokens] the longest answer
 * @property {number} [temperature] 0 always takes the likeliest token
 * @property {number} [topP] keeps the likeliest tokens that together have this probability
 * @property {number} [topK] keeps this many of the likeliest tokens
 * @property {number} [minP] keeps tokens at least this probable, relative to the likeliest
 * @property {number} [seed] makes the answer repeatable
 * @property {number} [repetitionPenalty] above 1 makes tokens that were there already less likely
 * @property {string[]} [stop] texts that end the answer
 * @property {object[]} [tools] functions that the model may ask for: [{type: 'function', function: {name, description, parameters}}]
 * @property {object} [templateOptions] variables of the model's chat template: {enable_thinking: false}, say
 *
 * @typedef {object} Model
 * @property {string} name
 * @property {string} architecture
 * @property {number} parameters
 * @property {number} bytes
 * @property {number} contextLength in tokens
 * @property {boolean} chatTemplate whether the model brings a chat template
 * @property {{temperature: number, topP: number, topK: number, minP: number, repetitionPenalty: number}} sampling what its makers
 *   recommend, which holds where a chat's options say nothing
 *
 * @typedef {{kind: 'webgpu' | 'cpu', threads: number, reason: string}} Device what computes, and why that was chosen; a GPU has no threads
 *
 * @typedef {object} Answer
 * @property {string} text
 * @property {string} reasoning what the model thought before
 * @property {{name: string, arguments: object}[]} toolCalls
 * @property {'stop' | 'tool_calls' | 'length' | 'abort'} finishReason
 * @property {{promptTokens: number, cachedTokens: number, completionTokens: number}} usage
 * @property {{prefillMs: number, decodeMs: number}} timings
 */

const LOAD_OPTIONS = ['onProgress', 'onNeeds', 'signal', 'cache', 'contextLength', 'threads', 'device'];
const DEVICES = ['auto', 'webgpu', 'cpu'];
const SAMPLING_NUMBERS = ['maxTokens', 'temperature', 'topP', 'topK', 'minP', 'seed', 'repetitionPenalty'];
const CHAT_OPTIONS = ['onToken', 'onProgress', 'signal', ...SAMPLING_NUMBERS, 'stop', 'tools', 'templateOptions'];
const NUMBERS = ['contextLength', 'threads', ...SAMPLING_NUMBERS];
const WHOLE_NUMBERS = ['contextLength', 'threads', 'maxTokens', 'topK', 'seed'];

/**
 * A loaded model.
 *
 * @example
 * const engine = await Demitasse.load('models/SmolLM2-135M-Instruct.Q4_1.gguf');
 * const answer = await engine.chat([{ role: 'user', content: 'Hello!' }], { onToken: (text) => output.append(text) });
 */
export class Demitasse {
  /** @readonly @type {Model} */
  model;

  /** @readonly @type {Device} which changes if the GPU is lost */
  device;

  #worker = new Worker(new URL('./engine-worker.js', import.meta.url), { type: 'module' });
  #lastId = 0;
  /** The one request under way. */
  #pending = null;
  /** Why the engine no longer works. */
  #closed = null;

  /** @hideconstructor Use {@link Demitasse.load}. */
  constructor() {
    this.#worker.onmessage = ({ data }) => this.#receive(data);
    this.#worker.onmessageerror = () => this.#shut(new Error('A message of the engine worker could not be read.'));
    this.#worker.onerror = (event) => {
      event.preventDefault(); // whoever waits for the request hears of it
      // A script that can't be fetched gives an event without a message.
      this.#shut(new Error(`The engine worker failed: ${event.message ?? 'engine-worker.js could not be loaded'}`));
    };
  }

  /**
   * Loads a model: a GGUF file, whole, in parts (`…-00001-of-0000N.gguf`) or in shards, or a folder as Hugging Face has it
   * (config.json, tokenizer.json, safetensors files). What comes from a URL is kept in the browser's storage, unless `cache` is
   * false: a load that was cut goes on where it was, and the next one needs no network.
   *
   * @param {string | Blob} model a URL (relative to the page), or the GGUF file itself. Of a model in parts, any part's URL; of one
   *   in shards, their manifest's, which ends in `.json`; a folder's URL ends with a slash
   * @param {LoadOptions} [options]
   * @returns {Promise<Demitasse>}
   */
  static async load(model, options = {}) {
    const engine = new Demitasse();
    try {
      const loaded = await engine.#load('load', model, options);
      engine.model = loaded.model;
      engine.device = loaded.device;
      return engine;
    } catch (error) {
      engine.close();
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
      return (await engine.#load('needs', model, options)).needs;
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
      return await engine.#send(message, {});
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

  /**
   * Answers a conversation. An engine answers one at a time: a second call before the first has ended rejects.
   *
   * @param {Message[]} messages the whole conversation; what it shares with the one before is not read again
   * @param {ChatOptions} [options]
   * @returns {Promise<Answer>} also when stopped: then with the text so far and the finish reason `abort`
   */
  async chat(messages, options = {}) {
    const { tools, templateOptions, ...others } = checked(options, CHAT_OPTIONS);
    const variables = JSON.stringify({ ...templateOptions, ...(tools && { tools }) });
    return this.#answer({ type: 'chat', messages: JSON.stringify(messages), variables }, others);
  }

  /**
   * Continues a text, without a chat template.
   *
   * @param {string} prompt
   * @param {ChatOptions} [options]
   * @returns {Promise<Answer>} as {@link Demitasse#chat}
   */
  async complete(prompt, options = {}) {
    return this.#answer({ type: 'complete', prompt }, options);
  }

  /**
   * The ids of a text's tokens. The text of a special token stands for the token.
   *
   * @param {string} text
   * @returns {Promise<number[]>}
   */
  async tokenize(text) {
    return (await this.#send({ type: 'tokenize', text }, {})).ids;
  }

  /** Stops the answer under way, if there is one. */
  abort() {
    if (this.#pending) {
      this.#worker.postMessage({ type: 'abort', id: this.#pending.id });
    }
  }

  /** Ends the worker and frees its memory. An answer under way is rejected. */
  close() {
    this.#shut(new Error('The engine was closed.'));
  }

  /** Whether the engine was closed or its worker failed; it answers no more. */
  get closed() {
    return this.#closed !== null;
  }

  async #answer(request, options) {
    const { onToken, onProgress, signal, ...engineOptions } = checked(options, CHAT_OPTIONS);
    signal?.throwIfAborted();

    const answer = this.#send({ ...request, options: engineOptions }, { onToken, onProgress });
    const abort = () => this.abort();
    signal?.addEventListener('abort', abort);
    try {
      const { text, reasoning, toolCalls, finishReason, usage, timings } = await answer;
      return { text, reasoning, toolCalls: JSON.parse(toolCalls), finishReason, usage, timings };
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  #send(message, callbacks) {
    if (this.#closed) {
      throw new Error('The engine is closed.', { cause: this.#closed });
    }
    if (this.#pending) {
      throw new Error('The engine is still answering: one chat at a time.');
    }
    const id = ++this.#lastId;
    this.#worker.postMessage({ ...message, id });
    return new Promise((resolve, reject) => {
      this.#pending = { id, resolve, reject, ...callbacks };
    });
  }

  #receive({ type, id, ...content }) {
    const pending = this.#pending;
    if (pending?.id !== id) {
      return; // sent before the worker heard that nobody waits any more
    }
    switch (type) {
      case 'device':
        this.device = content.device;
        break;
      case 'progress':
        pending.onProgress?.(content);
        break;
      case 'token':
        pending.onToken?.(content.text, content.tokenId, content.reasoning);
        break;
      case 'needs':
        if (pending.wants === 'needs') {
          this.#pending = null;
          pending.resolve(content);
        } else {
          keepStorage(content.needs);
          pending.onNeeds?.(content.needs);
        }
        break;
      case 'loaded':
      case 'tokens':
      case 'done':
        this.#pending = null;
        pending.resolve(content);
        break;
      case 'error':
        this.#pending = null;
        pending.reject(Object.assign(new Error(content.message), { name: content.name }));
        break;
    }
  }

  #shut(reason) {
    this.#closed ??= reason;
    this.#worker.terminate();
    this.#pending?.reject(reason);
    this.#pending = null;
  }
}

/** The URL, in full. */
function absolute(url) {
  return new URL(url, globalThis.document?.baseURI ?? location.href).href;
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
    if (NUMBERS.includes(name) && !Number.isFinite(value)) {
      throw new TypeError(`option ${name} must be a number`);
    }
    if (WHOLE_NUMBERS.includes(name) && !Number.isSafeInteger(value)) {
      throw new TypeError(`option ${name} must be a whole number`);
    }
    if (name === 'cache' && typeof value !== 'boolean') {
      throw new TypeError('option cache must be true or false');
    }
    if (name === 'device' && !DEVICES.includes(value)) {
      throw new TypeError(`option device must be one of ${DEVICES.join(', ')}`);
    }
    if (name === 'tools' && !Array.isArray(value)) {
      throw new TypeError('option tools must be an array');
    }
    if (name === 'templateOptions' && typeof value !== 'object') {
      throw new TypeError('option templateOptions must be an object');
    }
    if (name === 'stop' && !(Array.isArray(value) && value.every((text) => typeof text === 'string'))) {
      throw new TypeError('option stop must be an array of strings');
    }
  }
  return Object.fromEntries(given);
}
