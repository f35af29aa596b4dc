// The conversation of a session of the Prompt API, as messages of OpenAI's API.
import { merged, TEMPERATURES } from './language-model-input.js';
import { defaultTemperature, quotaExceeded } from './language-model-engine.js';

/**
 * @typedef {import('./demitasse.js').ChatCompletionMessageParam} ChatMessage
 * @typedef {import('./demitasse.js').Demitasse} Engine
 * @typedef {import('./language-model-constraint.js').Constraint} Constraint
 * @typedef {import('./language-model-constraint.js').StringDecoder} StringDecoder
 * @typedef {import('./language-model-input.js').Message} Message
 * @typedef {import('./language-model-input.js').Settings} Settings
 */

/** The messages of a session, and what the model has read of them. */
export class Conversation {
  /** The number of tokens that the model has read or written. */
  usage = 0;
  #engine;
  #settings;
  #initial;
  #session;
  /**
   * The turns since the initial prompts. A turn is what one `prompt` or `append` added.
   *
   * @type {Message[][]}
   */
  #turns = [];

  /**
   * @param {Engine} engine
   * @param {Settings} settings
   * @param {Message[]} initial messages that are never removed
   */
  constructor(engine, settings, initial) {
    this.#engine = engine;
    this.#settings = settings;
    this.#initial = initial;
    this.#session = engine.session();
  }

  /** The maximum number of tokens. */
  get window() {
    return this.#engine.model.contextLength ?? Infinity;
  }

  get temperature() {
    const { temperature, samplingMode } = this.#settings;
    return temperature ?? TEMPERATURES[samplingMode] * defaultTemperature(this.#engine);
  }

  /** Returns a conversation with the same messages, in a session of its own. */
  copy() {
    const copy = new Conversation(this.#engine, this.#settings, this.#initial);
    copy.#turns = [...this.#turns];
    copy.usage = this.usage;
    return copy;
  }

  close() {
    this.#session.close().catch(() => {}); // the engine was closed, and the session with it
  }

  /**
   * Adds a turn.
   *
   * @param {Message[]} messages
   */
  add(messages) {
    this.#turns.push(messages);
  }

  /**
   * Lets the model answer the conversation and more messages.
   *
   * @param {Message[]} added the last may be a prefix
   * @param {Constraint} constraint
   * @param {StringDecoder} decoder of the answer to a constraint that is quoted; takes the prefix
   * @param {AbortSignal} signal
   */
  ask(added, { request, isQuoted }, decoder, signal) {
    const messages = this.#messages(added);
    const { prefix } = added[added.length - 1];
    if (prefix && isQuoted) {
      const last = messages[messages.length - 1];
      last.content = JSON.stringify(last.content).slice(0, -1);
      decoder.push(last.content);
    }
    return this.#session.chat.completions.create(
      {
        ...this.#request(messages),
        ...request,
        ...(prefix && { continue_final_message: true }),
        stream: true,
        stream_options: { include_usage: true },
      },
      { signal },
    );
  }

  /**
   * Lets the model read the conversation and more messages before a prompt follows.
   *
   * @param {Message[]} added
   * @param {AbortSignal} signal
   */
  async read(added, signal) {
    const request = { ...this.#request(this.#messages(added)), max_tokens: 1 };
    const { usage } = await this.#session.chat.completions.create(request, { signal });
    this.usage = usage?.prompt_tokens ?? this.usage;
  }

  /**
   * Removes the oldest turns until more messages fit.
   *
   * @param {Message[]} added
   * @returns {Promise<boolean>} whether a turn was removed
   */
  async makeRoom(added) {
    if (this.window === Infinity) {
      return false;
    }
    let requested = 0;
    for (let removed = 0; removed <= this.#turns.length; removed++) {
      requested = await this.#count(this.#messages(added, removed));
      if (requested < this.window) {
        this.#turns.splice(0, removed);
        return removed > 0;
      }
    }
    throw quotaExceeded(requested, this.window);
  }

  /**
   * Returns the number of tokens that more messages would take. A system message begins a conversation of its own.
   *
   * @param {Message[]} added
   */
  async measure(added) {
    if (added[0].role === 'system') {
      return this.#count(merged(added));
    }
    const before = this.#messages();
    const after = await this.#count(this.#messages(added));
    return after - (before.length > 0 ? await this.#count(before) : 0);
  }

  /** @param {ChatMessage[]} messages */
  async #count(messages) {
    return (await this.#engine.tokenize(this.#request(messages))).length;
  }

  /** @param {ChatMessage[]} messages */
  #request(messages) {
    const { topK, temperature, samplingMode, tools } = this.#settings;
    return {
      messages,
      ...(tools.length > 0 && { tools: tools.map(({ definition }) => definition) }),
      ...(topK !== undefined && { top_k: topK }),
      ...((temperature !== undefined || samplingMode !== 'balanced') && { temperature: this.temperature }),
    };
  }

  /**
   * Returns all messages except those of removed turns.
   *
   * @param {Message[]} [added]
   */
  #messages(added = [], removed = 0) {
    return merged([...this.#initial, ...this.#turns.slice(removed).flat(), ...added]);
  }
}
