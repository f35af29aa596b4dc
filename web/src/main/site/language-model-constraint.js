// Response constraints of the Prompt API: JSON schemas, and regular expressions.

/** Flags that change the texts that an expression matches in a way that the engine doesn't know. */
const UNKNOWN_FLAGS = /[imsv]/;

/**
 * A constraint on an answer.
 *
 * @typedef {object} Constraint
 * @property {{response_format?: import('./demitasse.js').ResponseFormat}} request the fields of a request of OpenAI's API
 * @property {string} guide tells the model about the constraint; empty if there is none
 * @property {boolean} isQuoted whether the model answers with a JSON string, whose value is the answer
 */

/**
 * Converts the options of a prompt.
 *
 * @param {import('./demitasse.js').LanguageModelPromptOptions} options
 * @returns {Constraint}
 */
export function constraintOf({ responseConstraint, omitResponseConstraintInput = false }) {
  if (responseConstraint === undefined || responseConstraint === null) {
    if (omitResponseConstraintInput) {
      throw new TypeError('omitResponseConstraintInput needs a responseConstraint');
    }
    return { request: {}, guide: '', isQuoted: false };
  }
  if (typeof responseConstraint !== 'object') {
    throw new TypeError('responseConstraint must be a JSON schema or a regular expression');
  }
  const isQuoted = responseConstraint instanceof RegExp;
  const schema = isQuoted ? stringSchema(responseConstraint) : copied(responseConstraint);
  const guide = isQuoted
    ? `Answer with a text that matches the regular expression ${responseConstraint}, as a JSON string.`
    : `Answer with JSON of this schema: ${JSON.stringify(schema)}`;
  return {
    request: { response_format: { type: 'json_schema', json_schema: { name: 'response', schema, strict: true } } },
    guide: omitResponseConstraintInput ? '' : guide,
    isQuoted,
  };
}

/**
 * Returns the schema of the JSON strings whose value an expression matches as a whole.
 *
 * @param {RegExp} expression
 */
function stringSchema({ source, flags }) {
  if (UNKNOWN_FLAGS.test(flags)) {
    throw new DOMException(`Regular expressions with the flags "${flags}" are not supported.`, 'NotSupportedError');
  }
  return { type: 'string', pattern: `^(?:${source})$` };
}

/**
 * @param {object} schema
 * @returns {Record<string, unknown>}
 */
function copied(schema) {
  try {
    return JSON.parse(JSON.stringify(schema));
  } catch (cause) {
    throw Object.assign(new DOMException('The schema can not be written as JSON.', 'NotSupportedError'), { cause });
  }
}

/**
 * Adds a guide about the form of the answer to the last message of the user.
 *
 * @param {import('./language-model-input.js').Message[]} messages
 * @param {string} guide
 * @returns {import('./language-model-input.js').Message[]}
 */
export function guided(messages, guide) {
  const at = messages.findLastIndex(({ role }) => role === 'user');
  if (guide === '') {
    return messages;
  }
  if (at < 0) {
    const end = messages[messages.length - 1].prefix ? messages.length - 1 : messages.length;
    return [...messages.slice(0, end), { role: 'user', content: guide }, ...messages.slice(end)];
  }
  return messages.with(at, { role: 'user', content: `${messages[at].content}\n\n${guide}` });
}

/** Decodes a JSON string that arrives in pieces. */
export class StringDecoder {
  #json = '';
  #length = 0;

  /**
   * Adds a piece of the JSON text.
   *
   * @param {string} piece
   * @returns {string} the characters that are certain with it
   */
  push(piece) {
    this.#json += piece;
    const whole = decoded(this.#json);
    const added = whole.slice(this.#length);
    this.#length = whole.length;
    return added;
  }
}

/**
 * Returns the value of a JSON string as far as it goes.
 *
 * @param {string} json
 */
function decoded(json) {
  const begin = json.indexOf('"');
  const text = begin < 0 ? '' : (/^(?:[^"\\]|\\u[\da-f]{4}|\\[^u])*/i.exec(json.slice(begin + 1))?.[0] ?? '');
  return JSON.parse(`"${text}"`);
}
