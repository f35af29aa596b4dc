// The sidebar: lists, searches and manages the conversations.
import { discard, onShown, open, shownId } from './conversation.js';
import { find, folded, list, onConversations, remove, rename, toJson, toMarkdown } from './conversations.js';
import { date, daysAgo, onLanguage, t } from './i18n.js';
import { byId, confirmButton, element, iconButton, openDialog, saveFile } from './page.js';

const SEARCH_PAUSE_MS = 150;
const DAY_MS = 86_400_000;

const content = byId('content');
const dialog = byId('conversation');
const nameField = byId('conversation-name');
const none = byId('no-conversations');
const rows = byId('conversations');
const searchField = byId('search');
const sidebar = byId('sidebar');
const opener = byId('sidebar-open');
const phone = matchMedia('(max-width: 52rem)');

/** @typedef {import('./conversations.js').Conversation} Conversation */

/** Counts refreshes: only the latest one draws the list. */
let readings = 0;
let searching = 0;
/** @type {Conversation | null} the conversation that the dialog shows */
let chosen = null;

export async function refresh() {
  const reading = ++readings;
  const wanted = folded(searchField.value.trim());
  const conversations = await list();
  if (reading !== readings) {
    return;
  }
  const found = conversations
    .map((conversation) => ({ conversation, passage: wanted === '' ? '' : find(conversation, wanted) }))
    .filter(({ passage }) => passage !== null);
  none.hidden = found.length > 0;
  none.textContent = t(wanted === '' ? 'noConversations' : 'nothingFound');
  let group = '';
  const { activeElement } = document;
  const focused = rows.contains(activeElement) ? activeElement?.closest('li')?.dataset.id : undefined;
  rows.replaceChildren(...found.flatMap(({ conversation, passage }) => {
    const heading = groupOf(conversation.updated);
    const isNew = heading !== group;
    group = heading;
    return [...(isNew ? [element('li', heading, 'group')] : []), row(conversation, passage)];
  }));
  if (focused) {
    rows.querySelector(`[data-id="${CSS.escape(focused)}"] button`)?.focus();
  }
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
  chosen = conversation;
  nameField.value = conversation.title;
  const deleting = confirmButton(t('delete'), t('reallyDelete'), async () => {
    dialog.close();
    discard([conversation.id]);
    await remove([conversation.id]);
    searchField.focus();
  });
  deleting.id = 'conversation-delete';
  byId('conversation-delete').replaceWith(deleting);
  openDialog(dialog);
  nameField.select();
}

byId('conversation-form').addEventListener('submit', (/** @type {Event} */ event) => {
  event.preventDefault();
  if (chosen) {
    rename(chosen.id, nameField.value);
  }
  dialog.close();
});
byId('conversation-json').addEventListener('click', () => chosen && saveFile(toJson([chosen], chosen.title)));
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
