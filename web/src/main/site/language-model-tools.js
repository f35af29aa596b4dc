// Tools of the Prompt API: their declarations, the calls of a model, and the results that the page gives back.

/**
 * @typedef {import('./demitasse.js').ChatCompletionTool} ChatCompletionTool
 * @typedef {import('./demitasse.js').ChatCompletionMessageToolCall} ChatCompletionMessageToolCall
 * @typedef {{name: string, description: string, execute?: (input: any) => unknown, definition: ChatCompletionTool}} Tool
 */

/** The identity of a call. */
class CallIdentity {
  /** @param {any} given its ID is `callId`, or `callID` as in the earlier draft */
  constructor(given) {
    /** @readonly */
    this.callId = required({ callId: given?.callId ?? given?.callID }, 'callId');
    /** @readonly */
    this.name = required(given, 'name');
  }

  get callID() {
    return this.callId;
  }
}

/** A call of a tool. */
export class LanguageModelToolCall extends CallIdentity {
  /** @param {import('./demitasse.js').LanguageModelCallIdentity & {arguments?: object}} call */
  constructor(call) {
    super(call);
    /** @readonly @type {any} */
    this.arguments = call.arguments ?? {};
  }
}

/** The result of a tool. */
export class LanguageModelToolSuccess extends CallIdentity {
  /** @param {import('./demitasse.js').LanguageModelCallIdentity & {result: {type: string, value: unknown}[]}} success */
  constructor(success) {
    super(success);
    if (!Array.isArray(success.result)) {
      throw new TypeError('result must be an array');
    }
    /** @readonly */
    this.result = [...success.result];
  }
}

/** The failure of a tool. */
export class LanguageModelToolError extends CallIdentity {
  /** @param {import('./demitasse.js').LanguageModelCallIdentity & {errorMessage: string}} failure */
  constructor(failure) {
    super(failure);
    /** @readonly */
    this.errorMessage = required(failure, 'errorMessage');
  }
}

/**
 * Returns a required member of a dictionary as a string.
 *
 * @param {any} dictionary
 * @param {string} name
 */
function required(dictionary, name) {
  const value = dictionary?.[name];
  if (value === undefined) {
    throw new TypeError(`${name} is missing`);
  }
  return `${value}`;
}

/**
 * Checks the tools of a session. They are copied, because the page may change them later.
 *
 * @param {Iterable<any>} tools
 * @returns {Tool[]}
 */
export function checkedTools(tools) {
  /** @type {Tool[]} */
  const checked = [];
  for (const tool of tools) {
    const name = nonEmpty(tool, 'name');
    const description = nonEmpty(tool, 'description');
    const { execute } = tool;
    if (execute !== undefined && typeof execute !== 'function') {
      throw new TypeError(`execute of the tool ${name} must be a function`);
    }
    if (checked.some((other) => other.name === name)) {
      throw new TypeError(`two tools have the name ${name}`);
    }
    const parameters = checkedSchema(tool.inputSchema, name);
    checked.push({ name, description, execute, definition: { type: 'function', function: { name, description, parameters } } });
  }
  return checked;
}

/**
 * @param {any} tool
 * @param {string} name
 */
function nonEmpty(tool, name) {
  const value = required(tool, name);
  if (value === '') {
    throw new TypeError(`the ${name} of a tool must not be empty`);
  }
  return value;
}

/**
 * Checks the schema of a tool's arguments and copies it. Exceptions of its getters reach the caller.
 *
 * @param {any} schema
 * @param {string} tool the name of the tool
 * @returns {Record<string, unknown>}
 */
function checkedSchema(schema, tool) {
  if (!isObject(schema)) {
    throw new TypeError(`inputSchema of the tool ${tool} must be an object`);
  }
  const { type, properties, required: names } = /** @type {Record<string, unknown>} */ (schema);
  if (type !== 'object') {
    throw new TypeError(`inputSchema of the tool ${tool} must have the type "object"`);
  }
  if (properties !== undefined && !isObject(properties)) {
    throw new TypeError(`properties of the tool ${tool} must be an object`);
  }
  if (names !== undefined && !Array.isArray(names)) {
    throw new TypeError(`required of the tool ${tool} must be an array`);
  }
  return JSON.parse(JSON.stringify(schema));
}

/**
 * @param {unknown} value
 * @returns {value is object}
 */
function isObject(value) {
  return typeof value === 'object' && value !== null;
}

/**
 * Whether a session runs a call. Otherwise the page does.
 *
 * @param {Tool[]} tools
 * @param {ChatCompletionMessageToolCall} call
 */
export function canRun(tools, { function: { name } }) {
  const tool = tools.find((each) => each.name === name);
  return tool ? tool.execute !== undefined : tools.every(({ execute }) => execute);
}

/**
 * Runs a tool that the model has called.
 *
 * @param {Tool[]} tools
 * @param {ChatCompletionMessageToolCall} call
 */
export async function runTool(tools, { function: { name, arguments: json } }) {
  const tool = tools.find((each) => each.name === name);
  const result = tool?.execute ? await tool.execute(JSON.parse(json || '{}')) : `There is no tool ${name}.`;
  return typeof result === 'string' ? result : JSON.stringify(result);
}

/**
 * Converts a call to the form of OpenAI's API.
 *
 * @param {LanguageModelToolCall} call
 * @returns {ChatCompletionMessageToolCall}
 */
export function calledTool({ callId, name, arguments: given }) {
  if (!isObject(given) || Array.isArray(given)) {
    throw new DOMException('The arguments of a tool call must be an object.', 'DataError');
  }
  return { id: callId, type: 'function', function: { name, arguments: serialized(given) } };
}

/**
 * Converts a call from the form of OpenAI's API.
 *
 * @param {ChatCompletionMessageToolCall} call
 */
export function toolCall({ id, function: { name, arguments: json } }) {
  return new LanguageModelToolCall({ callId: id, name, arguments: JSON.parse(json || '{}') });
}

/**
 * Converts a result to the message of a tool in the form of OpenAI's API.
 *
 * @param {LanguageModelToolSuccess | LanguageModelToolError} response
 * @returns {import('./demitasse.js').ChatCompletionToolMessageParam}
 */
export function toolMessage(response) {
  const content =
    response instanceof LanguageModelToolError
      ? JSON.stringify({ error: response.errorMessage })
      : response.result.map(resultText).join('\n');
  return { role: 'tool', tool_call_id: response.callId, name: response.name, content };
}

/** @param {{type: string, value: unknown}} part */
function resultText({ type, value }) {
  if (type === 'image' || type === 'audio') {
    throw new DOMException(`Results of type ${type} are not supported.`, 'NotSupportedError');
  }
  if (type !== 'text' && type !== 'object') {
    throw new TypeError(`type must be one of text, object, image, audio: ${type}`);
  }
  return typeof value === 'string' ? value : serialized(value);
}

/**
 * Returns data as JSON text.
 *
 * @param {unknown} value
 */
function serialized(value) {
  let json;
  try {
    json = isData(value) ? JSON.stringify(value) : undefined;
  } catch {
    // Cyclic, or a getter failed.
  }
  if (json === undefined) {
    throw new DOMException('The value can not be written as JSON.', 'DataError');
  }
  return json;
}

/**
 * Whether a value is a primitive, an array or a plain object. Objects of the platform, like an ImageBitmap, would become `{}`.
 *
 * @param {unknown} value
 */
function isData(value) {
  return !isObject(value) || Array.isArray(value) || [Object.prototype, null].includes(Object.getPrototypeOf(value));
}
