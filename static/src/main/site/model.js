// The current model: loads it and shows the progress.
import { askConsent } from './consent.js';
import { Demitasse } from './demitasse.js';
import { percent, size, t } from './i18n.js';
import { storedModel } from './hub.js';
import { hostOf, parseAddress } from './model-address.js';
import { byId, fileName, modelUrl } from './page.js';
import { fits, remoteEngine } from './remote.js';
import { change, settings } from './settings.js';
import { siteModels } from './site-models.js';
import { announce, fail, show } from './status.js';
import { shortLine } from './untrusted-text.js';
import { parseUrl } from './urls.js';

const needsText = byId('needs');
const needsWarning = byId('needs-warning');
const progress = byId('progress');
const status = byId('status');
const parameters = new URLSearchParams(location.search);

/**
 * @typedef {{url?: URL, file?: File, server?: string, name: string}} Source the source of a model
 * @typedef {import('./demitasse.js').Needs} Needs
 */

/** @type {Demitasse | null} the loaded model, or a server's */
export let engine = null;
/** @type {Source | null} */
export let source = null;
/** @type {import('./demitasse.js').Needs | null} the memory and storage that the model needs */
export let needs = null;

/** @type {AbortController | null} aborts the current or last load */
let loading = null;
/** The URLs of models and the origins of servers that the user has chosen or allowed since the page was opened. */
const allowed = new Set();
/** @type {(() => void)[]} */
const listeners = [];

/** @param {() => void} listener called when the engine or the source has changed */
export function onModel(listener) {
  listeners.push(listener);
}

/** Returns the server that answers, or null if this device does. */
export const serverName = () => source?.server ?? null;

/** Loads the model of the server in the settings, of the page's address, of the last visit, or of the site, in this order. */
export const load = () => start(wanted);

/**
 * Loads the model of an address. The next visit loads it, too.
 *
 * @param {URL} url
 */
export function use(url) {
  const page = new URL(location.href);
  page.searchParams.set('model', url.href);
  history.replaceState(null, '', page);
  parameters.set('model', url.href);
  change({ model: url.href, remote: false });
  allowed.add(url.href);
  return start(() => ({ url, name: fileName(url) }));
}

/**
 * Runs a model file without storing it.
 *
 * @param {File} file
 */
export function runFile(file) {
  change({ remote: false });
  return start(() => ({ file, name: file.name }));
}

/** Reloads the model with the current settings. */
export function reload() {
  const shown = source;
  return start(shown?.file && !settings.remote ? () => shown : wanted);
}

/** @returns {Promise<Source>} */
async function wanted() {
  if (settings.remote) {
    const url = parseUrl(settings.baseURL);
    if (!url || !['https:', 'http:'].includes(url.protocol)) {
      throw new Error(t('notAServer', { address: settings.baseURL }));
    }
    return { url, server: url.host, name: settings.remoteModel || url.host };
  }
  const url = modelUrl(parameters.get('model') ?? settings.model ?? (await siteModels()).default);
  return { url, name: fileName(url) };
}

/** @param {() => Source | Promise<Source>} choose */
async function start(choose) {
  loading?.abort();
  loading = new AbortController();
  const { signal } = loading;
  engine?.close();
  engine = needs = source = null;
  needsText.hidden = needsWarning.hidden = true;
  status.textContent = t('starting');
  progress.removeAttribute('value');
  show('loading');
  announce('loadingModel');
  try {
    const chosen = await choose();
    signal.throwIfAborted();
    source = chosen;
    listeners.forEach((listener) => listener());
    if (!chosen.server && document.body.dataset.unsuitable) {
      throw new Error(document.body.dataset.unsuitable); // set by requirements.js
    }
    await permit(chosen, signal);
    const loaded = await (chosen.server ? remote(signal) : local(chosen, signal));
    if (signal.aborted) {
      loaded.close();
      return;
    }
    engine = withPlainTexts(loaded);
    status.textContent = t('ready');
    announce('modelReady');
    show('ready');
  } catch (cause) {
    if (!signal.aborted) {
      status.textContent = t('notLoaded');
      fail(t('loadFailed'), cause, {
        again: document.body.dataset.unsuitable ? undefined : () => start(choose),
        server: otherServer(),
      });
    }
  }
  if (!signal.aborted) {
    listeners.forEach((listener) => listener());
  }
}

/**
 * Asks the user for consent where it is needed: for the download of a model that a link or a stored address names, and for a server
 * without encryption.
 *
 * @param {Source} chosen
 * @param {AbortSignal} signal
 * @throws {Error} if the user refuses
 */
async function permit({ url, server, name }, signal) {
  if (!url || allowed.has(server ? url.origin : url.href)) {
    return;
  }
  const { origin, protocol } = url;
  const host = hostOf(url);
  if (server) {
    await consent(protocol === 'https:' || isLoopback(url), origin, signal, 'plainServer', { host }, { [t('fact.host')]: host });
  } else {
    const facts = { [t('fact.host')]: host, [t('fact.file')]: name, [t('fact.size')]: t('sizeUnknown') };
    await consent(await isExpected(url), url.href, signal, 'otherHost', { host }, facts);
  }
  signal.throwIfAborted();
}

/**
 * @param {boolean} isGiven
 * @param {string} subject is not asked about again
 * @param {AbortSignal} signal
 * @param {string} text name of the texts
 * @param {{host: string}} values
 * @param {Record<string, string>} facts
 */
async function consent(isGiven, subject, signal, text, values, facts) {
  const question = { title: t(`${text}.title`, values), text: t(`${text}.text`), confirm: t(`${text}.confirm`), facts };
  if (!isGiven && !(await askConsent(question, signal))) {
    throw new Error(t(`${text}.refused`, values));
  }
  allowed.add(subject);
}

/**
 * Whether a model needs no consent: the site offers it, or it is stored already.
 *
 * @param {URL} url
 */
async function isExpected(url) {
  const { origin, protocol, href } = url;
  if (origin === location.origin || protocol === 'local:') {
    return true;
  }
  const site = await siteModels().catch(() => null);
  const offered = site ? [site.default, ...site.models.map((model) => model.url)] : [];
  if (offered.some((address) => modelUrl(address).href === href)) {
    return true;
  }
  const stored = await Demitasse.models.list().catch(() => []);
  return isStored(url, stored.filter(({ complete }) => complete));
}

/**
 * Whether one of the stored models is the one that a URL names.
 *
 * @param {URL} url
 * @param {import('./demitasse.js').StoredModel[]} stored
 */
export const isStored = ({ href }, stored) => storedModel(parseAddress(href), stored) !== undefined;

const isLoopback = (/** @type {URL} */ { hostname }) =>
  /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);

/** Returns the option to use a server that is configured but not in use. */
function otherServer() {
  const url = parseUrl(settings.baseURL);
  if (settings.remote || !url) {
    return undefined;
  }
  const useServer = () => {
    change({ remote: true });
    load();
  };
  return { label: t('useServer', { server: url.host }), use: useServer };
}

/**
 * @param {AbortSignal} signal
 * @returns {Promise<any>}
 */
function remote(signal) {
  const { baseURL, apiKey, remoteModel } = settings;
  return remoteEngine({ baseURL, apiKey: apiKey || undefined, model: remoteModel || undefined, signal });
}

/**
 * @param {Source} chosen
 * @param {AbortSignal} signal
 */
function local({ url, file, name }, signal) {
  const from = !url || url.origin === location.origin ? '' : hostOf(url);
  const { device, threads, contextLength } = settings;
  return Demitasse.load(file ?? url?.href ?? '', {
    signal,
    device,
    threads: threads ?? undefined,
    contextLength: contextLength ?? undefined,
    onNeeds: showNeeds,
    onProgress: (step) => showProgress(step, name, from),
  });
}

/**
 * Bounds the texts of a model, which its file contains, so that they can be shown.
 *
 * @param {Demitasse} loaded
 */
function withPlainTexts(loaded) {
  const { name, architecture } = loaded.model;
  Object.assign(loaded.model, { name: shortLine(name) }, architecture !== undefined && { architecture: shortLine(architecture) });
  return loaded;
}

/** @param {Needs} given */
function showNeeds(given) {
  needs = given;
  const { text, warning } = describeNeeds(given);
  needsText.textContent = text;
  needsText.hidden = false;
  needsWarning.textContent = warning;
  needsWarning.hidden = warning === '';
  if (warning !== '') {
    byId('announcement').textContent = warning;
  }
}

/**
 * @param {import('./demitasse.js').Progress} progress
 * @param {string} name of the model
 * @param {string} from the host; empty if it is this page's
 */
function showProgress({ phase, loaded, total }, name, from) {
  const doing = t(phase === 'load' ? 'loadingFile' : from ? 'downloadingFrom' : 'downloading', { name, from });
  if (total <= 0) {
    progress.removeAttribute('value');
    status.textContent = `${doing}: ${size(loaded)}`;
  } else if (loaded < total) {
    progress.value = loaded / total;
    const done = percent(Math.floor((100 * loaded) / total) / 100);
    status.textContent = phase === 'load' ? `${doing}: ${done}` : `${doing}: ${size(loaded, total)} (${done})`;
  } else {
    progress.removeAttribute('value');
    status.textContent = t('preparing', { name });
  }
}

/**
 * Describes what a model needs.
 *
 * @param {Needs} given
 * @returns {{text: string, warning: string}} the warning is empty if the model fits
 */
function describeNeeds({ disk, memory }) {
  const taken = size(memory.empty);
  return {
    text: `${disk ? describeDisk(disk) : t('notStored')} · ${t('ofMemory', { size: taken })}`,
    warning: fits(memory) ? '' : t('memoryWarning', { size: taken, device: (memory.device ?? 0) / 2 ** 30 }),
  };
}

/** @param {NonNullable<Needs['disk']>} disk */
function describeDisk({ total, stored, available }) {
  const free = available < 0 ? '' : `, ${t('free', { size: size(available) })}`;
  if (total <= 0) {
    return t('toDownloadUnknown') + free;
  }
  return stored >= total ? t('storedHere', { size: size(total) }) : t('toDownload', { size: size(total) }) + free;
}
