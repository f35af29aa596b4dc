// The stored conversations. Each is a tree: an edited question or another answer adds a branch next to the previous one. So nothing is
// lost, even if two tabs continue the same conversation.
import { all, get, update } from './database.js';
import { t } from './i18n.js';

/**
 * @typedef {object} Message
 * @property {string} id
 * @property {string | null} parent the message that this one follows
 * @property {'user' | 'assistant' | 'tool'} role
 * @property {string} content
 * @property {string} [reasoning_content]
 * @property {{id: string, type: 'function', function: {name: string, arguments: string}}[]} [tool_calls]
 * @property {string} [tool_call_id]
 * @property {string} [name] the name of the tool
 * @property {AnswerInfo} [info] details of an answer
 *
 * @typedef {Omit<Message, 'id' | 'parent'> & Partial<Message>} NewMessage a message that may not belong to a conversation yet
 *
 * @typedef {object} AnswerInfo
 * @property {string} [finish_reason] a reason of OpenAI's API, or `abort` or `rounds` (too many tool calls)
 * @property {import('./demitasse.js').CompletionUsage} [usage]
 * @property {Partial<import('./demitasse.js').Timings>} [timings]
 * @property {string} [model]
 * @property {string} [server]
 *
 * @typedef {object} Conversation
 * @property {string} id
 * @property {string} title
 * @property {number} created
 * @property {number} updated
 * @property {string | null} leaf the last message of the branch that is shown
 * @property {Message[]} messages in the order in which they came
 */

const STORE = 'conversations';
const TITLE_LENGTH = 60;
const FORMAT = 'demitasse conversations';

/** Notifies the other tabs of changed conversations. */
const channel = new BroadcastChannel('demitasse conversations');
/** @type {((id: string | null, elsewhere: boolean) => void)[]} */
const listeners = [];
channel.onmessage = (/** @type {MessageEvent} */ { data: id }) => listeners.forEach((listener) => listener(id, true));

/** @param {(id: string | null, elsewhere: boolean) => void} listener called with the conversation that has changed (null: several) */
export function onConversations(listener) {
  listeners.push(listener);
}

/** @param {string | null} id */
function changed(id) {
  channel.postMessage(id);
  listeners.forEach((listener) => listener(id, false));
}

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
  for (let message = byId.get(leaf); message && !path.includes(message); message = byId.get(message.parent)) {
    path.push(message);
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
  let last = message;
  /** @type {Message | undefined} */
  let next = last;
  for (; next; next = conversation.messages.findLast(({ parent }) => parent === last.id)) {
    last = next;
  }
  conversation.leaf = last.id;
}

/**
 * Adds the messages that another tab has stored.
 *
 * @param {Conversation} conversation
 * @param {Conversation} stored
 */
export function merge(conversation, stored) {
  const known = new Set(conversation.messages.map(({ id }) => id));
  conversation.messages.push(...stored.messages.filter(({ id }) => !known.has(id)));
  conversation.title = stored.title;
}

// Storage

/** @returns {Promise<Conversation[]>} */
export const list = async () => (await all(STORE)).sort((a, b) => b.updated - a.updated);

/**
 * @param {string} id
 * @returns {Promise<Conversation | undefined>}
 */
export const read = (id) => get(STORE, id);

/**
 * Stores a conversation together with the messages that other tabs have added.
 *
 * @param {Conversation} conversation
 */
export async function save(conversation) {
  await update(STORE, conversation.id, (/** @type {Conversation | undefined} */ stored) => {
    if (stored) {
      merge(conversation, stored);
    }
    return conversation;
  });
  changed(conversation.id);
}

/**
 * @param {string} id
 * @param {string} title
 */
export async function rename(id, title) {
  await update(STORE, id, (/** @type {Conversation | undefined} */ stored) => stored && { ...stored, title: title.trim() || stored.title });
  changed(id);
}

/** @param {string[]} ids */
export async function remove(ids) {
  for (const id of ids) {
    await update(STORE, id, () => undefined);
  }
  changed(ids.length === 1 ? ids[0] : null);
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

// Files

/**
 * Exports conversations as JSON.
 *
 * @param {Conversation[]} conversations
 * @param {string} name of the file, without its ending
 * @returns {File} a file that {@link importJson} reads
 */
export function toJson(conversations, name) {
  const text = JSON.stringify({ format: FORMAT, version: 1, conversations }, null, 2);
  return new File([text], `${name}.json`, { type: 'application/json' });
}

/**
 * Exports the branches that are shown as Markdown.
 *
 * @param {Conversation[]} conversations
 * @param {string} name of the file, without its ending
 */
export function toMarkdown(conversations, name) {
  /** @type {Record<string, string>} */
  const speakers = { user: t('you'), assistant: 'Demitasse' };
  const parts = conversations.map((conversation) => {
    const said = branch(conversation).filter(({ role, content }) => speakers[role] && content !== '');
    return [`# ${conversation.title}`, ...said.flatMap(({ role, content }) => [`## ${speakers[role]}`, content])].join('\n\n');
  });
  return new File([`${parts.join('\n\n---\n\n')}\n`], `${name}.md`, { type: 'text/markdown' });
}

/**
 * Stores the conversations of an exported file.
 *
 * @param {File} file
 * @returns {Promise<number>} the number of conversations that were new or had new messages
 */
export async function importJson(file) {
  let content = null;
  try {
    content = JSON.parse(await file.text());
  } catch {
    // reported below
  }
  if (content?.format !== FORMAT || !Array.isArray(content.conversations) || !content.conversations.every(isConversation)) {
    throw new Error(t('notConversations', { name: file.name }));
  }
  let count = 0;
  for (const imported of content.conversations) {
    await update(STORE, imported.id, (/** @type {Conversation | undefined} */ stored) => {
      const before = stored?.messages.length ?? -1;
      const merged = stored ?? imported;
      if (stored) {
        merge(merged, { ...imported, title: stored.title });
      }
      count += merged.messages.length > before ? 1 : 0;
      return merged;
    });
  }
  changed(null);
  return count;
}

/** @returns {value is string} */
const isText = (/** @type {unknown} */ value) => typeof value === 'string';

function isConversation(/** @type {any} */ conversation = {}) {
  const { id, title, created, updated, leaf, messages } = conversation;
  return isText(id) && isText(title) && Number.isFinite(created) && Number.isFinite(updated)
    && (leaf === null || isText(leaf)) && Array.isArray(messages) && messages.every(isMessage) && isTree(messages);
}

/**
 * Whether each message has a unique id and follows an earlier message.
 *
 * @param {Message[]} messages
 */
function isTree(messages) {
  /** @type {Set<string | null>} */
  const ids = new Set([null]);
  return messages.every(({ id, parent }) => ids.has(parent) && !ids.has(id) && ids.add(id));
}

function isMessage(/** @type {any} */ message = {}) {
  const { id, parent, role, content, reasoning_content: reasoning, tool_calls: calls, tool_call_id: answers } = message;
  return isText(id) && (parent === null || isText(parent)) && ['user', 'assistant', 'tool'].includes(role) && isText(content)
    && (reasoning === undefined || isText(reasoning)) && (answers === undefined || isText(answers))
    && (calls === undefined || (Array.isArray(calls) && calls.every(isCall)));
}

const isCall = (/** @type {any} */ call) => isText(call?.id) && isText(call.function?.name) && isText(call.function.arguments);
