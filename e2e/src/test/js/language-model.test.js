import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CALL_TOOLS, echoEngine } from './echo-engine.js';
import { load } from './site.js';

globalThis.ProgressEvent ??= class extends Event {
  constructor(type, { lengthComputable, total }) {
    super(type);
    Object.assign(this, { lengthComputable, total });
  }
};

const { LanguageModel } = await load('language-model.js');
const { DemitasseError } = await load('errors.js');
const { LanguageModelToolCall, LanguageModelToolError, LanguageModelToolSuccess } = await load('language-model-tools.js');

const PROMPT = 'Please write a sentence in English.';
const create = (options = {}, engine = echoEngine()) => LanguageModel.create({ model: engine, ...options });
const inputSchema = { type: 'object', properties: {} };
const tool = { name: 'lookup', description: 'Looks up. Args: {"x":1}', inputSchema };
const openLoop = { expectedInputs: [{ type: 'tool-call' }, { type: 'tool-response' }], expectedOutputs: [{ type: 'tool-call' }], tools: [tool] };

async function errorOf(action) {
  try {
    await action();
  } catch (error) {
    return error;
  }
  return assert.fail('no error');
}
const nameOf = async (action) => (await errorOf(action)).name;

test('a prompt is a string or a sequence, and all else becomes a string', async () => {
  const session = () => create();
  assert.equal(await (await session()).prompt(PROMPT), PROMPT);
  assert.equal(await (await session()).prompt({}), '[object Object]');
  assert.equal(await (await session()).prompt(null), 'null');
  assert.equal(await (await session()).prompt(undefined), 'undefined');
  assert.equal(await (await session()).prompt({ role: 'system', content: 'foo' }), '[object Object]');
  assert.equal(await (await session()).prompt([]), '');
  assert.equal(await (await session()).prompt([{ role: 'user', content: [] }]), '');
  assert.equal(await (await session()).prompt(new Set([{ role: 'user', content: 5 }])), '5');
  assert.equal(await (await session()).prompt([{ role: 'user', content: [{ type: 'text', value: 7 }] }]), '7');
  assert.equal(await nameOf(async () => (await session()).prompt(['x'])), 'TypeError');
  assert.equal(await nameOf(async () => (await session()).prompt([{ role: 'user' }])), 'TypeError');
  assert.equal(await nameOf(async () => (await session()).prompt([{ role: 'user', content: [{ type: 'text', value: {} }] }])), 'TypeError');
});

test('the usage of the context is what is read and answered', async () => {
  const session = await create();
  assert.equal(session.contextUsage, 0);
  const asked = await session.measureContextUsage(PROMPT);
  const answer = await session.prompt(PROMPT);
  assert.equal(session.contextUsage, asked + (await session.measureContextUsage(answer)));
  const initialPrompts = [{ role: 'system', content: 'The word is regurgitation.' }];
  const other = await create({ initialPrompts });
  assert.equal(other.contextUsage, await other.measureContextUsage(initialPrompts));
});

test('append reads, and nothing if there is nothing', async () => {
  const session = await create();
  await session.append([]);
  assert.equal(session.contextUsage, 0);
  const usage = await session.measureContextUsage(PROMPT);
  assert.equal(await session.append(PROMPT), undefined);
  assert.equal(session.contextUsage, usage);
});

test('a system message comes first, even among calls that wait', async () => {
  const session = await create();
  const first = session.prompt({ role: 'system', content: 'foo' });
  assert.equal(await nameOf(() => session.prompt([{ role: 'system', content: 'bar' }])), 'TypeError');
  await first;
});

test('what does not fit is a QuotaExceededError with its figures', async () => {
  const session = await create();
  const long = 'x'.repeat(3000);
  const error = await errorOf(() => session.prompt(long));
  assert.equal(error.name, 'QuotaExceededError');
  assert.deepEqual([error.requested, error.quota], [3000, session.contextWindow]);
});

test('an aborted signal rejects with its reason, at once', async () => {
  const session = await create();
  const reason = new Error('test');
  const calls = [
    (signal) => create({ signal }),
    (signal) => session.clone({ signal }),
    (signal) => session.prompt(PROMPT, { signal }),
    (signal) => session.append(PROMPT, { signal }),
    (signal) => session.measureContextUsage(PROMPT, { signal }),
    async (signal) => Array.fromAsync?.(session.promptStreaming(PROMPT, { signal })) ?? session.promptStreaming(PROMPT, { signal }).getReader().read(),
  ];
  for (const call of calls) {
    const controller = new AbortController();
    const pending = errorOf(() => call(controller.signal));
    controller.abort(reason);
    assert.equal(await pending, reason, call.toString());
    assert.equal(await errorOf(() => call(controller.signal)), reason, call.toString());
  }
  assert.throws(() => session.promptStreaming(PROMPT, { signal: AbortSignal.abort(reason) }), reason);
  assert.equal((await session.prompt(PROMPT)).length, PROMPT.length); // the session is still usable
});

test('a monitor hears of progress in steps, and may abort', async () => {
  const loaded = [];
  const monitor = (target) => target.addEventListener('downloadprogress', (event) => loaded.push(event.loaded));
  await create({ monitor });
  assert.deepEqual(loaded, [0, 1]);
  for (const at of [0, 1]) {
    const controller = new AbortController();
    const reason = new Error(`at ${at}`);
    const aborting = (target) => target.addEventListener('downloadprogress', (event) => event.loaded === at && controller.abort(reason));
    assert.equal(await errorOf(() => create({ monitor: aborting, signal: controller.signal })), reason);
  }
  const failure = new Error('of the monitor');
  const failing = () => {
    throw failure;
  };
  assert.equal(await errorOf(() => create({ monitor: failing })), failure);
});

test('the signal of the creation destroys the session', async () => {
  const controller = new AbortController();
  const session = await create({ signal: controller.signal });
  const reason = new Error('test');
  const pending = errorOf(() => session.prompt(PROMPT));
  controller.abort(reason);
  assert.equal(await pending, reason);
  assert.equal(await errorOf(() => session.prompt(PROMPT)), reason);
});

test('availability never throws for numbers out of range', async () => {
  const model = echoEngine();
  assert.equal(await LanguageModel.availability({ model }), 'available');
  assert.equal(await LanguageModel.availability({ model, topK: -2, temperature: 0.5 }), 'unavailable');
  assert.equal(await LanguageModel.availability({ model, topK: 3, temperature: -0.5 }), 'unavailable');
  assert.equal(await LanguageModel.availability({ model, expectedInputs: [{ type: 'text', languages: ['unk'] }] }), 'unavailable');
  assert.equal(await LanguageModel.availability({ model, expectedInputs: [{ type: 'text', languages: ['EN', 'ja'] }] }), 'available');
  assert.equal(await nameOf(() => LanguageModel.availability({ model, expectedInputs: [{ type: 'text', languages: ['en-abc-invalid'] }] })), 'RangeError');
});

test('a constraint is part of the prompt unless it is left out, and before a prefix', async () => {
  const schema = { type: 'object', required: ['Rating'], properties: { Rating: { type: 'number' } } };
  assert.match(await (await create()).prompt('hello', { responseConstraint: schema }), /hello.*Rating/s);
  const omitted = { responseConstraint: schema, omitResponseConstraintInput: true };
  assert.match(await (await create()).prompt('hello', omitted), /hello$/);
  const prefixed = [{ role: 'user', content: 'hello' }, { role: 'assistant', content: 'prefix', prefix: true }];
  assert.match(await (await create()).prompt(prefixed, { responseConstraint: schema }), /hello.*Rating.*prefix/s);
  const cyclic = {};
  cyclic.self = cyclic;
  assert.equal(await nameOf(async () => (await create()).prompt('x', { responseConstraint: cyclic })), 'NotSupportedError');
  const session = await create();
  const measured = await session.measureContextUsage('hello', { responseConstraint: schema });
  assert.ok(measured > (await session.measureContextUsage('hello', omitted)));
});

test('a regular expression constrains a JSON string, whose value is the answer', async () => {
  const engine = echoEngine();
  const session = await create({}, engine);
  const options = { responseConstraint: /a"|b/u, omitResponseConstraintInput: true };
  assert.equal(await session.prompt('é "a" \\u0041\n', options), 'é "a" \\u0041\n');
  assert.deepEqual(engine.requests[0].response_format.json_schema.schema, { type: 'string', pattern: '^(?:a"|b)$' });
  const prefixed = [{ role: 'user', content: 'q' }, { role: 'assistant', content: 'say "', prefix: true }];
  engine.chat.completions.create = async (request) => {
    engine.requests.push(request);
    return [{ choices: [{ delta: { content: 'x\\"' } }] }, { choices: [{ delta: { content: '"' } }] }];
  };
  assert.equal(await session.prompt(prefixed, options), 'x"');
  assert.equal(engine.requests[1].messages.at(-1).content, '"say \\"');
  assert.equal(engine.requests[1].continue_final_message, true);
  await session.prompt('more');
  assert.equal(engine.requests[2].messages.at(-2).content, 'say "x"');
  assert.equal(await nameOf(() => session.prompt('x', { responseConstraint: /a/i })), 'NotSupportedError');
});

test('a prefix that the constraint excludes is not supported', async () => {
  const engine = echoEngine();
  const session = await create({}, engine);
  const failsWith = async (param) => {
    engine.chat.completions.create = async () => {
      throw new DemitasseError('no answer', { status: 400, param });
    };
    return nameOf(() => session.prompt([{ role: 'assistant', content: 'x', prefix: true }], { responseConstraint: /a/ }));
  };
  assert.equal(await failsWith('continue_final_message'), 'NotSupportedError');
  assert.equal(await failsWith('response_format.json_schema'), 'NotSupportedError');
  assert.equal(await failsWith('messages'), 'UnknownError');
});

test('sessions and their clones have the sampling mode, or none with topK or temperature', async () => {
  const modes = ['most-predictable', 'predictable', 'slightly-predictable', 'balanced', 'slightly-creative', 'creative', 'most-creative'];
  const temperatures = [];
  for (const samplingMode of modes) {
    const session = await create({ samplingMode });
    assert.equal(session.samplingMode, samplingMode);
    assert.equal((await session.clone()).samplingMode, samplingMode);
    temperatures.push(session.temperature);
  }
  assert.deepEqual(temperatures, [0, 0.5, 0.75, 1, 1.125, 1.25, 1.5]);
  assert.equal((await create()).samplingMode, 'balanced');
  assert.equal((await create({ topK: 3 })).samplingMode, null);
  assert.equal((await create({ temperature: 0 })).samplingMode, null);
  assert.equal(await nameOf(() => create({ samplingMode: 'slightly' })), 'TypeError');
});

// Tools

test('tools are checked', async () => {
  const bad = [
    { ...tool, inputSchema: null },
    { ...tool, inputSchema: {} },
    { ...tool, inputSchema: 'x' },
    { ...tool, inputSchema: { properties: {} } },
    { ...tool, inputSchema: { type: 'string' } },
    { ...tool, inputSchema: { type: 'object', properties: 'x' } },
    { ...tool, inputSchema: { type: 'object', required: 'x' } },
    { ...tool, name: '' },
    { ...tool, description: '' },
    { name: 'a', description: 'b' },
    { ...tool, execute: 5 },
  ];
  for (const each of bad) {
    assert.equal(await nameOf(() => create({ ...openLoop, tools: [each] })), 'TypeError', JSON.stringify(each));
  }
  assert.equal(await nameOf(() => create({ ...openLoop, tools: [tool, tool] })), 'TypeError');
  assert.equal(await nameOf(() => create({ tools: [tool] })), 'TypeError');
  assert.equal(await nameOf(() => create({ tools: [tool], expectedOutputs: [{ type: 'text' }] })), 'TypeError');
  assert.ok(await create({ tools: [{ ...tool, execute: () => '' }] }));
  assert.ok(await create(openLoop));
});

test('what a schema throws reaches the caller', async () => {
  const cyclic = { type: 'object' };
  cyclic.self = cyclic;
  assert.equal(await nameOf(() => create({ ...openLoop, tools: [{ ...tool, inputSchema: cyclic }] })), 'TypeError');
  const error = new Error('of the page');
  const fail = () => {
    throw error;
  };
  const schemas = [
    { type: 'object', toJSON: fail },
    Object.defineProperty({ type: 'object' }, 'getter', { enumerable: true, get: fail }),
    new Proxy({ type: 'object' }, { get: (target, name) => (name === 'properties' ? fail() : target[name]) }),
  ];
  for (const schema of schemas) {
    assert.equal(await errorOf(() => create({ ...openLoop, tools: [{ ...tool, inputSchema: schema }] })), error);
  }
});

test('an answer without calls is a text, also if calls are expected', async () => {
  const session = await create({ expectedOutputs: [{ type: 'tool-call' }] });
  assert.equal(await session.prompt('Hello'), 'Hello');
  assert.equal(await (await create({ tools: [] })).prompt('Hello'), 'Hello');
});

test('the page runs the tools that the session does not', async () => {
  const session = await create(openLoop);
  const [text, call] = await session.prompt(`${CALL_TOOLS}Search!`);
  assert.deepEqual(text, { type: 'text', value: 'Search!' });
  assert.equal(call.type, 'tool-call');
  assert.ok(call.value instanceof LanguageModelToolCall);
  assert.deepEqual([call.value.callId, call.value.name, call.value.arguments], ['id0', 'lookup', { x: 1 }]);
  const results = [{ type: 'text', value: 'four' }, { type: 'object', value: { nested: [1] } }];
  const value = new LanguageModelToolSuccess({ callId: 'id0', name: 'lookup', result: results });
  const answer = await session.prompt([{ role: 'user', content: [{ type: 'tool-response', value }] }]);
  assert.ok(answer.includes(JSON.stringify({ id: 'id0', content: 'four\n{"nested":[1]}' })), answer);
  const error = new LanguageModelToolError({ callId: 'id0', name: 'lookup', errorMessage: 'failed' });
  const told = await (await create(openLoop)).prompt([{ role: 'user', content: [{ type: 'tool-response', value: error }] }]);
  assert.ok(told.includes('failed'));
});

test('streams and clones have calls, too', async () => {
  const tools = [tool, { ...tool, name: 'other', description: 'Other.' }];
  const session = await (await create({ ...openLoop, tools })).clone();
  const parts = [];
  for await (const part of session.promptStreaming(`${CALL_TOOLS}x`)) {
    parts.push(part);
  }
  assert.deepEqual(parts.filter(({ type }) => type === 'tool-call').map(({ value }) => [value.name, value.arguments]), [['lookup', { x: 1 }], ['other', {}]]);
});

test('calls and responses of the page are checked', async () => {
  const session = await create(openLoop);
  const call = (given) => ({ type: 'tool-call', value: new LanguageModelToolCall({ callId: 'c', name: 'lookup', arguments: given }) });
  const response = (type, value) => ({
    type: 'tool-response',
    value: new LanguageModelToolSuccess({ callId: 'c', name: 'lookup', result: [{ type, value }] }),
  });
  const prompt = (role, content, of = session) => nameOf(() => of.prompt([{ role, content: [content] }]));
  const cyclic = {};
  cyclic.self = cyclic;
  assert.equal(await prompt('assistant', call([])), 'DataError');
  assert.equal(await prompt('assistant', call(cyclic)), 'DataError');
  assert.equal(await prompt('user', call({})), 'TypeError');
  assert.equal(await prompt('assistant', response('text', 'x')), 'TypeError');
  assert.equal(await prompt('user', { type: 'tool-response', value: 'x' }), 'TypeError');
  assert.equal(await prompt('user', response('text', cyclic)), 'DataError');
  assert.equal(await prompt('user', response('text', () => {})), 'DataError');
  assert.equal(await prompt('user', response('text', 12345678901234567890n)), 'DataError');
  assert.equal(await prompt('user', response('object', new Map())), 'DataError');
  assert.equal(await prompt('user', response('image', {})), 'NotSupportedError');
  const unexpecting = await create({ expectedOutputs: [{ type: 'tool-call' }], tools: [tool] });
  assert.equal(await prompt('assistant', call({}), unexpecting), 'NotSupportedError');
});

test('the ID of a call has the name of the earlier draft, too', async () => {
  const named = { name: 'lookup', arguments: {}, result: [], errorMessage: 'failed' };
  for (const type of [LanguageModelToolCall, LanguageModelToolSuccess, LanguageModelToolError]) {
    for (const given of [{ callId: 'c' }, { callID: 'c' }, { callId: 'c', callID: 'd' }]) {
      const { callId, callID, name } = new type({ ...given, ...named });
      assert.deepEqual([callId, callID, name], ['c', 'c', 'lookup'], type.name);
    }
    assert.throws(() => new type(named), { name: 'TypeError', message: 'callId is missing' });
    assert.throws(() => new type(), { name: 'TypeError', message: 'callId is missing' });
    assert.throws(() => new type({ callID: 'c' }), { name: 'TypeError', message: 'name is missing' });
  }
});

test('calls in the history keep their arguments', async () => {
  const call = (fields) => ({ type: 'tool-call', value: new LanguageModelToolCall({ callId: 'c', name: 'lookup', ...fields }) });
  const content = [call({ arguments: { a: { b: [1] } } }), call({ arguments: undefined }), call({})];
  const session = await create({ ...openLoop, initialPrompts: [{ role: 'assistant', content }] });
  const answer = await session.prompt('Continue');
  const calls = [...answer.matchAll(/<call>(.*?)<\/call>/g)].map(([, json]) => JSON.parse(JSON.parse(json).function.arguments));
  assert.deepEqual(calls, [{ a: { b: [1] } }, {}, {}]);
});

test('a model that calls tools again and again is stopped', async () => {
  const engine = echoEngine();
  const asked = [];
  engine.chat.completions.create = async ({ messages }) => {
    asked.push(messages.length);
    return [{ choices: [{ delta: { tool_calls: [{ index: 0, id: 'a', function: { name: 'lookup', arguments: '' } }] } }] }];
  };
  const session = await create({ tools: [{ ...tool, execute: () => 5 }] }, engine);
  assert.equal(await nameOf(() => session.prompt('x')), 'OperationError');
  assert.equal(asked.length, 8);
});
