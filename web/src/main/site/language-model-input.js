// Checks and converts the input of the Prompt API.
import { calledTool, checkedTools, LanguageModelToolCall, LanguageModelToolError, LanguageModelToolSuccess, toolMessage } from './language-model-tools.js';

/**
 * @typedef {import('./demitasse.js').ChatCompletionMessageParam & {prefix?: boolean}} Message
 * @typedef {import('./demitasse.js').LanguageModelCreateCoreOptions} CoreOptions
 * @typedef {import('./demitasse.js').LanguageModelExpected} Expected
 * @typedef {import('./demitasse.js').LanguageModelSamplingMode} SamplingMode
 */

const ROLES = ['system', 'user', 'assistant'];
const TYPES = ['text', 'image', 'audio', 'tool-call', 'tool-response'];
/** The types that sessions accept and return. */
const INPUTS = ['text', 'tool-call', 'tool-response'];
const OUTPUTS = ['text', 'tool-call'];
/**
 * Factors of the model's own temperature.
 *
 * @type {Record<SamplingMode, number>}
 */
export const TEMPERATURES = {
  'most-predictable': 0,
  predictable: 0.5,
  'slightly-predictable': 0.75,
  balanced: 1,
  'slightly-creative': 1.125,
  creative: 1.25,
  'most-creative': 1.5,
};
export const MAX_TEMPERATURE = 2;
export const MAX_TOP_K = 128;

/**
 * Whether all expected types and languages of input and output are supported. A model may know any language that has a name.
 *
 * @param {CoreOptions} options
 * @throws {TypeError} if a type is unknown
 * @throws {RangeError} if a language tag is malformed
 */
export function supports({ expectedInputs = [], expectedOutputs = [] }) {
  const names = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' });
  const all = (/** @type {Iterable<Expected>} */ expected, /** @type {string[]} */ known) =>
    [...expected].every(({ type, languages = [] }) => {
      requireOneOf('type', type, TYPES);
      const tags = Intl.getCanonicalLocales(languages);
      return known.includes(type) && tags.every((tag) => names.of(tag) !== undefined);
    });
  const inputs = all(expectedInputs, INPUTS);
  return all(expectedOutputs, OUTPUTS) && inputs;
}

/** Whether topK and temperature are in their ranges. */
export function areInRange(/** @type {CoreOptions} */ { temperature = 0, topK = 1 }) {
  return temperature >= 0 && topK >= 1;
}

/**
 * Checks the options of a session and converts them.
 *
 * @param {CoreOptions} options
 * @throws {TypeError} or RangeError, as the draft requires
 */
export function checkSettings({ temperature, topK, samplingMode, expectedInputs = [], expectedOutputs = [], tools = [] }) {
  if (samplingMode !== undefined) {
    requireOneOf('samplingMode', samplingMode, Object.keys(TEMPERATURES));
    if (temperature !== undefined || topK !== undefined) {
      throw new TypeError('samplingMode goes with neither temperature nor topK');
    }
  }
  if (!areInRange({ temperature, topK })) {
    throw new RangeError(`temperature must be at least 0, and topK at least 1: ${temperature}, ${topK}`);
  }
  const checked = checkedTools(tools);
  const inputs = [...expectedInputs].map(({ type }) => type);
  const returnsCalls = [...expectedOutputs].some(({ type }) => type === 'tool-call');
  if (!returnsCalls && checked.some(({ execute }) => !execute)) {
    throw new TypeError('tools without execute need "tool-call" in expectedOutputs: the page runs them');
  }
  return {
    temperature: temperature === undefined ? undefined : Math.min(temperature, MAX_TEMPERATURE),
    topK: topK === undefined ? undefined : Math.floor(Math.min(topK, MAX_TOP_K)),
    samplingMode: samplingMode ?? 'balanced',
    inputs,
    returnsCalls,
    tools: checked,
  };
}

/** @typedef {ReturnType<typeof checkSettings>} Settings */

/**
 * Converts a prompt to messages of OpenAI's API: "validate and canonicalize a prompt". The last message may have `prefix`.
 *
 * @param {any} input
 * @param {boolean} isLater whether the session has messages already
 * @param {string[]} [inputs] the types of content besides text that the session expects
 * @returns {Message[]}
 */
export function messagesOf(input, isLater, inputs = []) {
  if (!isSequence(input)) {
    return [{ role: 'user', content: `${input}` }];
  }
  const given = [...input];
  if (given.length === 0) {
    return [{ role: 'user', content: '' }];
  }
  return given.flatMap((message, i) => {
    const { role, content, prefix } = message ?? {};
    requireOneOf('role', role, ROLES);
    if (prefix && (role !== 'assistant' || i < given.length - 1)) {
      throw new DOMException('Only the last message, an assistant\'s, can be a prefix.', 'SyntaxError');
    }
    if (role === 'system' && (isLater || i > 0)) {
      throw new TypeError('a system message must be the first of a session');
    }
    const messages = messagesOfContent(role, content, inputs);
    return prefix ? [...messages.slice(0, -1), { ...messages[messages.length - 1], prefix: true }] : messages;
  });
}

/**
 * Whether Web IDL takes a value for a sequence and not for a string.
 *
 * @param {any} value
 * @returns {value is Iterable<any>}
 */
function isSequence(value) {
  return ['object', 'function'].includes(typeof value) && typeof value?.[Symbol.iterator] === 'function';
}

/**
 * Converts the content of a message. Results of tools are messages of their own.
 *
 * @param {'system' | 'user' | 'assistant'} role
 * @param {any} content
 * @param {string[]} inputs
 * @returns {Message[]}
 */
function messagesOfContent(role, content, inputs) {
  if (content === undefined) {
    throw new TypeError('content is missing');
  }
  if (!isSequence(content)) {
    return [{ role, content: `${content}` }];
  }
  /** @type {Message[]} */
  const messages = [];
  let text = '';
  const calls = [];
  for (const part of content) {
    const { type, value } = part ?? {};
    requireOneOf('type', type, TYPES);
    if (type !== 'text' && !inputs.includes(type)) {
      throw new DOMException(`Content of type ${type} is not supported, or not among the expectedInputs.`, 'NotSupportedError');
    }
    if (type === 'text') {
      text += textOf(value);
    } else if (type === 'tool-call') {
      calls.push(calledTool(required(value, [LanguageModelToolCall], role === 'assistant')));
    } else {
      messages.push(toolMessage(required(value, [LanguageModelToolSuccess, LanguageModelToolError], role === 'user')));
    }
  }
  if (text !== '' || messages.length === 0) {
    messages.push(/** @type {Message} */ ({ role, content: text, ...(calls.length > 0 && { tool_calls: calls }) }));
  }
  return messages;
}

/**
 * Returns a value of one of several classes.
 *
 * @param {any} value
 * @param {Function[]} classes
 * @param {boolean} fitsRole
 */
function required(value, classes, fitsRole) {
  if (!fitsRole) {
    throw new TypeError('tool calls are content of the assistant, and tool responses of the user');
  }
  if (!classes.some((each) => value instanceof each)) {
    throw new TypeError(`the value must be a ${classes.map(({ name }) => name).join(' or ')}`);
  }
  return value;
}

/** @param {unknown} value */
function textOf(value) {
  if (value === undefined || (typeof value === 'object' && value !== null) || typeof value === 'function') {
    throw new TypeError('the value of text must be a string');
  }
  return `${value}`;
}

/**
 * Merges adjacent messages of one role, because many chat templates require turns. What follows a prefix continues it.
 *
 * @param {Message[]} messages `prefix` is left out of the result
 * @returns {import('./demitasse.js').ChatCompletionMessageParam[]}
 */
export function merged(messages) {
  /** @type {Message[]} */
  const result = [];
  let begun = false;
  for (const { prefix = false, ...message } of messages) {
    const last = result[result.length - 1];
    if (last?.role === message.role && message.role !== 'tool' && !('tool_calls' in last && last.tool_calls)) {
      const content = `${last.content}${begun ? '' : '\n\n'}${message.content}`;
      result[result.length - 1] = /** @type {Message} */ ({ ...message, content });
    } else {
      result.push(/** @type {Message} */ (message));
    }
    begun = prefix;
  }
  return result;
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {string[]} known
 */
export function requireOneOf(name, value, known) {
  if (!known.includes(/** @type {string} */ (value))) {
    throw new TypeError(`${name} must be one of ${known.join(', ')}: ${value}`);
  }
}
