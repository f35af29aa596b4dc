// The format of conversations, in files and in storage.
import { choice, ensure, InvalidField, list, nullable, number, object, optional, text, time } from './schema.js';

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

const FORMAT = 'demitasse conversations';
const VERSION = 1;

/** The maximum length of a title. */
export const MAX_TITLE = 1000;
const MAX_ID = 200;
/** Far more than a model reads or writes. */
const MAX_TEXT = 2 ** 26;
const MAX_MESSAGES = 100_000;
const MAX_CALLS = 10_000;
const MAX_CONVERSATIONS = 100_000;

const ID = text(MAX_ID, 1);
const FIGURE = number(0, Number.MAX_SAFE_INTEGER);
const CONTENT = text(MAX_TEXT);

const CALL = object({
  id: CONTENT,
  type: (/** @type {any} */ value, /** @type {string} */ path) => (value === undefined ? 'function' : choice('function')(value, path)),
  function: object({ name: CONTENT, arguments: CONTENT }),
});

// Servers may add figures of their own.
const USAGE = object({
  prompt_tokens: FIGURE,
  completion_tokens: FIGURE,
  total_tokens: optional(FIGURE),
  prompt_tokens_details: optional(object({ cached_tokens: optional(FIGURE) }, { others: 'dropped' })),
}, { others: 'dropped' });

const TIMINGS = object({
  cache_n: optional(FIGURE),
  prompt_n: optional(FIGURE),
  prompt_ms: optional(FIGURE),
  predicted_n: optional(FIGURE),
  predicted_ms: optional(FIGURE),
  draft_n: optional(FIGURE),
  draft_n_accepted: optional(FIGURE),
}, { others: 'dropped' });

const INFO = object({
  finish_reason: optional(CONTENT),
  usage: optional(USAGE),
  timings: optional(TIMINGS),
  model: optional(CONTENT),
  server: optional(CONTENT),
});

const COMMON = { id: ID, parent: nullable(ID), content: CONTENT };

/** The fields of a message depend on its role. @type {Record<string, import('./schema.js').Schema>} */
const MESSAGES = {
  user: object({ ...COMMON, role: choice('user') }),
  assistant: object({
    ...COMMON,
    role: choice('assistant'),
    reasoning_content: optional(CONTENT),
    tool_calls: optional(list(MAX_CALLS, CALL)),
    info: optional(INFO),
  }),
  tool: object({ ...COMMON, role: choice('tool'), tool_call_id: optional(CONTENT), name: optional(CONTENT) }),
};

/** @type {import('./schema.js').Schema<Message>} */
function message(value, path) {
  const role = choice(...Object.keys(MESSAGES))(object({ role: (given) => given }, { others: 'dropped' })(value, path).role, `${path}.role`);
  return MESSAGES[role](value, path);
}

const CONVERSATION = object({
  id: ID,
  title: text(MAX_TITLE),
  created: time,
  updated: time,
  leaf: nullable(ID),
  messages: list(MAX_MESSAGES, message),
});

/**
 * Returns a checked copy of a conversation.
 *
 * @param {unknown} value
 * @throws {InvalidField} the first field that is not understood
 */
export function conversationOf(value) {
  const conversation = /** @type {Conversation} */ (CONVERSATION(value, ''));
  /** @type {Set<string | null>} */
  const ids = new Set([null]);
  conversation.messages.forEach(({ id, parent }, index) => {
    ensure(ids.has(parent), `messages[${index}].parent`, 'parent');
    ensure(!ids.has(id), `messages[${index}].id`, 'repeated');
    ids.add(id);
  });
  ensure(ids.has(conversation.leaf), 'leaf', 'leaf');
  return conversation;
}

/** The error of a file with a conversation that is not understood. */
export class InvalidConversation extends Error {
  /**
   * @param {string} title of the conversation; empty if it has none
   * @param {number} index of the conversation in the file
   * @param {InvalidField} cause
   */
  constructor(title, index, cause) {
    super(`conversation ${index + 1} (${title}): ${cause.message}`, { cause });
    this.title = title;
    this.index = index;
    /** @type {InvalidField} */
    this.invalid = cause;
  }
}

/**
 * Returns the text of a file of conversations.
 *
 * @param {Conversation[]} conversations
 */
export const toFile = (conversations) => JSON.stringify({ format: FORMAT, version: VERSION, conversations }, null, 2);

/**
 * Returns the conversations of a file.
 *
 * @param {string} content
 * @returns {Conversation[] | null} null if the file is no file of conversations
 * @throws {InvalidField} if another part of the file is not understood
 * @throws {InvalidConversation} if a conversation is not understood
 */
export function fromFile(content) {
  const file = parsed(content);
  if (file?.format !== FORMAT) {
    return null;
  }
  const { conversations } = object({
    format: choice(FORMAT),
    version: (/** @type {any} */ value, /** @type {string} */ path) => ensure(value === VERSION, path, 'version', { version: VERSION }),
    conversations: list(MAX_CONVERSATIONS, (/** @type {any} */ value) => value),
  })(file, '');
  return conversations.map((/** @type {any} */ value, /** @type {number} */ index) => {
    try {
      return conversationOf(value);
    } catch (cause) {
      throw new InvalidConversation(titleIn(value), index, cause);
    }
  });
}

/** @param {string} content */
function parsed(content) {
  try {
    return JSON.parse(content);
  } catch {
    return null;
  }
}

/**
 * Returns the title of a conversation that may not be understood.
 *
 * @param {any} value
 */
export function titleIn(value) {
  const title = typeof value?.title === 'string' ? value.title.trim() : '';
  return title.slice(0, MAX_TITLE);
}

/**
 * Returns the figures of an answer that are understood. A server may send others, or wrong ones.
 *
 * @param {{finish_reason?: unknown, usage?: unknown, timings?: unknown}} given
 * @returns {Pick<AnswerInfo, 'finish_reason' | 'usage' | 'timings'>}
 */
export function figuresOf({ finish_reason, usage, timings }) {
  return {
    finish_reason: understood(CONTENT, finish_reason),
    usage: understood(USAGE, usage),
    timings: understood(TIMINGS, timings),
  };
}

/**
 * Returns a checked copy of a value, or undefined if it is not understood.
 *
 * @param {import('./schema.js').Schema} schema
 * @param {unknown} value
 */
function understood(schema, value) {
  try {
    return schema(value, '');
  } catch (cause) {
    if (cause instanceof InvalidField) {
      return undefined;
    }
    throw cause;
  }
}
