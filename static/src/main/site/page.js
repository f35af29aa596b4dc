// Helpers of the page's scripts: elements, dialogs, addresses and files.
import { t } from './i18n.js';
import { addressUrl } from './model-address.js';
import { oneLine, shortLine } from './untrusted-text.js';
import { decoded } from './urls.js';

/**
 * Returns an element of index.html.
 *
 * @param {string} id
 * @returns {any} the element; its id tells its type
 */
export const byId = (id) => document.getElementById(id);

/** A download may begin this long after the click. */
const DOWNLOAD_BEGINS_MS = 60_000;

/** The most characters of a file name, and of its ending. */
const MAX_FILE_NAME = 120;
const MAX_ENDING = 20;

/**
 * Creates an element that contains a text.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [content]
 * @param {string} [className]
 */
export function element(tag, content = '', className = '') {
  const made = document.createElement(tag);
  made.textContent = content;
  made.className = className;
  return made;
}

/**
 * Returns the message of what was thrown.
 *
 * @param {unknown} cause
 */
export const messageOf = (cause) => oneLine(cause instanceof Error ? cause.message : cause);

/**
 * Creates a button.
 *
 * @param {string} text
 * @param {string} className
 * @param {(event: MouseEvent) => void} onclick
 */
export function button(text, className, onclick) {
  return Object.assign(element('button', text, className), { type: 'button', onclick });
}

/**
 * Creates an icon of those in index.html.
 *
 * @param {string} name
 */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#icon-${name}`);
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(use);
  return svg;
}

/**
 * Creates a button that shows only an icon.
 *
 * @param {string} name
 * @param {string} label
 * @param {(event: MouseEvent) => void} onclick
 */
export function iconButton(name, label, onclick) {
  const made = button('', 'icon-button', onclick);
  made.append(icon(name));
  made.ariaLabel = made.title = label;
  return made;
}

/**
 * Creates a button whose text asks for confirmation at the first click; the second click runs the action.
 *
 * @param {string} text
 * @param {string} question
 * @param {() => unknown} action
 */
export function confirmButton(text, question, action) {
  const made = button(text, 'quiet', async ({ detail: clicks }) => {
    if (made.textContent === text) {
      made.textContent = question;
      made.className = 'danger';
    } else if (clicks < 2) { // a double click leaves no time to read the question
      await action();
    }
  });
  made.onblur = () => {
    made.textContent = text;
    made.className = 'quiet';
  };
  return made;
}

/**
 * Opens a dialog. A click outside of it closes it, too.
 *
 * @param {HTMLDialogElement} dialog
 */
export function openDialog(dialog) {
  dialog.onclick = ({ target }) => {
    if (target === dialog) { // within, its content is hit
      dialog.close();
    }
  };
  /** @type {HTMLElement} */ (dialog.querySelector('.close')).onclick = () => dialog.close();
  if (!dialog.open) {
    dialog.showModal();
  }
}

/**
 * Offers a file as a download.
 *
 * @param {File} file
 */
export function saveFile(file) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = downloadName(decoded(file.name));
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), DOWNLOAD_BEGINS_MS);
}

/**
 * Returns a name that is a file's name on every system, and looks like what it is.
 *
 * @param {string} name
 */
function downloadName(name) {
  const clean = oneLine(name, name.length).replace(/[\\/:*?"<>|]/g, '_').replace(/^[. ]+/, '');
  const dot = clean.lastIndexOf('.');
  const ending = dot > 0 && clean.length - dot <= MAX_ENDING ? clean.slice(dot) : '';
  return oneLine(clean.slice(0, clean.length - ending.length), MAX_FILE_NAME - ending.length) + ending;
}

/**
 * Calls the action with the files that the user chooses with the input.
 *
 * @param {HTMLInputElement} input
 * @param {(files: File[]) => void} action
 */
export function onFilesChosen(input, action) {
  input.addEventListener('change', () => {
    const files = [...(input.files ?? [])];
    input.value = ''; // so that choosing the same file again fires the event
    action(files);
  });
}

/**
 * Copies a text and confirms it on the button for a moment.
 *
 * @param {string} text
 * @param {HTMLElement} from the button
 */
export async function copy(text, from) {
  await navigator.clipboard.writeText(text);
  const shown = [...from.childNodes];
  const label = from.ariaLabel;
  if (!from.classList.contains('done')) {
    from.replaceChildren(icon('check'));
    from.classList.add('done');
    from.ariaLabel = t('copied');
    setTimeout(() => {
      from.replaceChildren(...shown);
      from.classList.remove('done');
      from.ariaLabel = label;
    }, 1500);
  }
}

/**
 * Returns the URL of a model: a web address, `hf:` for a model of the Hugging Face Hub, or `local:` for an imported model.
 *
 * @param {string} address
 * @throws {Error} if the page can't load a model from the address
 */
export function modelUrl(address, protocols = ['https:', 'http:', 'hf:', 'local:']) {
  const url = addressUrl(address);
  if (!url || !protocols.includes(url.protocol)) {
    throw new Error(t('notAModelAddress', { address }));
  }
  return url;
}

/**
 * Returns the name of a model's file or folder.
 *
 * @param {URL} url
 */
export function fileName({ host, pathname }) {
  return shortLine(decoded(pathname.split('/').findLast((part) => part !== '') ?? host));
}
