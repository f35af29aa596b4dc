import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './site.js';

const { answerWithTools, MAX_TOOL_ROUNDS } = await load('tool-loop.js');

const call = (id, name) => ({ id, type: 'function', function: { name, arguments: '{}' } });
const calling = (...calls) => [{ choices: [{ delta: { content: 'Hm.', tool_calls: calls.map((each, index) => ({ index, ...each })) } }] }];
const saying = (content) => [{ choices: [{ delta: { content }, finish_reason: 'stop' }] }];
const question = { role: 'user', content: 'q' };

/** Lets scripted answers follow each other. */
function loop(answers, options = {}) {
  const asked = [];
  const ask = async (messages) => {
    asked.push(messages);
    return answers[Math.min(asked.length, answers.length) - 1];
  };
  const { signal } = new AbortController();
  return { asked, ended: answerWithTools({ messages: [question], ask, run: ({ id }) => `result of ${id}`, signal, ...options }) };
}

test('runs the tools of a message and asks again, with their results in order', async () => {
  const results = [];
  const { asked, ended } = loop([calling(call('a', 'x'), call('b', 'y')), saying('Done.')], {
    run: async ({ id }) => {
      await new Promise((resolve) => setTimeout(resolve, id === 'a' ? 5 : 0));
      return id;
    },
    onResult: ({ id }, result) => results.push([id, result]),
  });
  const { added, last, isEndless } = await ended;
  assert.equal(last.content, 'Done.');
  assert.equal(isEndless, false);
  assert.deepEqual(results, [['a', 'a'], ['b', 'b']]);
  assert.deepEqual(asked[1].map(({ role }) => role), ['user', 'assistant', 'tool', 'tool']);
  assert.deepEqual(asked[1][3], { role: 'tool', tool_call_id: 'b', name: 'y', content: 'b' });
  assert.equal(added.length, 4);
});

test('ends with a message whose calls it can not run', async () => {
  const { added } = await loop([calling(call('a', 'x'))], { canRun: () => false }).ended;
  assert.deepEqual(added, [{ role: 'assistant', content: 'Hm.', tool_calls: [call('a', 'x')] }]);
});

test('does not run the calls of an aborted message, which may be incomplete', async () => {
  const controller = new AbortController();
  const completed = [];
  const { added } = await loop([calling(call('a', 'x'))], {
    signal: controller.signal,
    run: () => assert.fail('was run'),
    onGrowth: () => controller.abort(),
    onComplete: (answer, calls) => completed.push(calls),
  }).ended;
  assert.deepEqual(completed, [[]]);
  assert.deepEqual(added, [{ role: 'assistant', content: 'Hm.' }]);
});

test('ends with an answer that calls tools again and again', async () => {
  const { asked, ended } = loop([calling(call('a', 'x'))]);
  assert.equal((await ended).isEndless, true);
  assert.equal(asked.length, MAX_TOOL_ROUNDS);
});
