// The web's Prompt API (https://webmachinelearning.github.io/prompt-api/, draft of November 2026) over engines in this page. It also has
// the names of the earlier draft (`inputUsage` and the like). Input and output are text, tool calls and their results.
import { generate } from './language-model-answer.js';
import { constraintOf, guided } from './language-model-constraint.js';
import { Conversation } from './language-model-conversation.js';
import { areInRange, checkSettings, messagesOf, supports } from './language-model-input.js';
import { asDomException, availabilityOf, checkedModel, defaultTopK, isEngine } from './language-model-engine.js';
import { join, loadedEngine, monitored, nextTask, samplingRange, unlessAborted } from './language-model-engine.js';
import { anyOf } from './remote.js';
import { joinedEngine } from './shared-engines.js';

/**
 * @typedef {import('./demitasse.js').Demitasse} Engine
 * @typedef {import('./demitasse.js').LanguageModelAnswerContent} AnswerContent
 * @typedef {import('./demitasse.js').LanguageModelCreateCoreOptions} CoreOptions
 * @typedef {import('./demitasse.js').LanguageModelCreateOptions} CreateOptions
 * @typedef {import('./demitasse.js').LanguageModelPrompt} Prompt
 * @typedef {import('./demitasse.js').LanguageModelPromptOptions} PromptOptions
 * @typedef {import('./language-model-input.js').Message} Message
 * @typedef {import('./language-model-input.js').Settings} Settings
 * @typedef {string | Blob | Engine} ModelSource
 */

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
  /** @type {ModelSource | undefined} */
  static #default;
  static #isCreating = false;

  /**
   * Called when the oldest prompts and answers were removed to make room.
   *
   * @type {((event: Event) => void) | null}
   */
  oncontextoverflow = null;
  /** @type {((event: Event) => void) | null} */
  onquotaoverflow = null;
  /** @type {ModelSource} */
  #model;
  /** @type {Engine} */
  #engine;
  #leave;
  #settings;
  #conversation;
  #destruction = new AbortController();
  /**
   * Settles when the last call has ended. Calls run one after another.
   *
   * @type {Promise<unknown>}
   */
  #queue = Promise.resolve();

  /**
   * @hideconstructor Use {@link LanguageModel.create}.
   * @param {{model: ModelSource, engine: Engine, leave: () => void, settings: Settings, conversation: Conversation}} parts
   */
  constructor({ model, engine, leave, settings, conversation }) {
    if (!LanguageModel.#isCreating) {
      throw new TypeError('Illegal constructor: use LanguageModel.create()');
    }
    super();
    this.#model = model;
    this.#engine = engine;
    this.#leave = leave;
    this.#settings = settings;
    this.#conversation = conversation;
  }

  /**
   * Opens a session.
   *
   * @param {object} options
   * @param {ModelSource} options.model
   * @param {Settings} options.settings
   * @param {(engine: Engine) => Conversation} options.conversationOf
   * @param {(fraction: number) => void} [options.progress]
   * @param {AbortSignal} [options.signal]
   */
  static async #open({ model, settings, conversationOf, progress, signal }) {
    const shared = join(model, progress);
    try {
      const engine = await loadedEngine(shared, signal);
      await nextTask(); // a listener of the progress may have aborted
      signal?.throwIfAborted();
      if (engine.closed) {
        throw new DOMException('The engine is closed.', 'InvalidStateError');
      }
      LanguageModel.#isCreating = true;
      return new LanguageModel({ model, engine, leave: shared.leave, settings, conversation: conversationOf(engine) });
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
   * @param {ModelSource} model as for {@link Demitasse.load}, loaded when it is needed; or an engine, which its owner closes
   */
  static use(model) {
    LanguageModel.#default = checkedModel(model);
  }

  /**
   * @param {CoreOptions} [options]
   * @returns {Promise<'unavailable' | 'downloadable' | 'downloading' | 'available'>}
   */
  static async availability(options = {}) {
    const model = checkedModel(options.model ?? LanguageModel.#default);
    const isSupported = supports(options) && areInRange(options);
    if (model === undefined || !isSupported) {
      return 'unavailable';
    }
    checkSettings(options);
    return availabilityOf(model);
  }

  /** Returns the ranges and defaults of `topK` and `temperature`; null until the model of {@link LanguageModel.use} is loaded. */
  static async params() {
    const model = LanguageModel.#default;
    if (isEngine(model)) {
      return samplingRange(model);
    }
    const engine = model === undefined ? null : joinedEngine(model);
    return engine ? samplingRange(engine) : null;
  }

  /**
   * Creates a session. Loads the model if it isn't loaded yet.
   *
   * @param {CreateOptions} [options]
   * @returns {Promise<LanguageModel>}
   */
  static async create(options = {}) {
    const { signal, monitor, initialPrompts = [] } = options;
    const model = checkedModel(options.model ?? LanguageModel.#default);
    const isSupported = supports(options);
    const settings = checkSettings(options);
    const given = [...initialPrompts];
    const initial = given.length > 0 ? messagesOf(given, false, settings.inputs) : [];
    signal?.throwIfAborted();
    if (model === undefined) {
      throw new DOMException('No model is set: name one in the options, or with LanguageModel.use()', 'NotSupportedError');
    }
    if (!isSupported) {
      throw new DOMException('Only text, tool calls and their results are supported.', 'NotSupportedError');
    }
    const progress = monitored(monitor);
    progress(0);
    const conversationOf = (/** @type {Engine} */ engine) => new Conversation(engine, settings, initial);
    const session = await LanguageModel.#open({ model, settings, conversationOf, progress, signal });
    try {
      signal?.addEventListener('abort', () => session.#destroy(signal.reason));
      progress(1);
      await nextTask();
      signal?.throwIfAborted();
      if (initial.length > 0) {
        await session.#call(signal, async (stop) => {
          await session.#makeRoom([]);
          await session.#conversation.read([], stop);
        });
      }
      return session;
    } catch (error) {
      session.destroy();
      throw error;
    }
  }

  get contextUsage() {
    return this.#conversation.usage;
  }

  get contextWindow() {
    return this.#conversation.window;
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
    return this.#conversation.temperature;
  }

  get samplingMode() {
    const { temperature, topK, samplingMode } = this.#settings;
    return temperature === undefined && topK === undefined ? samplingMode : null;
  }

  /**
   * Lets the model answer a prompt.
   *
   * @param {Prompt} input
   * @param {PromptOptions} [options]
   * @returns {Promise<string | AnswerContent[]>} the answer: its text, or its parts if it calls tools
   */
  async prompt(input, options = {}) {
    /** @type {AnswerContent[]} */
    const parts = [];
    let text = '';
    await this.#answer(input, options, (part) => {
      if (part.type === 'text') {
        text += part.value;
      } else {
        parts.push(part);
      }
    });
    if (parts.length === 0) {
      return text;
    }
    return text === '' ? parts : [{ type: 'text', value: text }, ...parts];
  }

  /**
   * Lets the model answer a prompt.
   *
   * @param {Prompt} input
   * @param {PromptOptions} [options]
   * @returns {ReadableStream<string | AnswerContent>} the pieces of the answer's text, then its tool calls
   */
  promptStreaming(input, options = {}) {
    options.signal?.throwIfAborted();
    this.#destruction.signal.throwIfAborted();
    const cancelling = new AbortController();
    return new ReadableStream({
      start: (controller) => {
        const signal = anyOf(cancelling.signal, options.signal);
        const emit = (/** @type {AnswerContent} */ part) => {
          if (!signal.aborted) {
            controller.enqueue(part.type === 'text' ? part.value : part);
          }
        };
        this.#answer(input, { ...options, signal }, emit).then(
          () => controller.close(),
          (error) => cancelling.signal.aborted || controller.error(error),
        );
      },
      cancel: (reason) => cancelling.abort(reason),
    });
  }

  /**
   * Adds messages, which the model reads without an answer.
   *
   * @param {Prompt} input
   * @param {{signal?: AbortSignal}} [options]
   */
  async append(input, { signal } = {}) {
    await this.#call(signal, async (stop) => {
      if (Array.isArray(input) && input.length === 0) {
        return;
      }
      const added = messagesOf(input, this.contextUsage > 0, this.#settings.inputs);
      await this.#makeRoom(added);
      await this.#conversation.read(added, stop);
      this.#conversation.add(added);
    });
  }

  /**
   * @param {Prompt} input
   * @param {PromptOptions} [options]
   * @returns {Promise<number>} the number of tokens that a prompt would take
   */
  async measureContextUsage(input, { signal, ...options } = {}) {
    const { guide } = constraintOf(options);
    return this.#call(signal, async () => {
      const added = guided(messagesOf(input, false, this.#settings.inputs), guide);
      return this.#conversation.measure(added);
    });
  }

  /**
   * @param {Prompt} input
   * @param {PromptOptions} [options]
   */
  async measureInputUsage(input, options) {
    return this.measureContextUsage(input, options);
  }

  /**
   * Returns an independent session with the same conversation.
   *
   * @param {{signal?: AbortSignal}} [options]
   */
  async clone({ signal } = {}) {
    return this.#call(signal, async (stop) => {
      const conversationOf = () => this.#conversation.copy();
      return LanguageModel.#open({ model: this.#model, settings: this.#settings, conversationOf, signal: stop });
    });
  }

  /** Ends the session and aborts its calls. */
  destroy() {
    this.#destroy(new DOMException('The session was destroyed.', 'AbortError'));
  }

  /** @param {unknown} reason */
  #destroy(reason) {
    if (!this.#destruction.signal.aborted) {
      this.#destruction.abort(reason);
      this.#conversation.close();
      this.#leave();
    }
  }

  /**
   * @param {Prompt} input
   * @param {PromptOptions} options
   * @param {(part: AnswerContent) => void} emit called with each piece of the answer
   */
  async #answer(input, { signal, ...options }, emit) {
    const constraint = constraintOf(options);
    await this.#call(signal, async (stop) => {
      const added = guided(messagesOf(input, this.contextUsage > 0, this.#settings.inputs), constraint.guide);
      await this.#makeRoom(added);
      await generate({ conversation: this.#conversation, settings: this.#settings, added, constraint, signal: stop, emit });
    });
  }

  /**
   * Removes the oldest turns until messages fit.
   *
   * @param {Message[]} added
   */
  async #makeRoom(added) {
    if (!(await this.#conversation.makeRoom(added))) {
      return;
    }
    const handlers = { contextoverflow: this.oncontextoverflow, quotaoverflow: this.onquotaoverflow };
    for (const [type, handler] of Object.entries(handlers)) {
      const event = new Event(type);
      this.dispatchEvent(event);
      handler?.call(this, event);
    }
  }

  /**
   * Runs a call when the previous calls have ended.
   *
   * @template T
   * @param {AbortSignal | undefined} signal
   * @param {(stop: AbortSignal) => Promise<T>} action
   * @returns {Promise<T>}
   */
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
