import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './site.js';

const { conversationOf, figuresOf, fromFile, InvalidConversation, toFile } = await load('conversation-format.js');
const { branch, find, showBranch } = await load('conversations.js');
const { InvalidField } = await load('schema.js');

const valid = () => ({
  id: 'a',
  title: 'Crema',
  created: 1,
  updated: 2,
  leaf: '4',
  messages: [
    { id: '1', parent: null, role: 'user', content: 'What is 2+2?' },
    {
      id: '2',
      parent: '1',
      role: 'assistant',
      content: '',
      reasoning_content: 'Hm.',
      tool_calls: [{ id: 'c', type: 'function', function: { name: 'calculator', arguments: '{}' } }],
      info: {
        finish_reason: 'stop',
        model: 'm',
        server: 's',
        usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3, prompt_tokens_details: { cached_tokens: 0 } },
        timings: { predicted_n: 1, predicted_ms: 2.5 },
      },
    },
    { id: '3', parent: '2', role: 'tool', tool_call_id: 'c', name: 'calculator', content: '4' },
    { id: '4', parent: '3', role: 'assistant', content: '4' },
  ],
});

/** Returns the error of a conversation that a function has changed. */
function invalid(change) {
  const conversation = valid();
  change(conversation);
  try {
    conversationOf(conversation);
  } catch (cause) {
    assert.ok(cause instanceof InvalidField, `${cause}`);
    return `${cause.field} ${cause.problem}`;
  }
  return 'accepted';
}

test('a whole conversation is copied field by field', () => {
  assert.deepEqual(conversationOf(valid()), valid());
  assert.deepEqual(fromFile(toFile([valid()])), [valid()]);
});

const WRONG = [
  ['updated time', (c) => { c.updated = -8640000000000001; }],
  ['updated time', (c) => { c.updated = -1; }],
  ['updated time', (c) => { c.updated = 253402300800000; }],
  ['updated time', (c) => { c.updated = NaN; }],
  ['created time', (c) => { c.created = '2026-01-01'; }],
  ['created time', (c) => { delete c.created; }],
  ['id empty', (c) => { c.id = ''; }],
  ['id long', (c) => { c.id = 'x'.repeat(201); }],
  ['id text', (c) => { c.id = 7; }],
  ['title text', (c) => { c.title = null; }],
  ['title long', (c) => { c.title = 'x'.repeat(1001); }],
  ['leaf leaf', (c) => { c.leaf = 'x'; }],
  ['leaf text', (c) => { delete c.leaf; }],
  ['messages list', (c) => { c.messages = {}; }],
  ['messages list', (c) => { delete c.messages; }],
  ['messages[1] object', (c) => { c.messages[1] = null; }],
  ['messages[0].role choice', (c) => { c.messages[0].role = 'system'; }],
  ['messages[0].role choice', (c) => { c.messages[0].role = 'constructor'; }],
  ['messages[0].role choice', (c) => { delete c.messages[0].role; }],
  ['messages[0].content text', (c) => { c.messages[0].content = [{ type: 'text', text: 'x' }]; }],
  ['messages[0].content text', (c) => { c.messages[0].content = null; }],
  ['messages[4].id repeated', (c) => { c.messages.push({ ...c.messages[0] }); }],
  ['messages[1].parent parent', (c) => { c.messages[1].parent = '4'; }],
  ['messages[1].parent parent', (c) => { c.messages[1].parent = '2'; }],
  ['messages[0].parent text', (c) => { delete c.messages[0].parent; }],
  ['messages[0].tool_calls unknown', (c) => { c.messages[0].tool_calls = []; }],
  ['messages[0].attachments unknown', (c) => { c.messages[0].attachments = []; }],
  ['messages[0].__proto__ unknown', (c) => { c.messages[0] = JSON.parse('{"__proto__": {}, "id": "1", "parent": null, "role": "user", "content": ""}'); }],
  ['pinned unknown', (c) => { c.pinned = true; }],
  ['messages[1].reasoning_content text', (c) => { c.messages[1].reasoning_content = 1; }],
  ['messages[1].tool_calls list', (c) => { c.messages[1].tool_calls = 'x'; }],
  ['messages[1].tool_calls[0].id text', (c) => { delete c.messages[1].tool_calls[0].id; }],
  ['messages[1].tool_calls[0].type choice', (c) => { c.messages[1].tool_calls[0].type = 'x'; }],
  ['messages[1].tool_calls[0].function object', (c) => { delete c.messages[1].tool_calls[0].function; }],
  ['messages[1].tool_calls[0].function.arguments text', (c) => { c.messages[1].tool_calls[0].function.arguments = {}; }],
  ['messages[1].info object', (c) => { c.messages[1].info = []; }],
  ['messages[1].info.usage.prompt_tokens number', (c) => { c.messages[1].info.usage.prompt_tokens = '1'; }],
  ['messages[1].info.timings.predicted_ms number', (c) => { c.messages[1].info.timings.predicted_ms = -1; }],
  ['messages[2].tool_call_id text', (c) => { c.messages[2].tool_call_id = 1; }],
];

test('the first wrong field is named', () => {
  for (const [expected, change] of WRONG) {
    assert.equal(invalid(change), expected);
  }
});

/** Calls a function with each object or list in a value, and each of its keys. */
function visit(value, action) {
  if (typeof value === 'object' && value !== null) {
    for (const key of Object.keys(value)) {
      visit(value[key], action);
      action(value, key);
    }
  }
}

test('whatever is accepted can be shown, searched and stored', () => {
  const values = [undefined, null, true, -1, 0, 1.5, 8.64e15, 8.64e15 + 1, -8.64e15 - 1, 1e300, NaN, Infinity, '', '1', 'x', '\ud800', [], [null], {}, { a: 1 }];
  let accepted = 0;
  let refused = 0;
  const count = [];
  visit(valid(), (_, key) => count.push(key));
  for (let place = 0; place < count.length; place++) {
    for (const value of values) {
      const changed = valid();
      let at = 0;
      visit(changed, (parent, key) => {
        if (at++ === place) {
          parent[key] = value;
        }
      });
      try {
        const conversation = conversationOf(changed);
        accepted++;
        assert.ok(!Number.isNaN(new Date(conversation.updated).getTime()));
        assert.ok(branch(conversation).length > 0 || conversation.leaf === null);
        find(conversation, 'x');
        showBranch(conversation, conversation.messages[0]);
        assert.deepEqual(conversationOf(structuredClone(conversation)), conversation);
      } catch (cause) {
        assert.ok(cause instanceof InvalidField, `${cause.stack}`);
        assert.ok(cause.field !== '' && cause.problem !== '');
        refused++;
      }
    }
  }
  assert.ok(accepted > 50 && refused > 400, `${accepted} accepted, ${refused} refused`);
});

test('figures of other servers are dropped, not refused', () => {
  const conversation = valid();
  conversation.messages[1].info.usage.completion_tokens_details = { reasoning_tokens: 1 };
  conversation.messages[1].info.timings.prompt_per_second = 1;
  assert.deepEqual(conversationOf(conversation), valid());
  assert.deepEqual(figuresOf({ finish_reason: 7, usage: { prompt_tokens: '5' }, timings: { predicted_n: 1, other: 2 } }), {
    finish_reason: undefined,
    usage: undefined,
    timings: { predicted_n: 1 },
  });
});

test('a file names the conversation that is wrong', () => {
  const file = (content) => fromFile(JSON.stringify(content));
  const whole = { format: 'demitasse conversations', version: 1, conversations: [valid(), { ...valid(), title: ' Tea ', updated: -1 }] };
  assert.throws(() => file(whole), (cause) => cause instanceof InvalidConversation && cause.title === 'Tea' && cause.index === 1 && cause.invalid.field === 'updated');
  assert.throws(() => file({ ...whole, version: 2 }), (cause) => cause instanceof InvalidField && cause.field === 'version' && cause.problem === 'version');
  assert.throws(() => file({ ...whole, conversations: {} }), (cause) => cause.field === 'conversations' && cause.problem === 'list');
  assert.throws(() => file({ ...whole, extra: 1 }), (cause) => cause.field === 'extra' && cause.problem === 'unknown');
  for (const content of ['', 'null', '[]', '"x"', '{"format": 1}', '<html>', '{"format": "demitasse conversations"']) {
    assert.equal(fromFile(content), null, content);
  }
});

test('long conversations are read in linear time', () => {
  const messages = Array.from({ length: 100_000 }, (_, i) => ({ id: `${i}`, parent: i === 0 ? null : `${i - 1}`, role: 'user', content: '' }));
  const conversation = conversationOf({ ...valid(), leaf: '99999', messages });
  assert.equal(branch(conversation).length, 100_000);
  showBranch(conversation, conversation.messages[0]);
  assert.equal(conversation.leaf, '99999');
  assert.throws(() => conversationOf({ ...valid(), messages: [...messages, messages[0]] }), { problem: 'many' });
});
