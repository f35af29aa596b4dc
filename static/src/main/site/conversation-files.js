// Exports and imports conversations.
import { fromFile, InvalidConversation, toFile } from './conversation-format.js';
import { add, afterAdding } from './conversation-store.js';
import { branch } from './conversations.js';
import { problemOf, t } from './i18n.js';
import { messageOf } from './page.js';
import { InvalidField } from './schema.js';

/** @typedef {import('./conversation-format.js').Conversation} Conversation */

/**
 * Exports conversations as JSON.
 *
 * @param {Conversation[]} conversations
 * @param {string} name of the file, without its ending
 * @returns {File} a file that {@link importJson} reads
 */
export const toJson = (conversations, name) => new File([toFile(conversations)], `${name}.json`, { type: 'application/json' });

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
 * Exports a record that can't be read, as it is stored.
 *
 * @param {any} record
 * @param {string} name of the file, without its ending
 */
export function toRawJson(record, name) {
  /** The objects around the current one. @type {object[]} */
  const around = [];
  /** @this {any} @type {(key: string, value: any) => any} */
  function plain(_, value) {
    if (typeof value === 'bigint') {
      return String(value);
    }
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    while (around.length > 0 && around.at(-1) !== this) {
      around.pop();
    }
    if (around.includes(value)) {
      return '(circular)';
    }
    around.push(value);
    return value;
  }
  return new File([JSON.stringify(record, plain, 2)], `${name}.json`, { type: 'application/json' });
}

/**
 * Stores the conversations of an exported file, all or none.
 *
 * @param {File} file
 * @returns {Promise<number>} the number of conversations that were new or had new messages
 * @throws {Error} a field that is not understood
 */
export async function importJson(file) {
  const conversations = understood(await file.text().catch(() => ''), file.name);
  let count = 0;
  for (const conversation of conversations) {
    count += (await add(conversation)) ? 1 : 0;
  }
  afterAdding();
  return count;
}

/**
 * @param {string} content
 * @param {string} name of the file
 */
function understood(content, name) {
  let conversations;
  try {
    conversations = fromFile(content);
  } catch (cause) {
    throw new Error(explained(cause, name), { cause });
  }
  if (!conversations) {
    throw new Error(t('notConversations', { name }));
  }
  return conversations;
}

/**
 * @param {any} cause
 * @param {string} name of the file
 */
function explained(cause, name) {
  if (cause instanceof InvalidConversation) {
    const { title, index, invalid } = cause;
    const conversation = title === '' ? String(index + 1) : `“${shortened(title)}”`;
    return t('wrongConversation', { name, conversation, problem: problemOf(invalid) });
  }
  return cause instanceof InvalidField ? t('wrongFile', { name, problem: problemOf(cause) }) : messageOf(cause);
}

const MAX_SHOWN = 60;

const shortened = (/** @type {string} */ title) => (title.length > MAX_SHOWN ? `${title.slice(0, MAX_SHOWN - 1)}…` : title);
