// The settings dialog, generated from the list of settings.
import { discard } from './conversation.js';
import { importJson, toJson, toMarkdown } from './conversation-files.js';
import { list, readAll, remove } from './conversation-store.js';
import { LANGUAGES, onLanguage, t } from './i18n.js';
import { reload } from './model.js';
import { byId, confirmButton, element, messageOf, onFilesChosen, openDialog, saveFile } from './page.js';
import { change, needReload, onSettings, reset, SECTIONS, settings } from './settings.js';

const dialog = byId('settings');
const fields = byId('settings-fields');
const said = byId('settings-status');

/** @typedef {import('./settings.js').Definition} Definition */

/** @type {Set<string>} the settings that were changed since the dialog was opened */
let changed = new Set();

/**
 * Opens the dialog and scrolls to a section.
 *
 * @param {string} [section]
 */
export function openSettings(section) {
  changed = new Set();
  said.textContent = '';
  draw();
  openDialog(dialog);
  byId(`settings-${section}`)?.scrollIntoView();
}

function draw() {
  const { activeElement: focused } = document;
  fields.replaceChildren(...Object.entries(SECTIONS).map(([name, section]) => {
    const group = element('fieldset');
    group.id = `settings-${name}`;
    group.append(element('legend', t(`section.${name}`)));
    group.append(...Object.entries(section).map(([key, definition]) => row(key, definition)));
    return group;
  }));
  const all = () => confirmButton(t('deleteAll'), t('reallyDeleteAll'), deleteAll);
  byId('delete-all').replaceWith(Object.assign(all(), { id: 'delete-all' }));
  const back = confirmButton(t('resetSettings'), t('reallyReset'), () => {
    reset();
    draw();
    said.textContent = t('settingsReset');
  });
  byId('reset-settings').replaceWith(Object.assign(back, { id: 'reset-settings' }));
  if (focused?.id) {
    byId(focused.id)?.focus();
  }
}

/**
 * @param {string} key
 * @param {Definition} definition
 */
function row(key, definition) {
  const made = element('div', '', `setting ${definition.type}`);
  const input = field(key, definition);
  const label = element('label', t(`setting.${key}`));
  const hint = element('p', t(`hint.${key}`), 'small');
  const error = element('p', '', 'field-error');
  input.id = `setting-${key}`;
  label.htmlFor = input.id;
  hint.id = `${input.id}-hint`;
  error.id = `${input.id}-error`;
  error.setAttribute('role', 'alert');
  input.setAttribute('aria-describedby', `${hint.id} ${error.id}`);
  input.addEventListener('change', () => {
    const isValid = input.checkValidity();
    error.textContent = isValid ? '' : input.validationMessage;
    input.ariaInvalid = isValid ? null : 'true';
    if (isValid) {
      change({ [key]: valueOf(input, definition) });
      byId('setting-apiKey').value = settings.apiKey; // is forgotten with the server
    }
  });
  made.append(label, input, hint, error);
  return made;
}

/**
 * @param {string} key
 * @param {Definition} definition
 */
function field(key, { type, options = [], min, max, step }) {
  const value = settings[key];
  switch (type) {
    case 'choice': {
      const select = element('select');
      const name = (/** @type {string} */ option) => (key === 'language' && LANGUAGES[option]) || t(`option.${key}.${option}`);
      select.append(...options.map((option) => new Option(name(option), option, false, option === value)));
      return select;
    }
    case 'switch': {
      const input = Object.assign(element('input'), { type: 'checkbox', checked: value });
      input.setAttribute('role', 'switch');
      return input;
    }
    case 'text':
      return Object.assign(element('textarea'), { value, rows: 3 });
    case 'number':
      return Object.assign(element('input'), { type, min, max, step, value: value ?? '', placeholder: t('automatic') });
    default: {
      const input = element('input');
      return Object.assign(input, { type: type === 'secret' ? 'password' : 'text', value, autocomplete: 'off', spellcheck: false });
    }
  }
}

/**
 * @param {any} input
 * @param {Definition} definition
 */
function valueOf(input, { type }) {
  switch (type) {
    case 'switch':
      return input.checked;
    case 'number':
      return input.value === '' ? null : input.valueAsNumber;
    default:
      return input.value.trim();
  }
}

onSettings((names) => names.forEach((name) => changed.add(name)));
dialog.addEventListener('close', () => {
  if (needReload([...changed])) {
    reload();
  }
});
onLanguage(() => dialog.open && draw());
byId('settings-open').addEventListener('click', () => openSettings());

// Conversations

const today = () => new Date().toISOString().slice(0, 10);

byId('export-json').addEventListener('click', async () => {
  const { conversations, unreadable } = await readAll();
  saveFile(toJson(conversations, `Demitasse ${today()}`));
  said.textContent = unreadable.length > 0 ? t('unreadableLeftOut', { count: unreadable.length }) : '';
});
byId('export-markdown').addEventListener('click', async () => saveFile(toMarkdown(await list(), `Demitasse ${today()}`)));
byId('import-conversations').addEventListener('click', () => byId('conversation-files').click());
onFilesChosen(byId('conversation-files'), async (files) => {
  try {
    let count = 0;
    for (const file of files) {
      count += await importJson(file);
    }
    said.textContent = t('conversationsImported', { count });
  } catch (cause) {
    said.textContent = messageOf(cause);
  }
});

async function deleteAll() {
  const { conversations, unreadable } = await readAll();
  const ids = [...conversations, ...unreadable].map(({ id }) => id);
  discard(ids);
  try {
    await remove(ids);
    said.textContent = t('conversationsDeleted', { count: ids.length });
  } catch (cause) {
    said.textContent = t('conversationsNotDeleted', { why: messageOf(cause) });
  }
  byId('import-conversations').focus();
}
