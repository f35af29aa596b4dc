// The web's Prompt API (https://webmachinelearning.github.io/prompt-api/, draft of June 2026) over engines in this page, with the
// names of the draft before, too (`inputUsage` and the like). Only text goes in and out.
import { absolute, Demitasse } from './engine.js';
import { anyOf, whyTooLarge } from './remote.js';
import { joinEngine, joinedEngine } from './shared-engines.js';

const ROLES = ['system', 'user', 'assistant'];
const TYPES = ['text', 'image', 'audio', 'tool-call', 'tool-response'];
/** What sessions may be given, and give, beside text. */
const INPUTS = ['text', 'tool-response'];
const OUTPUTS = ['text', 'tool-call'];
/** Of the model's own temperature. */
const TEMPERATURES = { 'most-predictable': 0, predictable: 0.5, balanced: 1, creative: 1.25, 'most-creative': 1.5 };
const MOST_TEMPERATURE = 2;
const MOST_TOP_K = 128;
/** An answer that still calls tools after so many rounds will not end. */
const MOST_TOOL_ROUNDS = 16;

/**
 * A conversation with a model. All on a page that use the same model share one engine, which is freed when nobody does.
 *
 * @example
 * LanguageModel.use('models/SmolLM2-135M-Instruct.Q4_1.gguf');
 * const session = await LanguageModel.create();
 * const answer = await session.prompt('Write me a poem!');
 */
export class LanguageModel extends EventTarget {
  static #default;
  static #isCreating = false;

  /** Older prompts and answers had to be removed, for want of room. */
  oncontextoverflow = null;
  onquotaoverflow = null;
  #model;
  #engine;
  #leave;
  #settings;
  #session;
  #initial;
  /** What was said since, in messages of OpenAI's API: a turn is what `prompt` or `append` added. */
  #turns = [];
  #usage = 0;
  #destruction = new AbortController();
  /** The end of the last of the calls, which wait for each other. */
  #queue = Promise.resolve();

  /** @hideconstructor Use {@link LanguageModel.create}. */
  constructor({ model, engine, leave, settings, initial }) {
    if (!LanguageModel.#isCreating) {
      throw new TypeError('Illegal constructor: use LanguageModel.create()');
    }
    super();
    this.#model = model;
    this.#engine = engine;
    this.#leave = leave;
    this.#settings = settings;
    this.#session = engine.session();
    this.#initial = initial;
  }

  static async #open({ model, settings, initial, progress, signal }) {
    const shared = join(model, progress);
    try {
      const engine = await loaded(shared, signal);
      if (engine.closed) {
        throw new DOMException('The engine is closed.', 'InvalidStateError');
      }
      LanguageModel.#isCreating = true;
      return new LanguageModel({ model, engine, leave: shared.leave, settings, initial });
    } catch (error) {
      shared.leave();
      throw error;
    } finally {
      LanguageModel.#isCreating = false;
    }
  }

  /**
   * Sets the model of those who name none.
   *
   * @param {string | Blob | Demitasse} model as {@link Demitasse.load} takes it, loaded when it is needed; or an engine, whose owner
   *   closes it
   */
  static use(model) {
    LanguageModel.#default = checkedModel(model);
  }

  /** @returns {Promise<'unavailable' | 'downloadable' | 'downloading' | 'available'>} */
  static async availability(options = {}) {
    const model = checkedModel(options.model ?? LanguageModel.#default);
    checkSettings(options);
    if (model === undefined || !supports(options)) {
      return 'unavailable';
    }
    if (isEngine(model)) {
      return model.closed ? 'unavailable' : 'available';
    }
    const joined = joinedEngine(model);
    if (joined !== undefined || model instanceof Blob) {
      return joined === null ? 'downloading' : 'available';
    }
    const stored = await Demitasse.models.list();
    if (stored.some(({ url, complete }) => complete && url === model)) {
      return 'available';
    }
    try {
      return whyTooLarge(await Demitasse.needs(model)) ? 'unavailable' : 'downloadable';
    } catch {
      return 'unavailable';
    }
  }

  /** What `topK` and `temperature` may be; null until the model of {@link LanguageModel.use} is loaded. */
  static async params() {
    const model = LanguageModel.#default;
    const engine = isEngine(model) ? model : joinedEngine(model);
    return engine
      ? {
          defaultTopK: defaultTopK(engine),
          maxTopK: MOST_TOP_K,
          defaultTemperature: defaultTemperature(engine),
          maxTemperature: MOST_TEMPERATURE,
        }
      : null;
  }

  /** @returns {Promise<LanguageModel>} a new session; loads the model if it isn't yet */
  static async create(options = {}) {
    const { signal, monitor, initialPrompts = [] } = options;
    const model = checkedModel(options.model ?? LanguageModel.#default);
    const settings = checkSettings(options);
    const initial = initialPrompts.length > 0 ? messagesOf(initialPrompts, false) : [];
    signal?.throwIfAborted();
    if (model === undefined) {
      throw new DOMException('No model is set: name one in the options, or with LanguageModel.use()', 'NotSupportedError');
    }
    if (!supports(options)) {
      throw new DOMException('Only text is supported.', 'NotSupportedError');
    }
    const progress = monitored(monitor);
    progress(0);
    const session = await LanguageModel.#open({ model, settings, initial, progress, signal });
    progress(1);
    try {
      signal?.addEventListener('abort', () => session.#destroy(signal.reason));
      if (initial.length > 0) {
        await session.#call(signal, async (stop) => {
          await session.#makeRoom([]);
          await session.#read([], stop);
        });
      }
      return session;
    } catch (error) {
      session.destroy();
      throw error;
    }
  }

  get contextUsage() {
    return this.#usage;
  }

  get contextWindow() {
    return this.#engine.model.contextLength ?? Infinity;
  }

  get inputUsage() {
    return this.contextUsage;
  }

  get inputQuota() {
    return this.contextWindow;
  }

  get topK() {
    return this.#settings.topK ?? defaultTopK(this.#engine);
  }

  get temperature() {
    const { temperature, samplingMode } = this.#settings;
    return temperature ?? TEMPERATURES[samplingMode] * defaultTemperature(this.#engine);
  }

  get samplingMode() {
    return this.#settings.samplingMode;
  }

  /**
   * @param {string | object[]} input
   * @returns {Promise<string>} the answer
   */
  async prompt(input, options = {}) {
    let text = '';
    await this.#answer(input, options, (piece) => {
      text += piece;
    });
    return text;
  }

  /** @returns {ReadableStream<string>} the answer's pieces */
  promptStreaming(input, options = {}) {
    const cancelling = new AbortController();
    return new ReadableStream({
      start: (controller) => {
        const signal = anyOf(cancelling.signal, options.signal);
        this.#answer(input, { ...options, signal }, (piece) => signal.aborted || controller.enqueue(piece)).then(
          () => controller.close(),
          (error) => cancelling.signal.aborted || controller.error(error),
        );
      },
      cancel: (reason) => cancelling.abort(reason),
    });
  }

  /** Adds messages; the model reads them, and answers nothing yet. */
  async append(input, { signal } = {}) {
    await this.#call(signal, async (stop) => {
      const added = messagesOf(input, this.#usage > 0);
      await this.#makeRoom(added);
      await this.#read(added, stop);
      this.#turns.push(added);
    });
  }

  /** @returns {Promise<number>} how many tokens a prompt would take */
  async measureContextUsage(input, { signal, ...options } = {}) {
    responseFormat(options);
    return this.#call(signal, async () => {
      const before = this.#messages();
      const after = await this.#count(this.#messages(messagesOf(input, false)));
      return after - (before.length > 0 ? await this.#count(before) : 0);
    });
  }

  async measureInputUsage(input, options) {
    return this.measureContextUsage(input, options);
  }

  /** A session that goes on from here on its own. */
  async clone({ signal } = {}) {
    return this.#call(signal, async (stop) => {
      const clone = await LanguageModel.#open({ model: this.#model, settings: this.#settings, initial: this.#initial, signal: stop });
      clone.#turns = [...this.#turns];
      clone.#usage = this.#usage;
      return clone;
    });
  }

  /** Ends the session, and what is under way. */
  destroy() {
    this.#destroy(new DOMException('The session was destroyed.', 'AbortError'));
  }

  #destroy(reason) {
    if (!this.#destruction.signal.aborted) {
      this.#destruction.abort(reason);
      this.#session.close().catch(() => {}); // the engine was closed, and the session with it
      this.#leave();
    }
  }

  async #answer(input, { signal, ...options }, emit) {
    const format = responseFormat(options);
    await this.#call(signal, async (stop) => {
      const added = messagesOf(input, this.#usage > 0);
      await this.#makeRoom(added);
      let usage;
      for (let round = 0; ; round++) {
        const answer = await this.#generate(added, format, stop, emit);
        usage = answer.usage;
        const last = added.at(-1);
        if (last.prefix) {
          added[added.length - 1] = { role: 'assistant', content: last.content + answer.text };
        } else {
          added.push({
            role: 'assistant',
            content: answer.text,
            ...(answer.calls.length > 0 && { tool_calls: answer.calls }),
          });
        }
        if (answer.calls.length === 0) {
          break;
        }
        if (round === MOST_TOOL_ROUNDS) {
          throw new DOMException(`The model still calls tools after ${round} rounds.`, 'OperationError');
        }
        added.push(...(await Promise.all(answer.calls.map((call) => this.#execute(call)))));
        stop.throwIfAborted();
      }
      this.#turns.push(added);
      this.#usage = usage?.total_tokens ?? this.#usage;
    });
  }

  async #generate(added, format, stop, emit) {
    const stream = await this.#session.chat.completions.create(
      {
        ...this.#request(this.#messages(added)),
        ...format,
        ...(added.at(-1).prefix && { continue_final_message: true }),
        stream: true,
        stream_options: { include_usage: true },
      },
      { signal: stop },
    );
    let text = '';
    let usage = null;
    const calls = [];
    for await (const chunk of stream) {
      usage = chunk.usage ?? usage;
      const delta = chunk.choices[0]?.delta;
      if (delta?.content) {
        text += delta.content;
        emit(delta.content);
      }
      for (const { index, id, function: piece } of delta?.tool_calls ?? []) {
        calls[index] ??= { id, type: 'function', function: { name: piece.name, arguments: '' } };
        calls[index].function.arguments += piece.arguments ?? '';
      }
    }
    stop.throwIfAborted(); // an engine that is stopped just ends
    return { text, calls, usage };
  }

  async #execute({ id, function: { name, arguments: json } }) {
    const tool = this.#settings.tools.find((each) => each.name === name);
    const result = tool ? await tool.execute(JSON.parse(json)) : `There is no tool ${name}.`;
    return { role: 'tool', tool_call_id: id, content: typeof result === 'string' ? result : JSON.stringify(result) };
  }

  /** Lets the model read messages ahead of a prompt. */
  async #read(added, stop) {
    const messages = this.#messages(added);
    const { usage } = await this.#session.chat.completions.create(
      { ...this.#request(messages), max_tokens: 1 },
      { signal: stop },
    );
    this.#usage = usage?.prompt_tokens ?? this.#usage;
  }

  /** Removes the oldest turns until messages fit. */
  async #makeRoom(added) {
    if (this.contextWindow === Infinity) {
      return;
    }
    let requested;
    for (let removed = 0; removed <= this.#turns.length; removed++) {
      requested = await this.#count(this.#messages(added, removed));
      if (requested < this.contextWindow) {
        this.#turns.splice(0, removed);
        if (removed > 0) {
          this.#overflow();
        }
        return;
      }
    }
    throw quotaExceeded(requested, this.contextWindow);
  }

  #overflow() {
    for (const type of ['contextoverflow', 'quotaoverflow']) {
      const event = new Event(type);
      this.dispatchEvent(event);
      this[`on${type}`]?.(event);
    }
  }

  /** Tokens of a conversation, as the model reads it. */
  async #count(messages) {
    return (await this.#engine.tokenize(this.#request(messages))).length;
  }

  #request(messages) {
    const { topK, temperature, samplingMode, functions } = this.#settings;
    return {
      messages,
      ...(functions.length > 0 && { tools: functions }),
      ...(topK !== undefined && { top_k: topK }),
      ...((temperature !== undefined || samplingMode !== 'balanced') && { temperature: this.temperature }),
    };
  }

  /** All messages but those of removed turns. Neighbours of one role become one message: many templates insist on turns. */
  #messages(added = [], removed = 0) {
    const merged = [];
    for (const { prefix, ...message } of [...this.#initial, ...this.#turns.slice(removed).flat(), ...added]) {
      const last = merged.at(-1);
      if (last?.role === message.role && message.role !== 'tool' && !last.tool_calls) {
        merged[merged.length - 1] = { ...message, content: `${last.content}\n\n${message.content}` };
      } else {
        merged.push(message);
      }
    }
    return merged;
  }

  /** Runs a call when those before have ended. */
  async #call(signal, action) {
    const stop = anyOf(this.#destruction.signal, signal);
    stop.throwIfAborted();
    const result = this.#queue.then(async () => {
      stop.throwIfAborted();
      try {
        return await action(stop);
      } catch (error) {
        stop.throwIfAborted();
        throw this.#engine.closed
          ? new DOMException('The engine was closed.', 'InvalidStateError')
          : asDomException(error);
      }
    });
    this.#queue = result.catch(() => {});
    return unlessAborted(result, stop);
  }
}

// Models and their engines

function isEngine(model) {
  return typeof model?.chat?.completions?.create === 'function';
}

/** @returns the model, its URL in full */
function checkedModel(model) {
  if (typeof model === 'string') {
    return absolute(model);
  }
  if (model !== undefined && !(model instanceof Blob) && !isEngine(model)) {
    throw new TypeError('model must be a URL string, a Blob or an engine');
  }
  return model;
}

/** An engine that others on this page may use, too; each who joined leaves once. */
function join(model, progress = () => {}) {
  if (isEngine(model)) {
    return { engine: Promise.resolve(model), leave: () => {} };
  }
  return joinEngine(model, {
    onNeeds: () => {},
    onProgress: ({ phase, loaded, total }) => {
      if (phase === 'download' && total > 0) {
        progress(loaded / total);
      }
    },
  });
}

async function loaded(shared, signal) {
  try {
    return await unlessAborted(shared.engine, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof TypeError || error instanceof DOMException
      ? error
      : new DOMException(error.message, 'OperationError');
  }
}

function defaultTemperature({ model }) {
  return model.sampling?.temperature ?? 1;
}

function defaultTopK({ model }) {
  return Math.min(model.sampling?.topK || MOST_TOP_K, MOST_TOP_K);
}

/** Tells a monitor of a download from 0 to 1; returns what takes the fractions. */
function monitored(monitor) {
  const target = new EventTarget();
  target.ondownloadprogress = null;
  monitor?.(target);
  let last = -1;
  return (loaded) => {
    if (loaded > last) {
      last = loaded;
      const event = new ProgressEvent('downloadprogress', { lengthComputable: true, total: 1 });
      // A fraction, which older browsers would round.
      Object.defineProperty(event, 'loaded', { value: loaded });
      target.dispatchEvent(event);
      target.ondownloadprogress?.(event);
    }
  };
}

// What comes from outside

/** Whether types and languages of inputs and outputs are known; a model's languages aren't. */
function supports({ expectedInputs = [], expectedOutputs = [] }) {
  const all = (expected, known) =>
    expected.every(({ type, languages = [] }) => {
      requireOneOf('type', type, TYPES);
      Intl.getCanonicalLocales(languages);
      return known.includes(type);
    });
  const inputs = all(expectedInputs, INPUTS);
  return all(expectedOutputs, OUTPUTS) && inputs;
}

function checkSettings({ temperature, topK, samplingMode, tools = [] }) {
  if (samplingMode !== undefined) {
    requireOneOf('samplingMode', samplingMode, Object.keys(TEMPERATURES));
    if (temperature !== undefined || topK !== undefined) {
      throw new TypeError('samplingMode goes with neither temperature nor topK');
    }
  }
  if (temperature !== undefined && !(temperature >= 0)) {
    throw new RangeError(`temperature must be at least 0: ${temperature}`);
  }
  if (topK !== undefined && !(topK >= 1)) {
    throw new RangeError(`topK must be at least 1: ${topK}`);
  }
  for (const { name, description, inputSchema, execute } of tools) {
    if (typeof name !== 'string' || typeof description !== 'string' || !inputSchema || typeof execute !== 'function') {
      throw new TypeError('a tool needs name, description, inputSchema and execute');
    }
  }
  return {
    temperature: temperature === undefined ? undefined : Math.min(temperature, MOST_TEMPERATURE),
    topK: topK === undefined ? undefined : Math.floor(Math.min(topK, MOST_TOP_K)),
    samplingMode: samplingMode ?? 'balanced',
    tools,
    functions: tools.map(({ name, description, inputSchema }) => ({
      type: 'function',
      function: { name, description, parameters: inputSchema },
    })),
  };
}

/** A prompt as messages of OpenAI's API, where the last may have `prefix`: "validate and canonicalize a prompt". */
function messagesOf(input, isLater) {
  if (typeof input === 'string') {
    return [{ role: 'user', content: input }];
  }
  if (!Array.isArray(input)) {
    throw new TypeError('a prompt must be a string or an array of messages');
  }
  if (input.length === 0) {
    return [{ role: 'user', content: '' }];
  }
  return input.map(({ role, content, prefix = false }, i) => {
    requireOneOf('role', role, ROLES);
    if (prefix && (role !== 'assistant' || i < input.length - 1)) {
      throw new DOMException('Only the last message, an assistant\'s, can be a prefix.', 'SyntaxError');
    }
    if (role === 'system' && (isLater || i > 0)) {
      throw new TypeError('a system message must be the first of a session');
    }
    return { role, content: textOf(content), ...(prefix && { prefix }) };
  });
}

function textOf(content) {
  if (typeof content === 'string') {
    return content;
  }
  if (!Array.isArray(content)) {
    throw new TypeError('content must be a string or an array');
  }
  return content
    .map(({ type, value }) => {
      requireOneOf('type', type, TYPES);
      if (type !== 'text') {
        throw new DOMException(`Content of type ${type} is not supported.`, 'NotSupportedError');
      }
      if (typeof value !== 'string') {
        throw new TypeError('the value of text must be a string');
      }
      return value;
    })
    .join('');
}

function responseFormat({ responseConstraint, omitResponseConstraintInput = false }) {
  if (responseConstraint === undefined || responseConstraint === null) {
    if (omitResponseConstraintInput) {
      throw new TypeError('omitResponseConstraintInput needs a responseConstraint');
    }
    return {};
  }
  if (responseConstraint instanceof RegExp) {
    throw new DOMException('Regular expressions are not supported as constraints; JSON schemas are.', 'NotSupportedError');
  }
  if (typeof responseConstraint !== 'object') {
    throw new TypeError('responseConstraint must be a JSON schema');
  }
  const schema = { name: 'response', schema: responseConstraint, strict: true };
  return { response_format: { type: 'json_schema', json_schema: schema } };
}

function requireOneOf(name, value, known) {
  if (!known.includes(value)) {
    throw new TypeError(`${name} must be one of ${known.join(', ')}: ${value}`);
  }
}

// Errors

function asDomException(error) {
  if (error.name !== 'DemitasseError') {
    return error;
  }
  const isConstraint = error.param?.startsWith('response_format') || error.code === 'unsupported';
  return new DOMException(error.message, isConstraint ? 'NotSupportedError' : 'UnknownError');
}

/** The new class where the browser has it. */
function quotaExceeded(requested, quota) {
  const message = `The prompt takes ${requested} tokens; the model's context has ${quota}.`;
  return globalThis.QuotaExceededError
    ? new QuotaExceededError(message, { requested, quota })
    : Object.assign(new DOMException(message, 'QuotaExceededError'), { requested, quota });
}

// Signals

/** The promise, or at once the reason why nobody waits for it any more. */
function unlessAborted(promise, signal) {
  return new Promise((resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    promise.then(resolve, reject);
  });
}
