// The web's Prompt API (https://webmachinelearning.github.io/prompt-api/, draft of June 2026) over engines in this page. It also has
// the names of the earlier draft (`inputUsage` and the like). Input and output are text only.
import { AnswerBuilder } from './answer-builder.js';
import { Demitasse } from './engine.js';
import { checkSettings, merged, messagesOf, responseFormat, supports, TEMPERATURES } from './language-model-input.js';
import { asDomException, checkedModel, defaultTemperature, defaultTopK, isEngine } from './language-model-engine.js';
import { join, loadedEngine, monitored, quotaExceeded, samplingRange, unlessAborted } from './language-model-engine.js';
import { anyOf, whyTooLarge } from './remote.js';
import { joinedEngine } from './shared-engines.js';

/** The number of rounds of tool calls after which an answer is taken to be endless. */
const MAX_TOOL_ROUNDS = 16;

/**
 * A conversation with a model. All conversations of a page that use the same model share one engine, which is closed with the last
 * of them.
 *
 * @example
 * LanguageModel.use('models/SmolLM2-135M-Instruct.Q4_1.gguf');
 * const session = await LanguageModel.create();
 * const answer = await session.prompt('Write me a poem!');
 */
export class LanguageModel extends EventTarget {
  static #default;
  static #isCreating = false;

  /** Called when the oldest prompts and answers were removed to make room. */
  oncontextoverflow = null;
  onquotaoverflow = null;
  #model;
  #engine;
  #leave;
  #settings;
  #session;
  #initial;
  /** The turns since the initial prompts, as messages of OpenAI's API. A turn is what one `prompt` or `append` added. */
  #turns = [];
  #usage = 0;
  #destruction = new AbortController();
  /** Settles when the last call has ended. Calls run one after another. */
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

  static async #open(/** @type {any} */ { model, settings, initial, progress, signal }) {
    const shared = join(model, progress);
    try {
      const engine = await loadedEngine(shared, signal);
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
   * Sets the default model.
   *
   * @param {string | Blob | Demitasse} model as for {@link Demitasse.load}, loaded when it is needed; or an engine, which its owner
   *   closes
   */
  static use(model) {
    LanguageModel.#default = checkedModel(model);
  }

  /** @returns {Promise<'unavailable' | 'downloadable' | 'downloading' | 'available'>} */
  static async availability(/** @type {any} */ options = {}) {
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

  /** Returns the ranges and defaults of `topK` and `temperature`; null until the model of {@link LanguageModel.use} is loaded. */
  static async params() {
    const model = LanguageModel.#default;
    const engine = isEngine(model) ? model : joinedEngine(model);
    return engine ? samplingRange(engine) : null;
  }

  /**
   * Creates a session. Loads the model if it isn't loaded yet.
   *
   * @returns {Promise<LanguageModel>}
   */
  static async create(/** @type {any} */ options = {}) {
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
   * Lets the model answer a prompt.
   *
   * @param {string | object[]} input
   * @returns {Promise<string>} the answer
   */
  async prompt(input, /** @type {any} */ options = {}) {
    let text = '';
    await this.#answer(input, options, (piece) => {
      text += piece;
    });
    return text;
  }

  /**
   * Lets the model answer a prompt.
   *
   * @returns {ReadableStream<string>} the pieces of the answer
   */
  promptStreaming(input, /** @type {any} */ options = {}) {
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

  /** Adds messages, which the model reads without an answer. */
  async append(input, /** @type {any} */ { signal } = {}) {
    await this.#call(signal, async (stop) => {
      const added = messagesOf(input, this.#usage > 0);
      await this.#makeRoom(added);
      await this.#read(added, stop);
      this.#turns.push(added);
    });
  }

  /** @returns {Promise<number>} the number of tokens that a prompt would take */
  async measureContextUsage(input, /** @type {any} */ { signal, ...options } = {}) {
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

  /** Returns an independent session with the same conversation. */
  async clone(/** @type {any} */ { signal } = {}) {
    return this.#call(signal, async (stop) => {
      const shared = { model: this.#model, settings: this.#settings, initial: this.#initial };
      const clone = await LanguageModel.#open({ ...shared, signal: stop });
      clone.#turns = [...this.#turns];
      clone.#usage = this.#usage;
      return clone;
    });
  }

  /** Ends the session and aborts its calls. */
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
        ({ usage } = answer);
        const last = added.at(-1);
        if (last.prefix) {
          added[added.length - 1] = { role: 'assistant', content: last.content + answer.content };
        } else {
          added.push({
            role: 'assistant',
            content: answer.content,
            ...(answer.calls.length > 0 && { tool_calls: answer.calls }),
          });
        }
        if (answer.calls.length === 0) {
          break;
        }
        if (round === MAX_TOOL_ROUNDS) {
          throw new DOMException(`The model still calls tools after ${round} rounds.`, 'OperationError');
        }
        added.push(...(await Promise.all(answer.calls.map((call) => execute(this.#settings.tools, call)))));
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
    const answer = new AnswerBuilder();
    for await (const chunk of stream) {
      const { content } = answer.add(chunk);
      if (content) {
        emit(content);
      }
    }
    stop.throwIfAborted(); // a stopped answer ends without an error
    return answer;
  }

  /** Lets the model read messages before a prompt follows. */
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

  /** Returns the number of tokens that the model reads for a conversation. */
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

  /** Returns all messages except those of removed turns. */
  #messages(added = [], removed = 0) {
    return merged([...this.#initial, ...this.#turns.slice(removed).flat(), ...added]);
  }

  /** Runs a call when the previous calls have ended. */
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

/** Runs a tool that the model has called. */
async function execute(tools, { id, function: { name, arguments: json } }) {
  const tool = tools.find((each) => each.name === name);
  const result = tool ? await tool.execute(JSON.parse(json)) : `There is no tool ${name}.`;
  return { role: 'tool', tool_call_id: id, content: typeof result === 'string' ? result : JSON.stringify(result) };
}
