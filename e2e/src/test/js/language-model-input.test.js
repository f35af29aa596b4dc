import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './site.js';

const { checkSettings, merged, messagesOf, supports } = await load('language-model-input.js');
const { constraintOf } = await load('language-model-constraint.js');

test('a prompt becomes messages', () => {
  assert.deepEqual(messagesOf('Hi', false), [{ role: 'user', content: 'Hi' }]);
  assert.deepEqual(messagesOf([], false), [{ role: 'user', content: '' }]);
  const content = [{ type: 'text', value: 'a' }, { type: 'text', value: 'b' }];
  assert.deepEqual(messagesOf([{ role: 'user', content }], true), [{ role: 'user', content: 'ab' }]);
});

test('only the last message, an assistant\'s, may be a prefix', () => {
  const prefix = { role: 'assistant', content: 'a', prefix: true };
  assert.deepEqual(messagesOf([prefix], false), [prefix]);
  assert.throws(() => messagesOf([prefix, { role: 'user', content: 'b' }], false), { name: 'SyntaxError' });
  assert.throws(() => messagesOf([{ ...prefix, role: 'user' }], false), { name: 'SyntaxError' });
});

test('a system message must be the first', () => {
  const system = { role: 'system', content: 'Be brief.' };
  assert.deepEqual(messagesOf([system], false), [system]);
  assert.throws(() => messagesOf([system], true), TypeError);
  assert.throws(() => messagesOf([{ role: 'user', content: '' }, system], false), TypeError);
});

test('only text is supported', () => {
  assert.equal(supports({ expectedInputs: [{ type: 'text', languages: ['en'] }] }), true);
  assert.equal(supports({ expectedInputs: [{ type: 'image' }] }), false);
  assert.throws(() => supports({ expectedInputs: [{ type: 'smell' }] }), TypeError);
  assert.throws(() => messagesOf([{ role: 'user', content: [{ type: 'image', value: '' }] }], false), { name: 'NotSupportedError' });
});

test('adjacent messages of one role are merged, except tool results', () => {
  const user = (content) => ({ role: 'user', content });
  const tool = { role: 'tool', tool_call_id: '1', content: '{}' };
  assert.deepEqual(merged([user('a'), user('b'), tool, tool]), [user('a\n\nb'), tool, tool]);
  const begun = { role: 'assistant', content: 'a', prefix: true };
  assert.deepEqual(merged([begun, { role: 'assistant', content: 'b' }]), [{ role: 'assistant', content: 'ab' }]);
  assert.deepEqual(merged([begun]), [{ role: 'assistant', content: 'a' }]);
});

test('settings are checked and limited', () => {
  assert.deepEqual(checkSettings({}), { temperature: undefined, topK: undefined, samplingMode: 'balanced', inputs: [], returnsCalls: false, tools: [] });
  assert.equal(checkSettings({ temperature: 5 }).temperature, 2);
  assert.equal(checkSettings({ topK: 500.5 }).topK, 128);
  assert.throws(() => checkSettings({ temperature: -1 }), RangeError);
  assert.throws(() => checkSettings({ topK: 0 }), RangeError);
  assert.throws(() => checkSettings({ samplingMode: 'creative', topK: 3 }), TypeError);
  assert.throws(() => checkSettings({ tools: [{ name: 'a' }] }), TypeError);
});

test('a JSON schema becomes a response format', () => {
  const schema = { type: 'object' };
  assert.deepEqual(constraintOf({}).request, {});
  assert.deepEqual(constraintOf({ responseConstraint: schema }).request.response_format.json_schema.schema, schema);
  assert.throws(() => constraintOf({ responseConstraint: /a/s }), { name: 'NotSupportedError' });
  assert.throws(() => constraintOf({ omitResponseConstraintInput: true }), TypeError);
});
