// Shows texts of model files, servers and links, which are not trusted: short, in one line, and without effect on the text around them.

/** Control characters and ends of lines. */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;
/** Invisible characters, and those that change the direction of the text around them. */
const INVISIBLE = /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
/** Combining marks after the fourth on a letter. More would cover the lines around it. */
const MARKS = /(\p{M}{4})\p{M}+/gu;
/** Letters of scripts that are written from right to left. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** The most characters of a name, and of a message, which may contain the answer of a server. */
const MAX_NAME = 120;
const MAX_MESSAGE = 1000;

/**
 * Returns a text in one line, without control characters and invisible ones, and cut to a length.
 *
 * @param {unknown} text
 * @param {number} [max] the most characters
 */
export function oneLine(text, max = MAX_MESSAGE) {
  const begin = String(text).slice(0, 8 * max); // a text of megabytes is not read to its end
  const characters = [...begin.replace(CONTROLS, ' ').replace(INVISIBLE, '').replace(MARKS, '$1').trim()];
  return characters.length > max ? `${characters.slice(0, max - 1).join('')}…` : characters.join('');
}

/**
 * Returns a name as {@link oneLine} does, but shorter.
 *
 * @param {unknown} name
 */
export const shortLine = (name) => oneLine(name, MAX_NAME);

/**
 * Returns a text for use within a sentence: if it is written from right to left, it is marked so that the words after it keep their
 * places.
 *
 * @param {string} text
 */
export const isolated = (text) => (RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text);
