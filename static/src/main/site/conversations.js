// A conversation is a tree of messages: an edited question or another answer adds a branch next to the previous one. So nothing is lost,
// even if two tabs continue the same conversation.

/**
 * @typedef {import('./conversation-format.js').Conversation} Conversation
 * @typedef {import('./conversation-format.js').Message} Message
 * @typedef {Omit<Message, 'id' | 'parent'> & Partial<Message>} NewMessage a message that may not belong to a conversation yet
 */

const TITLE_LENGTH = 60;

/** The messages that this page has added. No other tab changes them. @type {WeakSet<Message>} */
const own = new WeakSet();

/** @returns {Conversation} an empty conversation, which is not stored yet */
export function newConversation() {
  const now = Date.now();
  return { id: crypto.randomUUID(), title: '', created: now, updated: now, leaf: null, messages: [] };
}

/**
 * Adds a message at the end of the branch that is shown, or after another message.
 *
 * @param {Conversation} conversation
 * @param {NewMessage} message becomes a message of the conversation
 * @param {string | null} [parent]
 */
export function append(conversation, message, parent = conversation.leaf) {
  const added = Object.assign(message, { id: crypto.randomUUID(), parent });
  own.add(added);
  conversation.messages.push(added);
  conversation.leaf = added.id;
  conversation.updated = Date.now();
  conversation.title ||= titleOf(added.content);
  return added;
}

/** @param {string} text */
function titleOf(text) {
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length > TITLE_LENGTH ? `${line.slice(0, TITLE_LENGTH - 1)}…` : line;
}

/**
 * Returns the messages of the branch that is shown, first to last.
 *
 * @param {Conversation} conversation
 */
export function branch({ messages, leaf }) {
  /** @type {Map<string | null, Message>} */
  const byId = new Map(messages.map((message) => [message.id, message]));
  /** @type {Message[]} */
  const path = [];
  for (let message = byId.get(leaf); message; message = byId.get(message.parent)) {
    path.push(message);
    byId.delete(message.id); // ends a circle
  }
  return path.reverse();
}

/**
 * Returns a message and its alternatives in other branches.
 *
 * @param {Conversation} conversation
 * @param {Message} message
 */
export const alternatives = ({ messages }, { parent }) => messages.filter((message) => message.parent === parent);

/**
 * Shows the newest branch that contains a message.
 *
 * @param {Conversation} conversation
 * @param {Message} message
 */
export function showBranch(conversation, message) {
  const newest = new Map(conversation.messages.map(({ id, parent }) => [parent, id]));
  let last = message.id;
  for (let next = newest.get(last); next !== undefined; next = newest.get(last)) {
    last = next;
  }
  conversation.leaf = last;
}

/**
 * Takes over what other tabs have stored: their messages, also as they have grown, and the title.
 *
 * @param {Conversation} conversation
 * @param {Conversation} stored
 * @returns {number} the number of messages that were added or have grown
 */
export function merge(conversation, stored) {
  const here = new Map(conversation.messages.map((message) => [message.id, message]));
  let grown = 0;
  for (const message of stored.messages) {
    const known = here.get(message.id);
    if (known && !own.has(known)) {
      grown += known.content === message.content ? 0 : 1;
      Object.assign(known, message);
    }
  }
  conversation.title = stored.title;
  conversation.updated = Math.max(conversation.updated, stored.updated);
  return grown + addMissing(conversation, stored);
}

/**
 * Adds the messages of another version of a conversation that are missing.
 *
 * @param {Conversation} conversation
 * @param {Conversation} other
 * @returns {number} the number of added messages
 */
export function addMissing(conversation, other) {
  const known = new Set(conversation.messages.map(({ id }) => id));
  const added = other.messages.filter(({ id }) => !known.has(id));
  added.forEach((message) => conversation.messages.push(message));
  return added.length;
}

// Searching

/** Removes case and accents from a text, for searching. */
export const folded = (/** @type {string} */ text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/**
 * Finds a text in a conversation.
 *
 * @param {Conversation} conversation
 * @param {string} wanted the text, {@link folded}
 * @returns {string | null} the passage around the first match, '' if it is in the title; null if there is none
 */
export function find({ title, messages }, wanted) {
  if (folded(title).includes(wanted)) {
    return '';
  }
  for (const { content } of messages) {
    const at = folded(content).indexOf(wanted);
    if (at >= 0) {
      // Removed accents shift the position by a few letters; the passage is only for reading.
      const start = Math.max(0, at - 20);
      return (start > 0 ? '…' : '') + content.slice(start, at + wanted.length + 60).replace(/\s+/g, ' ');
    }
  }
  return null;
}
