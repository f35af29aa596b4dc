// Checks values from files and storage against a schema. A schema is a function that returns a checked copy of a value.

/**
 * @template [T=any]
 * @typedef {(value: any, path: string) => T} Schema returns a copy of the value, or throws an {@link InvalidField} that names the path
 */

/** The error of a value that does not match its schema. The page has a text for each problem: `invalid.PROBLEM`. */
export class InvalidField extends Error {
  /**
   * @param {string} field the path of the field; empty if it is the whole value
   * @param {string} problem
   * @param {Record<string, any>} [values] the values in the problem's text
   */
  constructor(field, problem, values = {}) {
    super(`${field || 'the value'}: ${problem} ${Object.values(values).join(' ')}`.trim());
    this.name = 'InvalidField';
    this.field = field;
    this.problem = problem;
    this.values = values;
  }
}

/**
 * A text.
 *
 * @param {number} max length in UTF-16 code units
 * @param {number} [min]
 * @returns {Schema<string>}
 */
export const text = (max, min = 0) => (value, path) => {
  ensure(typeof value === 'string', path, 'text');
  ensure(value.length >= min, path, 'empty');
  ensure(value.length <= max, path, 'long', { max });
  return value;
};

/**
 * A number from `min` to `max`.
 *
 * @param {number} min
 * @param {number} max
 * @returns {Schema<number>}
 */
export const number = (min, max) => (value, path) => {
  ensure(typeof value === 'number' && value >= min && value <= max, path, 'number', { min: String(min), max: String(max) });
  return value;
};

/** The end of the year 9999 in milliseconds since 1970. */
const MAX_TIME = Date.UTC(10_000, 0) - 1;

/** A time in milliseconds since 1970, until the year 9999. @type {Schema<number>} */
export const time = (value, path) => {
  ensure(typeof value === 'number' && value >= 0 && value <= MAX_TIME, path, 'time');
  return value;
};

/**
 * One of several texts.
 *
 * @template {string} T
 * @param {T[]} options
 * @returns {Schema<T>}
 */
export const choice = (...options) => (value, path) => {
  ensure(options.includes(value), path, 'choice', { options: options.join(', ') });
  return value;
};

/**
 * A list.
 *
 * @template T
 * @param {number} max length
 * @param {Schema<T>} item
 * @returns {Schema<T[]>}
 */
export const list = (max, item) => (value, path) => {
  ensure(Array.isArray(value), path, 'list');
  ensure(value.length <= max, path, 'many', { max });
  return Array.from(value, (element, index) => item(element, `${path}[${index}]`));
};

/**
 * An object.
 *
 * @template T
 * @param {{[K in keyof T]: Schema<T[K]>}} fields
 * @param {{others?: 'refused' | 'dropped'}} [options] `others`: what happens to fields that are not in the schema
 * @returns {Schema<T>}
 */
export const object = (fields, { others = 'refused' } = {}) => (value, path) => {
  ensure(typeof value === 'object' && value !== null && !Array.isArray(value), path, 'object');
  const at = (/** @type {string} */ name) => (path === '' ? name : `${path}.${name}`);
  if (others === 'refused') {
    Object.keys(value).forEach((name) => ensure(Object.hasOwn(fields, name), at(name), 'unknown'));
  }
  const checked = Object.entries(fields).map(([name, schema]) => {
    const given = Object.hasOwn(value, name) ? value[name] : undefined;
    return [name, /** @type {Schema} */ (schema)(given, at(name))];
  });
  return Object.fromEntries(checked.filter(([, field]) => field !== undefined));
};

/**
 * A field that may be missing or null.
 *
 * @template T
 * @param {Schema<T>} schema
 * @returns {Schema<T | undefined>}
 */
export const optional = (schema) => (value, path) => (value === undefined || value === null ? undefined : schema(value, path));

/**
 * A value that may be null, but not missing.
 *
 * @template T
 * @param {Schema<T>} schema
 * @returns {Schema<T | null>}
 */
export const nullable = (schema) => (value, path) => (value === null ? null : schema(value, path));

/**
 * Throws an {@link InvalidField} unless the condition holds.
 *
 * @param {boolean} holds
 * @param {string} path
 * @param {string} problem
 * @param {Record<string, any>} [values]
 */
export function ensure(holds, path, problem, values) {
  if (!holds) {
    throw new InvalidField(path, problem, values);
  }
}
