// Stores a conversation while it grows.
import { save } from './conversation-store.js';

/** The interval in which a growing answer is stored. */
const INTERVAL_MS = 2000;

/** Conversations that are being deleted; a growing answer must not store them again. @type {WeakSet<Conversation>} */
const discarded = new WeakSet();

/** @typedef {import('./conversation-format.js').Conversation} Conversation */

/** Prevents that a conversation is stored again. @param {Conversation} conversation */
export const abandon = (conversation) => discarded.add(conversation);

/** Stores one conversation. */
export class Keeper {
  #conversation;
  #saved = performance.now();

  /** Whether other tabs have added or continued messages. */
  isContinued = false;

  /** @param {Conversation} conversation */
  constructor(conversation) {
    this.#conversation = conversation;
  }

  /** Stores the conversation now. */
  async keep() {
    this.#saved = performance.now();
    if (!discarded.has(this.#conversation)) {
      this.isContinued = (await save(this.#conversation)) || this.isContinued;
    }
  }

  /** Stores the conversation if it was not stored for a while. */
  keepGrowth() {
    if (performance.now() - this.#saved > INTERVAL_MS) {
      this.keep();
    }
  }
}
