// Notices above the composer: what the user should know, and ways to continue. Each has a name, and replaces the one of that name.
import { onLanguage, t } from './i18n.js';
import { byId, button, element, iconButton } from './page.js';

/**
 * @typedef {object} Notice
 * @property {() => string} text in the current language
 * @property {{label: string, run: () => unknown}[]} [actions] `label`: the key of a text
 * @property {() => void} [onClose] called when the user closes the notice
 */

const list = byId('notices');

/** @type {Map<string, Notice>} */
const notices = new Map();
/** The texts of notices that the user has closed, by name. @type {Map<string, string>} */
const closed = new Map();

/**
 * Shows a notice, unless the user has closed it.
 *
 * @param {string} name
 * @param {Notice} notice
 */
export function notify(name, notice) {
  const isShown = notices.get(name)?.text() === notice.text();
  notices.set(name, notice);
  if (!isShown && closed.get(name) !== notice.text()) {
    closed.delete(name);
    draw();
  }
}

/**
 * Removes a notice. When it is shown again, the user has not closed it yet.
 *
 * @param {string} name
 */
export function withdraw(name) {
  closed.delete(name);
  if (notices.delete(name)) {
    draw();
  }
}

function draw() {
  const open = [...notices].filter(([name]) => !closed.has(name));
  list.replaceChildren(...open.map(([name, notice]) => item(name, notice)));
}

/**
 * @param {string} name
 * @param {Notice} notice
 */
function item(name, { text, actions = [], onClose }) {
  const made = element('div', '', 'notice');
  made.dataset.notice = name;
  const buttons = element('div', '', 'actions');
  buttons.append(...actions.map(({ label, run }) => button(t(label), 'quiet', run)), iconButton('close', t('close'), () => {
    closed.set(name, text());
    draw();
    byId('prompt').focus();
    onClose?.();
  }));
  made.append(element('p', text()), buttons);
  return made;
}

onLanguage(draw);
