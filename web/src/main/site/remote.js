// Sends the engine's calls to an OpenAI-compatible server (vLLM, llama-server), for devices that can't run a model. The user must agree.
import { DemitasseError } from './errors.js';
import { eventData } from './event-stream.js';

/** The share of a device's memory that a model may take; other programs need the rest. */
const MEMORY_SHARE = 0.8;
/** The largest memory that browsers report. A device that reports it may have more. */
const MAX_REPORTED_MEMORY = 8 * 2 ** 30;

/**
 * @typedef {import('./demitasse.js').Needs} Needs
 * @typedef {import('./demitasse.js').RequestOptions} RequestOptions
 */

/**
 * @typedef {object} RemoteOptions
 * @property {string} [baseURL] URL of a server; if left out, no server is used
 * @property {string} [apiKey] key of that server
 * @property {string} [remoteModel] the model's name on the server; if left out, the server must have only one
 * @property {(reason: string) => boolean | Promise<boolean>} [allowRemote] asks the user; nothing is sent before it returns `true`
 */

/**
 * Loads a model on this device. If the device can't run it and the user agrees, calls go to a server instead.
 *
 * @param {(options: object) => Promise<any>} load loads the model on this device, with the remaining options
 * @param {RemoteOptions & import('./demitasse.js').LoadOptions} options
 * @returns {Promise<any>} an engine
 */
export async function loadOrAskRemote(load, { baseURL, apiKey, remoteModel, allowRemote, ...options }) {
  if (baseURL === undefined) {
    return load(options);
  }
  const server = { baseURL: checkedBase(baseURL), apiKey, model: remoteModel };
  if (typeof allowRemote !== 'function') {
    throw new TypeError('option allowRemote must be a function: with baseURL, it asks the user');
  }
  const { signal, onNeeds } = options;
  const doesNotFit = new AbortController();
  try {
    return await load({
      ...options,
      signal: anyOf(doesNotFit.signal, signal),
      onNeeds: (/** @type {Needs} */ needs) => {
        onNeeds?.(needs);
        const reason = whyTooLarge(needs);
        if (reason) {
          doesNotFit.abort(unfit(reason));
        }
      },
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (error.code !== 'device_unfit') {
      throw error;
    }
    const isAllowed = (await allowRemote(error.message)) === true;
    signal?.throwIfAborted();
    if (isAllowed) {
      return remoteEngine({ ...server, reason: error.message, signal });
    }
    if (doesNotFit.signal.aborted) {
      return load(options); // the reason was only an estimate
    }
    throw error;
  }
}

/**
 * Removes the options that concern a server.
 *
 * @param {RemoteOptions & import('./demitasse.js').LoadOptions} options
 */
export function withoutRemote({ baseURL, apiKey, remoteModel, allowRemote, ...options }) {
  return options;
}

/**
 * Estimates whether a model fits into the device's memory, as far as the browser reports it.
 *
 * @param {{empty: number, device?: number}} memory bytes of the model without a conversation, and of the device
 */
export const fits = ({ empty, device }) => empty <= memoryForModels(device);

/**
 * Returns the memory in bytes that a model may take.
 *
 * @param {number} [device] memory of the device in bytes, as the browser reports it
 * @returns {number} `Infinity` if the browser reports no limit
 */
export const memoryForModels = (device = Infinity) => (device >= MAX_REPORTED_MEMORY ? Infinity : MEMORY_SHARE * device);

/**
 * Whether a model needs more than the memory or the free storage of the device, as far as they are known.
 *
 * @param {Needs} needs
 */
export function isTooLarge({ memory, disk }) {
  return !fits(memory) || (disk !== undefined && disk.available >= 0 && disk.total - disk.stored > disk.available);
}

/**
 * @param {Pick<Needs, 'memory'>} needs
 * @returns {string | undefined} the reason why the device can't run a model with these needs
 */
export function whyTooLarge({ memory }) {
  if (!fits(memory)) {
    const megabytes = (bytes = 0) => Math.round(bytes / 1e6);
    return `the model needs ${megabytes(memory.empty)} MB of memory, and the device has about ${megabytes(memory.device)} MB`;
  }
  return undefined;
}

/**
 * Creates an engine on a server. Requests are sent unchanged except for the model's name.
 *
 * @param {object} options
 * @param {string} options.baseURL URL without `/chat/completions`
 * @param {string} [options.apiKey]
 * @param {string} [options.model] if left out, the server must have only one
 * @param {string} [options.reason] why a server is used
 * @param {AbortSignal} [options.signal] aborts the search for the model's name
 */
export async function remoteEngine({ baseURL, apiKey, model, reason = 'a server was asked for', signal }) {
  const server = new Server(checkedBase(baseURL), apiKey);
  return new RemoteEngine(server, model ?? (await server.onlyModel(signal)), reason);
}

class RemoteEngine {
  /** @readonly */
  model;
  /** @readonly */
  device;
  chat;
  completions;
  responses;
  embeddings;
  sessions = { list: async () => [], delete: async () => unsupported('saved sessions') };
  #server;
  #closing = new AbortController();

  /**
   * @param {Server} server
   * @param {string} model
   * @param {string} reason
   */
  constructor(server, model, reason) {
    this.#server = server;
    this.model = { name: model };
    this.device = { kind: 'remote', threads: 0, reason, host: server.host };
    const calls = (/** @type {string} */ path) => ({
      create: (/** @type {Record<string, any>} */ body, /** @type {RequestOptions} */ options) => this.#create(path, body, options),
    });
    this.chat = { completions: calls('chat/completions') };
    this.completions = calls('completions');
    this.responses = calls('responses');
    this.embeddings = calls('embeddings');
  }

  /** Returns a session. The server decides what it keeps of it. */
  session() {
    return {
      chat: this.chat,
      completions: this.completions,
      responses: this.responses,
      save: async () => unsupported('saved sessions'),
      close: async () => {},
    };
  }

  async restoreSession() {
    unsupported('saved sessions');
  }

  async tokenize() {
    unsupported('tokenize');
  }

  get closed() {
    return this.#closing.signal.aborted;
  }

  close() {
    this.#closing.abort(new Error('The engine was closed.'));
  }

  /**
   * The first four fields concern the engine in this page; a strict server refuses them. vLLM needs two fields to continue an answer.
   *
   * @param {string} path
   * @param {Record<string, any>} request
   * @param {RequestOptions} [options]
   */
  async #create(path, { speculative, context_shift, n_keep, strict, ...body }, { signal } = {}) {
    signal?.throwIfAborted();
    this.#closing.signal.throwIfAborted();
    const controller = new AbortController();
    const goesOn = body.continue_final_message && { add_generation_prompt: false };
    const request = { ...body, ...goesOn, model: this.model.name };
    const response = await this.#server.fetch(path, request, anyOf(controller.signal, this.#closing.signal, signal));
    if (!body.stream) {
      return readJson(response);
    }
    return new RemoteStream(response, controller, signal, this.#closing.signal);
  }
}

/** A streamed answer: an async iterable of chunks. */
class RemoteStream {
  controller;
  #response;
  #stops;
  #closing;

  /**
   * @param {Response} response
   * @param {AbortController} controller
   * @param {AbortSignal | undefined} signal
   * @param {AbortSignal} closing
   */
  constructor(response, controller, signal, closing) {
    this.controller = controller;
    this.#response = response;
    this.#stops = anyOf(controller.signal, signal);
    this.#closing = closing;
  }

  async *[Symbol.asyncIterator]() {
    try {
      for await (const data of eventData(/** @type {ReadableStream<Uint8Array>} */ (this.#response.body))) {
        if (data === '[DONE]') {
          return;
        }
        const chunk = parsed(data);
        if (chunk.error || chunk.type === 'error') {
          throw errorOf(chunk, 500);
        }
        yield chunk;
        if (['response.completed', 'response.incomplete', 'response.failed'].includes(chunk.type)) {
          return; // a stream of the Responses API has no other mark of its end
        }
      }
      throw new DemitasseError('the server ended the connection within the answer', { status: 502, code: 'bad_answer' });
    } catch (error) {
      this.#closing.throwIfAborted();
      if (!this.#stops.aborted) {
        throw error;
      }
    } finally {
      this.controller.abort(); // the consumer may have left the loop
    }
  }
}

/** A server and its key, which is sent to no other server. */
class Server {
  #base;
  /** @type {Record<string, string>} */
  #headers;

  /**
   * @param {string} base
   * @param {string | undefined} apiKey
   */
  constructor(base, apiKey) {
    this.#base = base;
    this.#headers = apiKey === undefined ? {} : { Authorization: `Bearer ${apiKey}` };
  }

  get host() {
    return new URL(this.#base).host;
  }

  /**
   * Sends a request.
   *
   * @param {string} path
   * @param {object | undefined} body posted as JSON; if undefined, the request is a GET
   * @param {AbortSignal | undefined} signal
   */
  async fetch(path, body, signal) {
    let response;
    try {
      response = await fetch(`${this.#base}/${path}`, {
        ...(body && { method: 'POST', body: JSON.stringify(body) }),
        headers: { ...this.#headers, ...(body && { 'Content-Type': 'application/json' }) },
        credentials: 'omit',
        redirect: 'error', // a redirect could send key and conversation to another server
        referrerPolicy: 'no-referrer',
        signal,
      });
    } catch (cause) {
      signal?.throwIfAborted();
      throw new DemitasseError(`the server ${this.host} can't be reached, or redirects`, {
        status: 503,
        code: 'server_unreachable',
        cause,
      });
    }
    if (!response.ok) {
      throw errorOf(await response.json().catch(() => ({})), response.status);
    }
    return response;
  }

  /** @param {AbortSignal | undefined} signal */
  async onlyModel(signal) {
    const { data } = await readJson(await this.fetch('models', undefined, signal));
    const names = Array.isArray(data) ? data.map(({ id }) => String(id)) : [];
    if (names.length !== 1) {
      throw new TypeError(
        `the server ${this.host} has ${names.length} models; option remoteModel must name one: ${names.join(', ')}`,
      );
    }
    return names[0];
  }
}

/** @param {string} json */
function parsed(json) {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new DemitasseError('the response of the server is not JSON', { status: 502, code: 'bad_answer', cause });
  }
}

/** @param {Response} response */
async function readJson(response) {
  return parsed(await response.text());
}

/**
 * Converts a server's error: in the format of OpenAI, older vLLM or FastAPI.
 *
 * @param {any} error
 * @param {number} status
 */
function errorOf({ error, message, detail, param, code }, status) {
  const said = error?.message ?? (typeof error === 'string' ? error : undefined) ?? message ?? detail;
  return new DemitasseError(
    typeof said === 'string' ? said : `the server answered with status ${status}`,
    { status, param: error?.param ?? param ?? null, code: error?.code ?? code ?? null },
  );
}

/** @param {string} reason */
function unfit(reason) {
  return new DemitasseError(reason, { status: 507, code: 'device_unfit' });
}

/**
 * @param {string} what
 * @returns {never}
 */
function unsupported(what) {
  throw new DemitasseError(`a server has no ${what}`, { status: 501, code: 'unsupported' });
}

/**
 * @param {string} baseURL
 * @returns {string} the URL without a slash at its end
 */
function checkedBase(baseURL) {
  try {
    const { protocol, username, password, search, hash, href } = new URL(baseURL);
    if (/^https?:$/.test(protocol) && !username && !password && !search && !hash) {
      return href.replace(/\/$/, '');
    }
  } catch {
    // reported below
  }
  throw new TypeError('baseURL must be an http or https URL without user, query and fragment, such as https://host/v1');
}

/**
 * Returns a signal that aborts with the first of several.
 *
 * @param {(AbortSignal | undefined)[]} signals
 */
export function anyOf(...signals) {
  const given = signals.filter((signal) => signal !== undefined);
  if (AbortSignal.any) {
    return AbortSignal.any(given);
  }
  const any = new AbortController();
  for (const signal of given) {
    const abort = () => any.abort(signal.reason);
    signal.aborted ? abort() : signal.addEventListener('abort', abort, { signal: any.signal });
  }
  return any.signal;
}
