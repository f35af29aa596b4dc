// The texts of <demitasse-chat>.

/** The texts of the element. Its attribute `texts`, a JSON object, can replace some of them. Values are filled in for `{…}`. */
export const TEXTS = {
  title: 'Chat',
  placeholder: 'Write a message',
  send: 'Send',
  stop: 'Stop',
  restart: 'Start over',
  you: 'You',
  assistant: 'Assistant',
  thoughts: 'Thoughts',
  introduction: 'Answers are computed on this device: what you write does not leave it.',
  checking: 'Looking up the model…',
  consent: 'To answer, this page needs a language model of {size} on this device. It is downloaded once.',
  consentUncached:
    'To answer, this page needs a language model, which takes {size} of memory. It cannot be stored here, so it is downloaded on each visit.',
  consentUnknown: 'To answer, this page needs a language model on this device. Its size is unknown.',
  consentHost: 'The link to this page names a language model of another site, {host}. Download it only if you trust that site.',
  tooLarge: 'It may be too large for this device.',
  download: 'Download',
  cancel: 'Cancel',
  loading: 'Loading the model: {percent} %',
  loadingUnknown: 'Loading the model: {size}',
  downloading: 'Downloading the model: {size} ({percent} %)',
  preparing: 'Preparing the model…',
  uncached: 'The model is not stored: this page has no storage.',
  waiting: 'Waiting…',
  reading: 'Reading… {percent} %',
  answering: 'Answering.',
  stopped: 'The answer was stopped.',
  plain: 'Parts of the answer are shown as plain text, because formatting them would take too long.',
  cut: 'The answer was cut off at its maximum length.',
  loadFailed: 'The model could not be loaded.',
  answerFailed: 'The answer failed.',
  retry: 'Try again',
};

/** @typedef {typeof TEXTS} Texts */

/**
 * Fills values in for the `{…}` of a text.
 *
 * @param {string} text
 * @param {Record<string, any>} [values]
 */
export function filled(text, values = {}) {
  return text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

/**
 * Formats bytes.
 *
 * @param {number} bytes
 * @returns {string}
 */
export function size(bytes) {
  const { unit, name } = bytes >= 1e9 ? { unit: 1e9, name: 'GB' } : { unit: 1e6, name: 'MB' };
  return `${(bytes / unit).toFixed(1)}\u00a0${name}`;
}

/**
 * Parses the attribute `texts`.
 *
 * @param {string | null} json
 * @returns {Partial<Texts>}
 */
export function ownTexts(json) {
  try {
    return JSON.parse(json ?? '{}');
  } catch (error) {
    console.error(`demitasse-chat: the attribute texts is not JSON: ${error}`);
    return {};
  }
}

/**
 * Describes the progress of a load.
 *
 * @param {Texts} texts
 * @param {import('./demitasse.js').Progress} progress
 */
export function describeProgress(texts, { phase, loaded, total }) {
  const percent = Math.floor((100 * loaded) / total);
  if (total > 0 && loaded >= total) {
    return texts.preparing;
  }
  if (phase === 'download' && total > 0) {
    return filled(texts.downloading, { size: size(total), percent });
  }
  return total > 0 ? filled(texts.loading, { percent }) : filled(texts.loadingUnknown, { size: size(loaded) });
}
