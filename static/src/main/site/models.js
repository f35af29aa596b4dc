// The models dialog: the current model, the models of the site and of this device, and ways to add others.
import { Demitasse } from './demitasse.js';
import { compare, number, onLanguage, size, t } from './i18n.js';
import { hostOf } from './model-address.js';
import { engine, isStored, needs, onModel, runFile, source, use } from './model.js';
import { byId, button, confirmButton, element, fileName, messageOf, modelUrl, onFilesChosen, openDialog, saveFile } from './page.js';
import { fits } from './remote.js';
import { change, settings } from './settings.js';
import { siteModels } from './site-models.js';
import { oneLine, shortLine } from './untrusted-text.js';
import { decoded } from './urls.js';
import { verifyModel } from './verify-model.js';

/** @typedef {import('./demitasse.js').StoredModel} StoredModel */

const { models } = Demitasse;

const PART = /-\d{5}-of-(\d{5})\.gguf$/;
/** The approximate memory of a model with keys, values and activations, relative to its weights. */
const MEMORY_PER_WEIGHTS = 1.3;

const address = byId('model-address');
const device = byId('device');
const errors = byId('models-errors');
const facts = byId('facts');
const importButton = byId('import');
/** @type {HTMLUListElement} */
const list = byId('stored');
const modelName = byId('model-name');
const noneStored = byId('none-stored');
const offered = byId('offered');
const panel = byId('models');
const space = byId('space');
const status = byId('models-status');
const title = byId('models-title');

let readings = 0; // only the latest refresh draws the list

/** Shows the current model in the header and in the dialog. */
export function showModel() {
  modelName.textContent = shortLine(engine?.model?.name ?? source?.name ?? t('model'));
  const kind = engine?.device.kind ?? (source?.server ? 'remote' : null);
  device.textContent = kind === null ? '' : { webgpu: 'GPU', cpu: 'CPU', remote: t('server') }[kind];
  device.dataset.kind = kind;
  device.hidden = kind === null;
  byId('where').textContent = source?.server ? t('answersFrom', { server: source.server }) : t('answersHere');
  byId('welcome-text').hidden = Boolean(source?.server);
  byId('where').dataset.kind = source?.server ? 'remote' : 'local';
  const entries = Object.entries({ ...origin(), ...properties() });
  facts.replaceChildren(...entries.flatMap(([name, value]) => [element('dt', t(`fact.${name}`)), element('dd', oneLine(value))]));
  if (panel.open) {
    refresh();
    measureMemory();
  }
}

const origin = () => (source ? { from: source.server ?? source.url?.href ?? t('fileOfYours', { name: source.name }) } : {});

function properties() {
  if (!engine) {
    return {};
  }
  const { model, device: { kind, threads, reason } } = engine;
  if (kind === 'remote') {
    return { device: t('remoteDevice', { server: source?.server }) };
  }
  return {
    architecture: model.architecture,
    parameters: number(model.parameters ?? 0, { notation: 'compact', maximumSignificantDigits: 3 }),
    size: size(model.bytes ?? 0),
    context: t('tokens', { count: model.contextLength }),
    abilities: abilities(model),
    memory: needs ? t('estimated', { size: size(needs.memory.empty) }) : '',
    device: kind === 'cpu' ? t('cpuDevice', { threads, reason }) : t('gpuDevice', { reason }),
  };
}

function abilities(/** @type {import('./demitasse.js').Model} */ { chatTemplate, tools, thinks }) {
  const has = [...(chatTemplate ? ['ability.chat'] : []), ...(tools ? ['ability.tools'] : []), ...(thinks ? ['ability.thinking'] : [])];
  return has.length > 0 ? has.map((key) => t(key)).join(', ') : t('ability.none');
}

/** Shows the memory of the page and the engine, if the browser reports it. */
async function measureMemory() {
  const measured = await pageMemory();
  const before = facts.querySelector('#memory-measured');
  if (measured && engine && !before) {
    const text = element('dd', t('measured', { size: size(measured) }));
    text.id = 'memory-measured';
    facts.append(element('dt', t('fact.used')), text);
  }
}

/** Returns the bytes of memory of the page and its workers; if the browser doesn't report them or omits workers, those of the engine. */
export async function pageMemory() {
  const measured = await performance.measureUserAgentSpecificMemory?.().catch(() => null);
  return Math.max(measured?.bytes ?? 0, needs?.memory.empty ?? 0) || null;
}

// The lists

async function refresh() {
  const reading = ++readings;
  try {
    const [stored, site, estimate] = await Promise.all([
      models.list(),
      siteModels().catch(() => ({ models: [] })),
      navigator.storage?.estimate?.(),
    ]);
    const spaceText = await describeSpace(estimate);
    if (reading === readings) {
      space.textContent = spaceText;
      noneStored.hidden = stored.length > 0;
      drawStored(stored.sort((a, b) => compare(nameOf(a), nameOf(b))));
      drawOffered(site.models.filter(({ url }) => !isStored(modelUrl(url), stored)), estimate);
    }
  } catch (cause) {
    showError(t('modelsNotListed'), cause);
  }
}

/** Describes the used and free storage, and whether the browser may evict it. */
async function describeSpace(/** @type {StorageEstimate} */ { usage, quota } = {}) {
  if (usage === undefined || quota === undefined) {
    return '';
  }
  const kept = await navigator.storage.persisted?.();
  const keeps = kept === undefined ? '' : ` · ${t(kept ? 'spaceKept' : 'spaceMayGo')}`;
  return t('spaceUsed', { used: size(usage), free: size(quota - usage) }) + keeps;
}

/**
 * Redraws the list and keeps the focus.
 *
 * @param {StoredModel[]} stored
 */
function drawStored(stored) {
  const { activeElement: focused } = document;
  const url = list.contains(focused) ? focused?.closest('li')?.dataset.url : undefined;
  const label = focused?.textContent;
  list.replaceChildren(...stored.map(storedRow));
  if (url) {
    (buttonsOf(url).find(({ textContent }) => textContent === label) ?? title).focus();
  }
}

const nameOf = (/** @type {StoredModel} */ { name }) => shortLine(decoded(name));

/**
 * Returns the buttons of a stored model.
 *
 * @param {string} url
 */
const buttonsOf = (url) =>
  [.../** @type {HTMLCollectionOf<HTMLElement>} */ (list.children)].filter((item) => item.dataset.url === url).flatMap((item) => [...item.querySelectorAll('button')]);

/** @param {StoredModel} model */
function storedRow(model) {
  const url = new URL(model.url);
  const from = url.protocol === 'local:' ? t('imported') : t('fromHost', { host: url.host });
  const state = t(model.complete ? 'complete' : 'incomplete');
  const verify = () => attempt(t('notVerified', { name: nameOf(model) }), async () => say(await verifyModel(model.url, nameOf(model), say)));
  const whole = [button(t('verify'), 'quiet', verify), button(t('export'), 'quiet', () => exportModel(model))];
  const actions = [...(model.complete ? whole : []), confirmButton(t('delete'), t('reallyDelete'), () => deleteModel(model))];
  const file = fileName(url);
  return row(url, nameOf(model), [`${size(model.bytes)} · ${state} · ${from}`, ...(file === nameOf(model) ? [] : [file])], actions);
}

/**
 * @param {URL} url
 * @param {string} named
 * @param {string[]} lines
 * @param {HTMLElement[]} actions
 * @param {HTMLElement | null} [fit] the badge that says whether the model fits
 */
function row(url, named, lines, actions, fit) {
  const name = element('h4', named);
  name.id = `model-${encodeURIComponent(url.href)}`;
  const heading = element('div', '', 'row');
  heading.append(name);
  const about = element('div');
  about.append(heading, ...lines.map((line) => element('p', line, 'small')));
  const buttons = element('div', '', 'actions');
  if (url.href === source?.url?.href) {
    heading.append(element('span', t('inUse'), 'badge'));
  } else {
    buttons.append(button(t('use'), '', () => useModel(url)));
  }
  if (fit) {
    heading.append(fit);
  }
  buttons.append(...actions);
  [...buttons.children].forEach((action) => action.setAttribute('aria-describedby', name.id));
  const item = element('li');
  item.dataset.url = url.href;
  item.append(about, buttons);
  return item;
}

/**
 * @param {import('./site-models.js').SiteModels['models']} site
 * @param {StorageEstimate | undefined} estimate
 */
function drawOffered(site, estimate) {
  byId('offered-section').hidden = site.length === 0;
  offered.replaceChildren(...site.map(({ url: given, name, bytes }) => {
    const url = modelUrl(given);
    const where = url.origin === location.origin ? t('ofThisSite') : t('fromHost', { host: hostOf(url) });
    const lines = [[...(bytes ? [size(bytes)] : []), where].join(' · ')];
    return row(url, shortLine(name ?? fileName(url)), lines, [], bytes ? fitBadge(bytes, estimate) : null);
  }));
}

/**
 * Estimates from the device's memory and storage whether a model of this size runs.
 *
 * @param {number} bytes
 * @param {StorageEstimate} [estimate]
 */
function fitBadge(bytes, { usage = 0, quota = Infinity } = {}) {
  const memory = navigator.deviceMemory && navigator.deviceMemory * 2 ** 30;
  const key = bytes > quota - usage ? 'noSpace' : fits({ empty: bytes * MEMORY_PER_WEIGHTS, device: memory }) ? 'fits' : 'tight';
  return element('span', t(`fit.${key}`), `badge ${key}`);
}

// Actions

/** @param {URL} url */
function useModel(url) {
  panel.close();
  use(url);
}

/** @param {StoredModel} model */
const exportModel = (model) =>
  attempt(t('notExported', { name: nameOf(model) }), async () => {
    const files = await models.export(model.url);
    files.forEach(saveFile);
    say(t('exported', { names: files.map((file) => decoded(file.name)).join(', ') }));
  });

/** @param {StoredModel} model */
async function deleteModel(model) {
  title.focus(); // the button will be removed
  await attempt(t('notDeleted', { name: nameOf(model) }), async () => {
    await models.delete(model.url);
    if (settings.model === model.url) {
      change({ model: null });
    }
    say(t('deleted', { name: nameOf(model) }));
  });
  await refresh();
}

/** @param {File[]} files */
async function importChosen(files) {
  importButton.disabled = true;
  for (const ofModel of byModel(files)) {
    const [{ name }] = ofModel;
    say(t('importing', { name }));
    await attempt(t('notImported', { name }), async () => {
      const url = await importModel(ofModel);
      say(t('isStored', { name }));
      await refresh();
      if (document.activeElement !== address) {
        buttonsOf(url)[0]?.focus();
      }
    });
  }
  importButton.disabled = false;
  await refresh();
}

/**
 * Groups files by model, in order: a split model has several files.
 *
 * @param {File[]} files
 * @returns {File[][]}
 */
function byModel(files) {
  const sorted = files.sort((a, b) => (a.name < b.name ? -1 : 1));
  return [...Map.groupBy(sorted, ({ name }) => name.replace(PART, '-of-$1.gguf')).values()];
}

/**
 * Imports a model and returns its URL.
 *
 * @param {File[]} files
 */
async function importModel(files) {
  const [{ name }] = files;
  const parts = Number(PART.exec(name)?.[1] ?? 1);
  if (files.length !== parts) {
    throw new Error(t('partsMissing', { count: parts, chosen: files.length }));
  }
  const url = `local:${encodeURIComponent(name)}`;
  if ((await models.list()).some((stored) => stored.url === url)) {
    throw new Error(t('importedAlready'));
  }
  return models.import(files, url);
}

/**
 * Runs a model file immediately. The parts of a split model are imported first.
 *
 * @param {File[]} files
 */
function run(files) {
  if (files.length === 1 && !PART.test(files[0].name)) {
    panel.close();
    runFile(files[0]);
  } else {
    openModels();
    importChosen(files);
  }
}

// Messages

/**
 * Runs an action and shows the error if it fails.
 *
 * @param {string} failure
 * @param {() => Promise<void>} action
 */
async function attempt(failure, action) {
  try {
    await action();
  } catch (cause) {
    say('');
    showError(failure, cause);
  }
}

const say = (/** @type {string} */ text) => void (status.textContent = text);

/**
 * @param {string} failure
 * @param {unknown} cause
 */
function showError(failure, cause) {
  const shown = element('p');
  shown.append(element('strong', failure), `: ${messageOf(cause)}`);
  errors.append(shown);
  errors.scrollIntoView({ block: 'nearest' });
}

export function openModels() {
  say('');
  errors.replaceChildren();
  openDialog(panel);
  showModel();
}

byId('models-open').addEventListener('click', openModels);
panel.addEventListener('click', (/** @type {{target: Element}} */ { target }) => target.closest('button') && errors.replaceChildren(), { capture: true });
importButton.addEventListener('click', () => byId('import-files').click());
byId('run-file').addEventListener('click', () => byId('run-files').click());
onFilesChosen(byId('import-files'), (files) => {
  errors.replaceChildren();
  importChosen(files);
});
onFilesChosen(byId('run-files'), run);
byId('model-address-form').addEventListener('submit', (/** @type {Event} */ event) => {
  event.preventDefault();
  errors.replaceChildren();
  try {
    useModel(modelUrl(address.value.trim(), ['https:', 'http:', 'hf:']));
  } catch (cause) {
    showError(t('notLoadedBecause'), cause);
    address.focus();
  }
});
onModel(showModel);
onLanguage(showModel);

// Files dropped anywhere

const drop = byId('drop');
const hasFiles = (/** @type {DragEvent} */ { dataTransfer }) => dataTransfer?.types.includes('Files');

addEventListener('dragover', (event) => {
  if (hasFiles(event)) {
    event.preventDefault();
    drop.hidden = false;
  }
});
addEventListener('dragleave', ({ relatedTarget }) => {
  drop.hidden ||= !relatedTarget; // the pointer has left the window
});
addEventListener('drop', (event) => {
  if (hasFiles(event)) {
    event.preventDefault();
    drop.hidden = true;
    run([...(event.dataTransfer?.files ?? [])]);
  }
});
