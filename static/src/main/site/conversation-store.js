// The stored conversations, which all tabs share. A conversation that can't be stored stays in the page, and is stored with the next
// success.
import { conversationOf, MAX_TITLE, titleIn } from './conversation-format.js';
import { addMissing, merge } from './conversations.js';
import { all, get, onDatabase, update } from './database.js';

/**
 * @typedef {import('./conversation-format.js').Conversation} Conversation
 *
 * @typedef {object} Unreadable a stored conversation that can't be read
 * @property {string} id
 * @property {string} title empty if it has none
 * @property {any} [record] undefined if the browser can't read it
 * @property {any} cause an `InvalidField`, or the browser's error
 *
 * @typedef {object} Change
 * @property {string | null} id the conversation that has changed; null: several
 * @property {string[]} removed the ids of conversations that the user deletes
 * @property {boolean} elsewhere whether another tab has changed it
 *
 * @typedef {object} Storing
 * @property {number} unsaved the number of conversations that are not stored
 * @property {number} lost the number of conversations that storage has lost, and that this page still has
 * @property {any} cause the last error
 */

const STORE = 'conversations';

/** Conversations with changes that are not stored. @type {Map<string, Conversation>} */
const unsaved = new Map();
/** Conversations that storage has lost, although nobody has deleted them. @type {Map<string, Conversation>} */
const lost = new Map();
/** What the last reading has found. @type {{conversations: Map<string, Conversation>, unreadable: Unreadable[]}} */
let known = { conversations: new Map(), unreadable: [] };
/** The ids of conversations that the user has deleted, in any tab. @type {Set<string>} */
const removed = new Set();
/** @type {any} */
let failure = null;

/** @type {((change: Change) => void)[]} */
const listeners = [];
/** @type {((storing: Storing) => void)[]} */
const storingListeners = [];

const channel = new BroadcastChannel('demitasse conversations');
channel.onmessage = (/** @type {MessageEvent} */ { data: { id, removed: ids } }) => {
  ids.forEach((/** @type {string} */ each) => removed.add(each));
  tell({ id, removed: ids, elsewhere: true });
};

/** @param {(change: Change) => void} listener called when conversations have changed */
export function onConversations(listener) {
  listeners.push(listener);
}

/** @param {(storing: Storing) => void} listener called when a conversation was stored, could not be stored, or was lost */
export function onStoring(listener) {
  storingListeners.push(listener);
}

/** @param {Change} change */
function tell(change) {
  listeners.forEach((listener) => listener(change));
}

/**
 * Tells this tab and the others.
 *
 * @param {string | null} id
 * @param {string[]} [ids] of deleted conversations
 */
function changed(id, ids = []) {
  channel.postMessage({ id, removed: ids });
  tell({ id, removed: ids, elsewhere: false });
}

const report = () => storingListeners.forEach((listener) => listener({ unsaved: unsaved.size, lost: lost.size, cause: failure }));

// Reading

/**
 * Returns all conversations, the newest first, and those that can't be read. If storage fails, the last ones that were read.
 *
 * @returns {Promise<{conversations: Conversation[], unreadable: Unreadable[]}>}
 */
export async function readAll() {
  try {
    takeAll(await all(STORE));
  } catch (cause) {
    failure = cause;
    report();
  }
  const conversations = [...new Map([...known.conversations, ...lost, ...unsaved]).values()];
  return { conversations: conversations.sort((a, b) => b.updated - a.updated), unreadable: known.unreadable };
}

/** @returns {Promise<Conversation[]>} those that can be read */
export const list = async () => (await readAll()).conversations;

/** @param {import('./database.js').Stored[]} stored */
function takeAll(stored) {
  const before = known.conversations;
  known = { conversations: new Map(), unreadable: [] };
  for (const { id, record, cause } of stored) {
    try {
      if (cause) {
        throw cause;
      }
      known.conversations.set(id, conversationOf(record));
    } catch (why) {
      known.unreadable.push({ id, title: titleIn(record), record, cause: why });
    }
  }
  const ids = new Set(stored.map(({ id }) => id));
  before.forEach((conversation, id) => !removed.has(id) && lost.set(id, conversation));
  [...lost.keys()].filter((id) => ids.has(id) || removed.has(id)).forEach((id) => lost.delete(id));
  failure = unsaved.size > 0 ? failure : null;
  report();
}

/**
 * @param {string} id
 * @returns {Promise<Conversation | undefined>}
 * @throws {import('./schema.js').InvalidField} if it can't be read
 */
export async function read(id) {
  const here = unsaved.get(id) ?? lost.get(id);
  let record;
  try {
    record = await get(STORE, id);
  } catch (cause) {
    failure = cause;
    return here ?? known.conversations.get(id);
  }
  if (record && here) {
    merge(here, conversationOf(record));
  }
  return here ?? (record && conversationOf(record));
}

// Changing

/**
 * Stores a conversation together with the messages that other tabs have added. If that fails, the conversation is stored with the next
 * success.
 *
 * @param {Conversation} conversation
 * @returns {Promise<boolean>} whether other tabs have added or continued messages
 */
export async function save(conversation) {
  const { isStored, merged } = await store(conversation);
  if (isStored) {
    await storeUnsaved();
  }
  report();
  changed(conversation.id);
  return merged > 0;
}

/** Tries to store all conversations that are not stored. */
export async function saveAgain() {
  if (await storeUnsaved()) {
    changed(null);
  }
  report();
}

/** Stores the conversations again that storage has lost. */
export async function restore() {
  lost.forEach((conversation, id) => unsaved.set(id, conversation));
  lost.clear();
  await saveAgain();
}

/** Forgets the conversations that storage has lost. */
export function forget() {
  lost.clear();
  report();
  tell({ id: null, removed: [], elsewhere: false });
}

/** @returns {Promise<boolean>} whether any was stored */
async function storeUnsaved() {
  const waiting = [...unsaved.values()];
  for (const conversation of waiting) {
    if (!(await store(conversation)).isStored) {
      break;
    }
  }
  return unsaved.size < waiting.length;
}

/**
 * @param {Conversation} conversation
 * @returns {Promise<{isStored: boolean, merged: number}>} `merged`: the number of messages that other tabs have added or continued
 */
async function store(conversation) {
  let merged = 0;
  removed.delete(conversation.id);
  try {
    await update(STORE, conversation.id, (record) => {
      merged = mergeStored(conversation, record);
      return conversation;
    });
  } catch (cause) {
    failure = cause;
    unsaved.set(conversation.id, conversation);
    return { isStored: false, merged };
  }
  failure = null;
  unsaved.delete(conversation.id);
  lost.delete(conversation.id);
  return { isStored: true, merged };
}

/**
 * Merges the stored version into a conversation. If it can't be read, it stays, and the conversation gets another id.
 *
 * @param {Conversation} conversation
 * @param {any} record
 */
function mergeStored(conversation, record) {
  if (!record) {
    return 0;
  }
  let stored;
  try {
    stored = conversationOf(record);
  } catch {
    unsaved.delete(conversation.id);
    conversation.id = crypto.randomUUID();
    return 0;
  }
  return merge(conversation, stored);
}

/**
 * Adds a conversation from a file, or its messages that are not stored yet.
 *
 * @param {Conversation} imported
 * @returns {Promise<boolean>} whether anything was added
 */
export async function add(imported) {
  const stored = await read(imported.id).catch(() => undefined);
  if (stored && addMissing(stored, imported) === 0) {
    return false;
  }
  await store(stored ?? imported);
  return true;
}

/** Must be called after conversations were added. */
export function afterAdding() {
  report();
  changed(null);
}

/**
 * @param {string} id
 * @param {string} title
 */
export async function rename(id, title) {
  const name = title.trim().slice(0, MAX_TITLE);
  const here = unsaved.get(id) ?? lost.get(id);
  if (name === '') {
    return;
  }
  try {
    await update(STORE, id, (record) => record && { ...record, title: name });
  } catch (cause) {
    if (!here || known.conversations.has(id)) {
      throw cause;
    }
  }
  if (here) {
    here.title = name;
  }
  changed(id);
}

/** @param {string[]} ids */
export async function remove(ids) {
  const stored = new Set([...known.conversations.keys(), ...known.unreadable.map(({ id }) => id)]);
  // Other tabs must know before they find them gone.
  ids.forEach((id) => removed.add(id));
  channel.postMessage({ id: null, removed: ids });
  /** @type {unknown} */
  let notRemoved = null;
  for (const id of ids) {
    unsaved.delete(id);
    lost.delete(id);
    try {
      await update(STORE, id, () => undefined);
    } catch (cause) {
      notRemoved = stored.has(id) ? cause : notRemoved;
    }
  }
  changed(ids.length === 1 ? ids[0] : null, ids);
  if (notRemoved) {
    throw notRemoved;
  }
  await saveAgain(); // there is more space
}

onDatabase((state) => {
  if (state === 'open') {
    saveAgain();
    tell({ id: null, removed: [], elsewhere: false });
  } else {
    report();
  }
});
