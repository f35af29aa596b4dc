// Checks and converts the input of the Prompt API.

const ROLES = ['system', 'user', 'assistant'];
const TYPES = ['text', 'image', 'audio', 'tool-call', 'tool-response'];
/** The types that sessions accept and return besides plain text. */
const INPUTS = ['text', 'tool-response'];
const OUTPUTS = ['text', 'tool-call'];
/** Factors of the model's own temperature. */
export const TEMPERATURES = { 'most-predictable': 0, predictable: 0.5, balanced: 1, creative: 1.25, 'most-creative': 1.5 };
export const MAX_TEMPERATURE = 2;
export const MAX_TOP_K = 128;

/**
 * Whether all expected types of input and output are supported. Languages are only checked for their form.
 *
 * @throws {TypeError} if a type is unknown
 */
export function supports({ expectedInputs = [], expectedOutputs = [] }) {
  const all = (expected, known) =>
    expected.every(({ type, languages = [] }) => {
      requireOneOf('type', type, TYPES);
      Intl.getCanonicalLocales(languages);
      return known.includes(type);
    });
  const inputs = all(expectedInputs, INPUTS);
  return all(expectedOutputs, OUTPUTS) && inputs;
}

/**
 * Checks the options of a session and converts them.
 *
 * @throws {TypeError} or RangeError, as the draft requires
 */
export function checkSettings(/** @type {any} */ { temperature, topK, samplingMode, tools = [] }) {
  if (samplingMode !== undefined) {
    requireOneOf('samplingMode', samplingMode, Object.keys(TEMPERATURES));
    if (temperature !== undefined || topK !== undefined) {
      throw new TypeError('samplingMode goes with neither temperature nor topK');
    }
  }
  if (temperature !== undefined && !(temperature >= 0)) {
    throw new RangeError(`temperature must be at least 0: ${temperature}`);
  }
  if (topK !== undefined && !(topK >= 1)) {
    throw new RangeError(`topK must be at least 1: ${topK}`);
  }
  for (const { name, description, inputSchema, execute } of tools) {
    if (typeof name !== 'string' || typeof description !== 'string' || !inputSchema || typeof execute !== 'function') {
      throw new TypeError('a tool needs name, description, inputSchema and execute');
    }
  }
  return {
    temperature: temperature === undefined ? undefined : Math.min(temperature, MAX_TEMPERATURE),
    topK: topK === undefined ? undefined : Math.floor(Math.min(topK, MAX_TOP_K)),
    samplingMode: samplingMode ?? 'balanced',
    tools,
    functions: tools.map(({ name, description, inputSchema }) => ({
      type: 'function',
      function: { name, description, parameters: inputSchema },
    })),
  };
}

/**
 * Converts a prompt to messages of OpenAI's API: "validate and canonicalize a prompt". The last message may have `prefix`.
 *
 * @returns {any[]}
 */
export function messagesOf(input, isLater) {
  if (typeof input === 'string') {
    return [{ role: 'user', content: input }];
  }
  if (!Array.isArray(input)) {
    throw new TypeError('a prompt must be a string or an array of messages');
  }
  if (input.length === 0) {
    return [{ role: 'user', content: '' }];
  }
  return input.map(({ role, content, prefix = false }, i) => {
    requireOneOf('role', role, ROLES);
    if (prefix && (role !== 'assistant' || i < input.length - 1)) {
      throw new DOMException('Only the last message, an assistant\'s, can be a prefix.', 'SyntaxError');
    }
    if (role === 'system' && (isLater || i > 0)) {
      throw new TypeError('a system message must be the first of a session');
    }
    return { role, content: textOf(content), ...(prefix && { prefix }) };
  });
}

/**
 * Merges adjacent messages of one role, because many chat templates require turns.
 *
 * @param {any[]} messages of OpenAI's API; `prefix` is left out
 */
export function merged(messages) {
  const result = [];
  for (const { prefix: _, ...message } of messages) {
    const last = result.at(-1);
    if (last?.role === message.role && message.role !== 'tool' && !last.tool_calls) {
      result[result.length - 1] = { ...message, content: `${last.content}\n\n${message.content}` };
    } else {
      result.push(message);
    }
  }
  return result;
}

function textOf(content) {
  if (typeof content === 'string') {
    return content;
  }
  if (!Array.isArray(content)) {
    throw new TypeError('content must be a string or an array');
  }
  return content
    .map(({ type, value }) => {
      requireOneOf('type', type, TYPES);
      if (type !== 'text') {
        throw new DOMException(`Content of type ${type} is not supported.`, 'NotSupportedError');
      }
      if (typeof value !== 'string') {
        throw new TypeError('the value of text must be a string');
      }
      return value;
    })
    .join('');
}

/** Converts a response constraint to a `response_format` of OpenAI's API. */
export function responseFormat(/** @type {any} */ { responseConstraint, omitResponseConstraintInput = false }) {
  if (responseConstraint === undefined || responseConstraint === null) {
    if (omitResponseConstraintInput) {
      throw new TypeError('omitResponseConstraintInput needs a responseConstraint');
    }
    return {};
  }
  if (responseConstraint instanceof RegExp) {
    throw new DOMException('Regular expressions are not supported as constraints; JSON schemas are.', 'NotSupportedError');
  }
  if (typeof responseConstraint !== 'object') {
    throw new TypeError('responseConstraint must be a JSON schema');
  }
  const schema = { name: 'response', schema: responseConstraint, strict: true };
  return { response_format: { type: 'json_schema', json_schema: schema } };
}

function requireOneOf(name, value, known) {
  if (!known.includes(value)) {
    throw new TypeError(`${name} must be one of ${known.join(', ')}: ${value}`);
  }
}
