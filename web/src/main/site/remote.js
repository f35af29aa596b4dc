// The engine's calls, sent to an OpenAI-compatible server (vLLM, llama-server): for devices that can't run a model, and people who
// agree to it.
import { DemitasseError } from './errors.js';

/** The part of a device's memory above which a model does not fit: others need some, too. */
const MEMORY_SHARE = 0.8;
/** The most that browsers say of a device's memory: then it may have any more. */
const MOST_MEMORY = 8 * 2 ** 30;

/**
 * @typedef {object} RemoteOptions
 * @property {string} [baseURL] of a server; if left out, the model is loaded here or not at all
 * @property {string} [apiKey] of that server
 * @property {string} [remoteModel] the model's name there; if left out, the server must have only one
 * @property {(reason: string) => boolean | Promise<boolean>} [allowRemote] asks the user; nothing is sent before it says `true`
 */

/**
 * Loads a model here. If the device can't run it, and the user agrees, calls go to a server instead.
 *
 * @param {(options: object) => Promise<object>} load loads the model here, with the options that are not this function's
 * @param {RemoteOptions & import('./demitasse.js').LoadOptions} options
 * @returns {Promise<object>} an engine
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
      onNeeds: (needs) => {
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
      return load(options); // it was only an estimate
    }
    throw error;
  }
}

/** What is left of options for a load in this page. */
export function withoutRemote({ baseURL, apiKey, remoteModel, allowRemote, ...options }) {
  return options;
}

/** Whether a model that takes `empty` bytes, without a conversation, should fit into a device's memory, as far as browsers tell that. */
export const fits = ({ empty, device }) => !(device < MOST_MEMORY) || empty <= MEMORY_SHARE * device;

/** @returns {string | undefined} why a model that needs this much can't be run */
export function whyTooLarge({ memory }) {
  if (!fits(memory)) {
    const megabytes = (bytes) => Math.round(bytes / 1e6);
    return `the model needs ${megabytes(memory.empty)} MB of memory, and the device has about ${megabytes(memory.device)} MB`;
  }
}

/**
 * An engine on a server. What is asked goes there as it is, but for the model's name.
 *
 * @param {object} options
 * @param {string} options.baseURL before `/chat/completions`
 * @param {string} [options.apiKey]
 * @param {string} [options.model] if left out, the server must have only one
 * @param {string} [options.reason] why a server computes
 * @param {AbortSignal} [options.signal] of the search for the model's name
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
  embeddings;
  sessions = { list: async () => [], delete: async () => unsupported('saved sessions') };
  #server;
  #closing = new AbortController();

  constructor(server, model, reason) {
    this.#server = server;
    this.model = { name: model };
    this.device = { kind: 'remote', threads: 0, reason, host: server.host };
    const calls = (path) => ({ create: (body, options) => this.#create(path, body, options) });
    this.chat = { completions: calls('chat/completions') };
    this.completions = calls('completions');
    this.embeddings = calls('embeddings');
  }

  /** The server remembers what it has read as it sees fit. */
  session() {
    return {
      chat: this.chat,
      completions: this.completions,
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

  // The first three are about this page's engine, and a strict server would refuse them. vLLM wants to hear twice that an answer goes on.
  async #create(path, { speculative, context_shift, n_keep, ...body }, { signal } = {}) {
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

/** The chunks of an answer. */
class RemoteStream {
  controller;
  #response;
  #stops;
  #closing;

  constructor(response, controller, signal, closing) {
    this.controller = controller;
    this.#response = response;
    this.#stops = anyOf(controller.signal, signal);
    this.#closing = closing;
  }

  async *[Symbol.asyncIterator]() {
    try {
      for await (const data of eventData(this.#response.body)) {
        if (data === '[DONE]') {
          return;
        }
        const chunk = parsed(data);
        if (chunk.error) {
          throw errorOf(chunk, 500);
        }
        yield chunk;
      }
      throw new DemitasseError('the server ended the connection within the answer', { status: 502, code: 'bad_answer' });
    } catch (error) {
      this.#closing.throwIfAborted();
      if (!this.#stops.aborted) {
        throw error;
      }
    } finally {
      this.controller.abort(); // who leaves the loop wants no more
    }
  }
}

/** A server and its key, which goes nowhere else. */
class Server {
  #base;
  #headers;

  constructor(base, apiKey) {
    this.#base = base;
    this.#headers = apiKey === undefined ? {} : { Authorization: `Bearer ${apiKey}` };
  }

  get host() {
    return new URL(this.#base).host;
  }

  /** @param [body] is posted; without one it is a GET */
  async fetch(path, body, signal) {
    let response;
    try {
      response = await fetch(`${this.#base}/${path}`, {
        ...(body && { method: 'POST', body: JSON.stringify(body) }),
        headers: { ...this.#headers, ...(body && { 'Content-Type': 'application/json' }) },
        credentials: 'omit',
        redirect: 'error', // else key and conversation might go to a server that nobody agreed to
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

  async onlyModel(signal) {
    const { data } = await readJson(await this.fetch('models', undefined, signal));
    const names = Array.isArray(data) ? data.map(({ id }) => id) : [];
    if (names.length !== 1) {
      throw new TypeError(
        `the server ${this.host} has ${names.length} models; option remoteModel must name one: ${names.join(', ')}`,
      );
    }
    return names[0];
  }
}

/**
 * The data of server-sent events (HTML standard, 9.2.6), however the bytes are cut.
 *
 * @param {ReadableStream<Uint8Array>} body
 */
async function* eventData(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let data = [];
  for (let isLast = false; !isLast; ) {
    const { value, done } = await reader.read();
    isLast = done;
    text += done ? `${decoder.decode()}\n\n` : decoder.decode(value, { stream: true });
    // A CR at the end may be half of a CRLF.
    const lines = text.split(/\r\n|\n|\r(?!$)/);
    text = lines.pop();
    for (const line of lines) {
      if (line.startsWith('data:')) {
        data.push(line.slice(line[5] === ' ' ? 6 : 5));
      } else if (line === '' && data.length > 0) {
        yield data.join('\n');
        data = [];
      }
    }
  }
}

function parsed(json) {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new DemitasseError('the server answers with something else than JSON', { status: 502, code: 'bad_answer', cause });
  }
}

async function readJson(response) {
  return parsed(await response.text());
}

/** What a server says of an error: OpenAI's shape, older vLLM's, or FastAPI's. */
function errorOf({ error, message, detail, param, code }, status) {
  const said = error?.message ?? (typeof error === 'string' ? error : undefined) ?? message ?? detail;
  return new DemitasseError(
    typeof said === 'string' ? said : `the server answered with status ${status}`,
    { status, param: error?.param ?? param ?? null, code: error?.code ?? code ?? null },
  );
}

function unfit(reason) {
  return new DemitasseError(reason, { status: 507, code: 'device_unfit' });
}

function unsupported(what) {
  throw new DemitasseError(`a server has no ${what}`, { status: 501, code: 'unsupported' });
}

/** @returns {string} the URL without a slash at its end */
function checkedBase(baseURL) {
  try {
    const { protocol, username, password, search, hash, href } = new URL(baseURL);
    if (/^https?:$/.test(protocol) && !username && !password && !search && !hash) {
      return href.replace(/\/$/, '');
    }
  } catch {
    // told below
  }
  throw new TypeError('baseURL must be an http or https URL without user, query and fragment, such as https://host/v1');
}

/** Returns a signal that aborts with the first of several, some of which may be undefined. */
export function anyOf(...signals) {
  const given = signals.filter(Boolean);
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
