// The panel of stored models, and in words what a model needs. All text that it shows is set as text, never as markup.
import { Demitasse } from './demitasse.js';
import { byId, decoded, element, fileName, modelUrl, size } from './page.js';

const { models } = Demitasse;

/** The part of the device's memory above which a model may not fit: others need some, too. */
const MEMORY_SHARE = 0.8;
/** A download may begin a while after it was asked for. */
const DOWNLOAD_BEGINS_MS = 60_000;
const PART = /-\d{5}-of-(\d{5})\.gguf$/;

const address = byId('model-address');
const addressForm = byId('model-address-form');
const errors = byId('models-errors');
const importButton = byId('import');
const importFiles = byId('import-files');
const list = byId('stored');
const noneStored = byId('none-stored');
const open = byId('models-open');
const panel = byId('models');
const space = byId('space');
const status = byId('models-status');
const title = byId('models-title');

/** The URL of the model that is loaded. */
let inUse = null;
/** The list is drawn as the newest reading has it. */
let readings = 0;

/** @param {string | null} url of the model that is loaded now */
export function setModelInUse(url) {
  inUse = url;
  if (panel.open) {
    refresh();
  }
}

/**
 * @param {import('./demitasse.js').Needs} needs
 * @returns {{text: string, warning: string}} for people; the warning is empty if the model fits
 */
export function describeNeeds({ disk, memory }) {
  const taken = `${size(memory.total)} of memory`;
  const isTight = memory.device && memory.total > MEMORY_SHARE * memory.device;
  return {
    text: `${disk ? describeDisk(disk) : 'not stored: this page has no storage'} · ${taken}`,
    warning: isTight
      ? `The model needs ${taken}; the browser says that this device has about ${memory.device / 2 ** 30} GB. ` +
        'It may be slow, or fail to load.'
      : '',
  };
}

function describeDisk({ total, stored, available }) {
  const free = available < 0 ? '' : `, ${size(available)} free`;
  if (total <= 0) {
    return `to download: its server does not say how much${free}`;
  }
  if (stored >= total) {
    return `${size(total)}, stored on this device`;
  }
  return `${size(total)} to download${free}`;
}

// The list

async function refresh() {
  const reading = ++readings;
  try {
    const [stored, spaceText] = await Promise.all([models.list(), describeSpace()]);
    if (reading === readings) {
      space.textContent = spaceText;
      noneStored.hidden = stored.length > 0;
      draw(stored.sort((a, b) => nameOf(a).localeCompare(nameOf(b))));
    }
  } catch (cause) {
    showError('The stored models could not be listed', cause);
  }
}

/** How full the browser's storage is, and whether it keeps what is there, as far as it says so. */
async function describeSpace() {
  const { usage, quota } = (await navigator.storage?.estimate?.()) ?? {};
  if (usage === undefined || quota === undefined) {
    return '';
  }
  const kept = await navigator.storage.persisted?.();
  const keeps = { true: ' · kept until you delete it', false: ' · the browser may delete it if it runs short of space' };
  return `${size(usage)} used, ${size(quota - usage)} free${keeps[kept] ?? ''}`;
}

/** Draws the list anew; the focus stays where it was. */
function draw(stored) {
  const { activeElement: focused } = document;
  const url = list.contains(focused) ? focused.closest('li').dataset.url : null;
  list.replaceChildren(...stored.map(row));
  if (url) {
    (buttonsOf(url).find(({ textContent }) => textContent === focused.textContent) ?? title).focus();
  }
}

const nameOf = ({ name }) => decoded(name);

/** The buttons of a stored model. */
const buttonsOf = (url) =>
  [...list.children].filter((item) => item.dataset.url === url).flatMap((item) => [...item.querySelectorAll('button')]);

function row(model, index) {
  const name = element('h3', nameOf(model));
  name.id = `stored-${index}`;
  const url = new URL(model.url);
  const from = url.protocol === 'local:' ? 'imported' : `from ${url.host}`;
  const state = model.complete ? 'complete' : 'incomplete: goes on when loaded';
  const heading = element('div', '', 'row');
  heading.append(name);
  const about = element('div', '');
  about.append(heading, element('p', `${size(model.bytes)} · ${state} · ${from}`, 'small'));
  if (fileName(url) !== name.textContent) {
    about.append(element('p', fileName(url), 'small'));
  }

  const actions = element('div', '', 'actions');
  if (model.url === inUse) {
    heading.append(element('span', 'In use', 'badge'));
  } else {
    actions.append(button('Use', '', () => use(model.url)));
  }
  if (model.complete) {
    actions.append(button('Export', 'quiet', () => exportModel(model)));
  }
  actions.append(deleteButton(model));
  [...actions.children].forEach((action) => action.setAttribute('aria-describedby', name.id));

  const item = element('li', '');
  item.dataset.url = model.url;
  item.append(about, actions);
  return item;
}

function button(text, className, onclick) {
  return Object.assign(element('button', text, className), { type: 'button', onclick });
}

/** Asks once, by its text. */
function deleteButton(model) {
  const made = button('Delete', 'quiet', async ({ detail: clicks }) => {
    if (made.textContent === 'Delete') {
      made.textContent = 'Really delete?';
      made.className = 'danger';
    } else if (clicks < 2) { // who clicks twice at once has not read the question
      await deleteModel(model);
    }
  });
  made.onblur = () => {
    made.textContent = 'Delete';
    made.className = 'quiet';
  };
  return made;
}

// What can be done with a model

function use(url) {
  const page = new URL(location.href);
  page.searchParams.set('model', url);
  page.hash = '';
  location.assign(page);
}

async function exportModel(model) {
  await attempt(`${nameOf(model)} was not exported`, async () => {
    const files = await models.export(model.url);
    files.forEach(save);
    say(`Exported: ${files.map((file) => decoded(file.name)).join(', ')}`);
  });
}

/** Offers a file as a download. */
function save(file) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = decoded(file.name);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), DOWNLOAD_BEGINS_MS);
}

async function deleteModel(model) {
  title.focus(); // the button goes
  await attempt(`${nameOf(model)} was not deleted`, async () => {
    await models.delete(model.url);
    say(`${nameOf(model)} was deleted.`);
  });
  await refresh();
}

async function importChosen(files) {
  importButton.disabled = true;
  for (const ofModel of byModel(files)) {
    const [{ name }] = ofModel;
    say(`Importing ${name}…`);
    await attempt(`${name} was not imported`, async () => {
      const url = await importModel(ofModel);
      say(`${name} is stored.`);
      await refresh();
      if (document.activeElement !== address) {
        buttonsOf(url)[0]?.focus();
      }
    });
  }
  importButton.disabled = false;
  await refresh();
}

/** The files of each model, in order: a split one has several. */
function byModel(files) {
  const sorted = files.sort((a, b) => (a.name < b.name ? -1 : 1));
  return Object.values(Object.groupBy(sorted, ({ name }) => name.replace(PART, '-of-$1.gguf')));
}

/** Returns the model's URL. */
async function importModel(files) {
  const [{ name }] = files;
  const parts = Number(PART.exec(name)?.[1] ?? 1);
  if (files.length !== parts) {
    throw new Error(`The model has ${parts} parts, of which ${files.length} were chosen. Choose all of them together.`);
  }
  const url = `local:${encodeURIComponent(name)}`;
  if ((await models.list()).some((stored) => stored.url === url)) {
    throw new Error('A model of this name was imported already. Delete that first.');
  }
  return models.import(files, url);
}

// What the panel says

/** Does what was asked for, and shows why it failed if it did. */
async function attempt(failure, action) {
  try {
    await action();
  } catch (cause) {
    say('');
    showError(failure, cause);
  }
}

function say(text) {
  status.textContent = text;
}

function showError(failure, cause) {
  const shown = element('p', '');
  shown.append(element('strong', failure), `: ${cause.message}`);
  errors.append(shown);
  errors.scrollIntoView({ block: 'nearest' });
}

open.addEventListener('click', () => {
  say('');
  errors.replaceChildren();
  panel.showModal();
  refresh();
});
panel.addEventListener('click', ({ target }) => {
  if (target === panel) { // beside the panel: within, its content is hit
    panel.close();
  }
});
panel.addEventListener('click', ({ target }) => target.matches('button') && errors.replaceChildren(), { capture: true });
byId('models-close').addEventListener('click', () => panel.close());
importButton.addEventListener('click', () => importFiles.click());
importFiles.addEventListener('change', () => {
  const files = [...importFiles.files];
  importFiles.value = ''; // so that choosing the same file again is a change
  errors.replaceChildren();
  importChosen(files);
});
addressForm.addEventListener('submit', (event) => {
  event.preventDefault();
  errors.replaceChildren();
  try {
    use(modelUrl(address.value.trim(), ['https:', 'http:']).href);
  } catch (cause) {
    showError('The model was not loaded', cause);
    address.focus();
  }
});
