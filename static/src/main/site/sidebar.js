// The sidebar: lists, searches and manages the conversations.
import { discard, onShown, open, shownId } from './conversation.js';
import { toJson, toMarkdown, toRawJson } from './conversation-files.js';
import { onConversations, readAll, remove, rename } from './conversation-store.js';
import { find, folded } from './conversations.js';
import { date, daysAgo, onLanguage, problemOf, t } from './i18n.js';
import { notify } from './notices.js';
import { byId, confirmButton, element, iconButton, messageOf, openDialog, saveFile } from './page.js';
import { InvalidField } from './schema.js';

const SEARCH_PAUSE_MS = 150;
const DAY_MS = 86_400_000;

const content = byId('content');
const dialog = byId('conversation');
const nameField = byId('conversation-name');
const none = byId('no-conversations');
const rows = byId('conversations');
const why = byId('conversation-unreadable');
const searchField = byId('search');
const sidebar = byId('sidebar');
const opener = byId('sidebar-open');
const phone = matchMedia('(max-width: 52rem)');

/**
 * @typedef {import('./conversations.js').Conversation} Conversation
 * @typedef {import('./conversation-store.js').Unreadable} Unreadable
 */

/** Counts refreshes: only the latest one draws the list. */
let readings = 0;
let searching = 0;
/** @type {Conversation | null} the conversation that the dialog shows; null if it can't be read */
let chosen = null;
/** @type {Unreadable | null} the same for one that can't be read */
let chosenUnreadable = null;

export async function refresh() {
  const reading = ++readings;
  const wanted = folded(searchField.value.trim());
  const { conversations, unreadable } = await readAll();
  if (reading !== readings) {
    return;
  }
  const found = conversations
    .map((conversation) => ({ conversation, passage: wanted === '' ? '' : find(conversation, wanted) }))
    .filter(({ passage }) => passage !== null);
  const damaged = unreadable.filter(({ title }) => folded(title).includes(wanted));
  none.hidden = found.length + damaged.length > 0;
  none.textContent = t(wanted === '' ? 'noConversations' : 'nothingFound');
  const { activeElement } = document;
  const focused = rows.contains(activeElement) ? activeElement?.closest('li')?.dataset.id : undefined;
  rows.replaceChildren(
    ...grouped(found),
    ...(damaged.length > 0 ? [element('li', t('unreadable'), 'group')] : []),
    ...damaged.map(unreadableRow),
  );
  if (focused) {
    rows.querySelector(`[data-id="${CSS.escape(focused)}"] button`)?.focus();
  }
}

/**
 * Returns the rows of conversations, with headings.
 *
 * @param {{conversation: Conversation, passage: string | null}[]} found
 */
function grouped(found) {
  let group = '';
  return found.flatMap(({ conversation, passage }) => {
    const heading = groupOf(conversation.updated);
    const isNew = heading !== group;
    group = heading;
    return [...(isNew ? [element('li', heading, 'group')] : []), row(conversation, passage)];
  });
}

/**
 * Returns the heading of a date: today, yesterday, or the month.
 *
 * @param {number} time
 */
function groupOf(time) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  if (time >= midnight - DAY_MS) {
    return daysAgo(time >= midnight ? 0 : 1);
  }
  return date(time, { month: 'long', year: 'numeric' });
}

/**
 * @param {Conversation} conversation
 * @param {string | null} passage what the search has found
 */
function row(conversation, passage) {
  const item = element('li', '', 'conversation');
  item.dataset.id = conversation.id;
  const choose = element('button', '', 'choose');
  choose.type = 'button';
  choose.append(element('span', conversation.title, 'name'));
  if (passage) {
    choose.append(element('span', passage, 'passage'));
  }
  if (conversation.id === shownId()) {
    choose.ariaCurrent = 'true';
  }
  choose.onclick = () => show(conversation.id);
  const more = iconButton('more', t('conversationOptions', { title: conversation.title }), () => look(conversation));
  item.append(choose, more);
  return item;
}

/** @param {Unreadable} unreadable */
function unreadableRow(unreadable) {
  const item = element('li', '', 'conversation unreadable');
  item.dataset.id = unreadable.id;
  const choose = element('button', '', 'choose');
  choose.type = 'button';
  choose.ariaHasPopup = 'dialog';
  choose.append(element('span', titleOf(unreadable), 'name'), element('span', reasonOf(unreadable), 'passage'));
  choose.onclick = () => lookAtUnreadable(unreadable);
  item.append(choose);
  return item;
}

const titleOf = (/** @type {Unreadable} */ { title, id }) => (title === '' ? t('untitled', { id: String(id) }) : title);

const reasonOf = (/** @type {Unreadable} */ { cause }) => (cause instanceof InvalidField ? problemOf(cause) : messageOf(cause));

/** @param {string | null} id */
async function show(id) {
  closeSidebar();
  location.hash = '';
  await open(id);
  byId('prompt').focus();
}

// The dialog of one conversation

/** @param {Conversation} conversation */
function look(conversation) {
  [chosen, chosenUnreadable] = [conversation, null];
  nameField.value = conversation.title;
  openOptions(conversation.id, conversation.title);
  nameField.select();
}

/** @param {Unreadable} unreadable */
function lookAtUnreadable(unreadable) {
  [chosen, chosenUnreadable] = [null, unreadable];
  why.textContent = t('unreadableText', { title: titleOf(unreadable), why: reasonOf(unreadable) });
  openOptions(unreadable.id, titleOf(unreadable));
}

/**
 * @param {string} id
 * @param {string} title
 */
function openOptions(id, title) {
  why.hidden = chosen !== null;
  byId('conversation-form').hidden = byId('conversation-markdown').hidden = chosen === null;
  byId('conversation-json').hidden = !chosen && chosenUnreadable?.record === undefined;
  const deleting = confirmButton(t('delete'), t('reallyDelete'), async () => {
    dialog.close();
    discard([id]);
    await attempt(remove([id]), title);
    searchField.focus();
  });
  deleting.id = 'conversation-delete';
  byId('conversation-delete').replaceWith(deleting);
  openDialog(dialog);
}

/**
 * Shows a notice if a change fails.
 *
 * @param {Promise<void>} change
 * @param {string} title of the conversation
 */
async function attempt(change, title) {
  try {
    await change;
  } catch (cause) {
    notify('not-changed', { text: () => t('notChanged', { title, why: messageOf(cause) }) });
  }
}

function exportChosen() {
  if (chosen) {
    saveFile(toJson([chosen], chosen.title));
  } else if (chosenUnreadable) {
    saveFile(toRawJson(chosenUnreadable.record, titleOf(chosenUnreadable)));
  }
}

byId('conversation-form').addEventListener('submit', (/** @type {Event} */ event) => {
  event.preventDefault();
  if (chosen) {
    attempt(rename(chosen.id, nameField.value), chosen.title);
  }
  dialog.close();
});
byId('conversation-json').addEventListener('click', exportChosen);
byId('conversation-markdown').addEventListener('click', () => chosen && saveFile(toMarkdown([chosen], chosen.title)));

// On narrow screens the sidebar covers the conversation

export function openSidebar() {
  if (phone.matches) {
    document.body.dataset.sidebar = 'open';
    content.inert = true;
    opener.ariaExpanded = 'true';
    byId('new-chat').focus();
  }
}

function closeSidebar() {
  if (document.body.dataset.sidebar) {
    delete document.body.dataset.sidebar;
    content.inert = false;
    opener.ariaExpanded = 'false';
    opener.focus();
  }
}

/** Opens the sidebar and focuses the search field. */
export function search() {
  openSidebar();
  searchField.focus();
}

opener.addEventListener('click', openSidebar);
byId('sidebar-close').addEventListener('click', closeSidebar);
byId('shade').addEventListener('click', closeSidebar);
byId('new-chat').addEventListener('click', () => show(null));
byId('new-chat-small').addEventListener('click', () => show(null));
phone.addEventListener('change', closeSidebar);
addEventListener('hashchange', closeSidebar);
sidebar.addEventListener('keydown', (/** @type {KeyboardEvent} */ { key }) => {
  if (key === 'Escape') {
    closeSidebar();
  }
});
searchField.addEventListener('input', () => {
  clearTimeout(searching);
  searching = setTimeout(refresh, SEARCH_PAUSE_MS);
});
onConversations(refresh);
onShown(refresh);
onLanguage(refresh);
