// What the page's scripts share: elements, dialogs, and small things about addresses and files.
import { t } from './i18n.js';
import { parseUrl } from './urls.js';

export const byId = (id) => document.getElementById(id);

/** A download may begin a while after it was asked for. */
const DOWNLOAD_BEGINS_MS = 60_000;

/** An element whose content is text. */
export function element(tag, content = '', className = '') {
  const made = document.createElement(tag);
  made.textContent = content;
  made.className = className;
  return made;
}

export function button(text, className, onclick) {
  return Object.assign(element('button', text, className), { type: 'button', onclick });
}

/** One of index.html's icons. */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#icon-${name}`);
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(use);
  return svg;
}

/** A button that shows an icon only. */
export function iconButton(name, label, onclick) {
  const made = button('', 'icon-button', onclick);
  made.append(icon(name));
  made.ariaLabel = made.title = label;
  return made;
}

/** A button that asks once, by its text, before it acts. */
export function confirmButton(text, question, action) {
  const made = button(text, 'quiet', async ({ detail: clicks }) => {
    if (made.textContent === text) {
      made.textContent = question;
      made.className = 'danger';
    } else if (clicks < 2) { // who clicks twice at once has not read the question
      await action();
    }
  });
  made.onblur = () => {
    made.textContent = text;
    made.className = 'quiet';
  };
  return made;
}

/** A dialog that a click beside it closes, too. */
export function openDialog(dialog) {
  dialog.onclick = ({ target }) => {
    if (target === dialog) { // within, its content is hit
      dialog.close();
    }
  };
  dialog.querySelector('.close').onclick = () => dialog.close();
  if (!dialog.open) {
    dialog.showModal();
  }
}

/** Offers a file as a download. */
export function saveFile(file) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = decoded(file.name);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), DOWNLOAD_BEGINS_MS);
}

/** The files that the input's button lets people choose. */
export function onFilesChosen(input, action) {
  input.addEventListener('change', () => {
    const files = [...input.files];
    input.value = ''; // so that choosing the same file again is a change
    action(files);
  });
}

/** Copies a text, and says so on the button for a moment. */
export async function copy(text, from) {
  await navigator.clipboard.writeText(text);
  const [shown, label] = [from.firstChild, from.ariaLabel];
  if (!from.classList.contains('done')) {
    from.replaceChildren(icon('check'));
    from.classList.add('done');
    from.ariaLabel = t('copied');
    setTimeout(() => {
      from.replaceChildren(shown);
      from.classList.remove('done');
      from.ariaLabel = label;
    }, 1500);
  }
}

/** A model's URL, if the page can load a model from such an address: from the web, or `local:` for one that was imported. */
export function modelUrl(address, protocols = ['https:', 'http:', 'local:']) {
  const url = parseUrl(address, document.baseURI);
  if (!protocols.includes(url?.protocol)) {
    throw new Error(t('notAModelAddress', { address }));
  }
  return url;
}

/** The name of a model's file, or folder. */
export function fileName({ host, pathname }) {
  return decoded(pathname.split('/').findLast((part) => part !== '') ?? host);
}

/** Text without the percent signs that addresses need. */
export function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // its percent signs mean something else
  }
}
