// Reads models.json, which names the models of the site. Keeps the last good one, for visits without the host.
import { problemOf, t } from './i18n.js';
import { notify, withdraw } from './notices.js';
import { modelUrl } from './page.js';
import { ensure, InvalidField, list, number, object, optional, text } from './schema.js';

/** @typedef {{default: string, models: {url: string, name?: string, bytes?: number}[]}} SiteModels */

const NAME = 'models.json';
const MAX_MODELS = 1000;
const MAX_ADDRESS = 4000;
const MAX_NAME = 200;
/** The time in which the host must answer. */
const LIMIT_MS = 60_000;
/** The same if there is a kept one. */
const LIMIT_WITH_KEPT_MS = 5000;

/** @type {import('./schema.js').Schema<string>} */
const ADDRESS = (value, path) => {
  const address = text(MAX_ADDRESS, 1)(value, path);
  try {
    modelUrl(address, ['https:', 'http:', 'hf:']);
  } catch {
    ensure(false, path, 'address');
  }
  return address;
};

// Other fields may be notes of the host.
const SITE_MODELS = object({
  default: ADDRESS,
  models: optional(list(MAX_MODELS, object({
    url: ADDRESS,
    name: optional(text(MAX_NAME, 1)),
    bytes: optional(number(0, Number.MAX_SAFE_INTEGER)),
  }, { others: 'dropped' }))),
}, { others: 'dropped' });

/** @type {Promise<SiteModels> | null} what the host has answered */
let models = null;

/** Returns the models that the site offers. If the host doesn't tell them now, returns those of the last visit. */
export function siteModels() {
  models ??= read().catch((cause) => {
    models = null;
    throw cause;
  });
  return models;
}

async function read() {
  const kept = await lastKept();
  try {
    const content = await fetched(kept ? LIMIT_WITH_KEPT_MS : LIMIT_MS);
    const site = siteModelsOf(content);
    withdraw(NAME);
    await keep(content);
    return site;
  } catch (cause) {
    if (!kept) {
      throw cause;
    }
    if (!(cause instanceof NoAnswer)) {
      notify(NAME, { text: () => t('keptModelsJson', { why: cause.message }) });
    }
    models = null; // the host may answer later
    return kept;
  }
}

/** The host can't be reached. */
class NoAnswer extends Error {}

/** @param {number} limit in milliseconds */
async function fetched(limit) {
  let response;
  let content;
  try {
    response = await fetch(NAME, { cache: 'no-cache', signal: AbortSignal.timeout(limit) });
    content = await response.text();
  } catch {
    throw new NoAnswer(t('noModelsJson', { why: t('noAnswer') }));
  }
  if (!response.ok) {
    throw new Error(t('noModelsJson', { why: `HTTP ${response.status}` }));
  }
  return content;
}

/**
 * @param {string} content
 * @returns {SiteModels}
 */
function siteModelsOf(content) {
  try {
    const site = SITE_MODELS(parsed(content), '');
    return { default: site.default, models: site.models?.length ? site.models : [{ url: site.default }] };
  } catch (cause) {
    throw cause instanceof InvalidField ? new Error(t('noModelsJson', { why: problemOf(cause) })) : cause;
  }
}

/** @param {string} content */
function parsed(content) {
  try {
    return JSON.parse(content);
  } catch {
    throw new InvalidField('', 'json');
  }
}

// The kept one is in a cache of this folder; other folders of the host may have other sites.

const openCache = () => caches.open(`${NAME} ${new URL('.', location.href).href}`);

/** @returns {Promise<SiteModels | null>} */
async function lastKept() {
  try {
    const response = await (await openCache()).match(NAME);
    return response ? siteModelsOf(await response.text()) : null;
  } catch {
    return null; // no storage, or the content is damaged
  }
}

/** @param {string} content */
async function keep(content) {
  try {
    await (await openCache()).put(NAME, new Response(content, { headers: { 'Content-Type': 'application/json' } }));
  } catch {
    // No storage or no space: it is for visits without the host only.
  }
}
