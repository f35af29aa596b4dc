// The languages of the interface: texts from locales/*.json; plural rules, numbers and dates from Intl.
import { settings } from './settings.js';
import { isolated, oneLine } from './untrusted-text.js';

/** The languages that SmolLM3 speaks, by their own names. */
export const LANGUAGES = /** @type {Record<string, string>} */ ({
  en: 'English',
  fr: 'Français',
  es: 'Español',
  de: 'Deutsch',
  it: 'Italiano',
  pt: 'Português',
});

/** @type {(() => void)[]} called when the language has changed */
const listeners = [];
let language = 'en';
/** @type {Record<string, string | Record<string, string>>} texts, or their plural forms */
let texts = {};

/**
 * Returns a text of the interface. Replaces its `{names}` by values. `count` selects the plural form of a text that has several.
 *
 * @param {string} key
 * @param {Record<string, any>} [values]
 */
export function t(key, values = {}) {
  let text = texts[key];
  if (typeof text === 'object') {
    text = text[new Intl.PluralRules(language).select(values.count)] ?? text.other;
  }
  return text.replace(/\{(\w+)\}/g, (_, name) => (typeof values[name] === 'number' ? number(values[name]) : isolated(oneLine(values[name]))));
}

/**
 * Describes a field that does not match its schema.
 *
 * @param {import('./schema.js').InvalidField} invalid
 */
export const problemOf = ({ field, problem, values }) => t('invalid', { field: field || t('wholeFile'), problem: t(`invalid.${problem}`, values) });

/**
 * @param {number} value
 * @param {Intl.NumberFormatOptions} [options]
 */
export const number = (value, options) => new Intl.NumberFormat(language, options).format(value);

export const percent = (/** @type {number} */ share) => number(share, { style: 'percent' });

/**
 * @param {number} value milliseconds since 1970
 * @param {Intl.DateTimeFormatOptions} options
 */
export const date = (value, options) => new Intl.DateTimeFormat(language, options).format(value);

/** Returns "today" or "yesterday". */
export const daysAgo = (/** @type {number} */ days) => new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-days, 'day');

export const compare = (/** @type {string} */ a, /** @type {string} */ b) => a.localeCompare(b, language);

/**
 * Formats bytes: "98.4 MB", or "61.2 / 98.4 MB" with a total.
 *
 * @param {number} bytes
 * @param {number} [total]
 */
export function size(bytes, total) {
  const isLarge = (total ?? bytes) >= 1e9;
  const one = isLarge ? 1e9 : 1e6;
  const unit = isLarge ? 'gigabyte' : 'megabyte';
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  const whole = (/** @type {number} */ value) => number(value / one, { style: 'unit', unit, ...digits });
  return total === undefined ? whole(bytes) : `${number(bytes / one, digits)} / ${whole(total)}`;
}

/**
 * Calls the listener whenever the language has changed, so that it redraws its texts.
 *
 * @param {() => void} listener
 */
export function onLanguage(listener) {
  listeners.push(listener);
}

/** Shows the page in the language of the settings; if that is automatic, in the first of the browser's languages that is known. */
export async function applyLanguage() {
  const wanted = settings.language === 'auto' ? navigator.languages.map((tag) => tag.split('-')[0]) : [settings.language];
  const next = wanted.find((tag) => Object.hasOwn(LANGUAGES, tag)) ?? 'en';
  if (next !== document.documentElement.dataset.texts) {
    const response = await fetch(`locales/${next}.json`);
    texts = await response.json();
    language = next;
    document.documentElement.lang = next;
    document.documentElement.dataset.texts = next;
    translate();
    listeners.forEach((listener) => listener());
  }
}

/** Fills the texts, labels and placeholders of index.html. */
function translate() {
  const items = (/** @type {string} */ name) => /** @type {NodeListOf<any>} */ (document.querySelectorAll(`[data-${name}]`));
  for (const item of items('text')) {
    item.textContent = t(item.dataset.text);
  }
  for (const item of items('label')) {
    item.ariaLabel = t(item.dataset.label);
    if (item.matches('.icon-button')) {
      item.title = item.ariaLabel;
    }
  }
  for (const item of items('placeholder')) {
    item.placeholder = t(item.dataset.placeholder);
  }
}
