import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './site.js';

const { AnswerBuilder } = await load('answer-builder.js');

function built(...chunks) {
  const answer = new AnswerBuilder();
  chunks.forEach((chunk) => answer.add(chunk));
  return answer;
}

const delta = (value, reason = null) => ({ choices: [{ delta: value, finish_reason: reason }] });

test('joins content and reasoning', () => {
  const answer = built(delta({ role: 'assistant' }), delta({ reasoning_content: 'Hm' }), delta({ content: 'Hel' }), delta({ content: 'lo' }, 'stop'));
  assert.equal(answer.content, 'Hello');
  assert.equal(answer.reasoning, 'Hm');
  assert.equal(answer.finishReason, 'stop');
});

test('an answer that was stopped has no reason', () => {
  assert.equal(built(delta({ content: 'Hel' })).finishReason, undefined);
});

test('keeps usage and timings of chunks without choices', () => {
  const answer = built(delta({ content: 'a' }, 'stop'), { choices: [], usage: { total_tokens: 3 }, timings: { predicted_n: 1 } }, {});
  assert.deepEqual(answer.usage, { total_tokens: 3 });
  assert.deepEqual(answer.timings, { predicted_n: 1 });
});

test('joins the pieces of tool calls, which may lack index and id', () => {
  const answer = built(
    delta({ tool_calls: [{ index: 0, id: 'a', function: { name: 'calculator', arguments: '' } }] }),
    delta({ tool_calls: [{ index: 0, function: { arguments: '{"x"' } }, { index: 2, function: { name: 'time' } }] }),
    delta({ tool_calls: [{ function: { arguments: ':1}' } }] }, 'tool_calls'),
  );
  assert.deepEqual(answer.calls.filter(Boolean), [
    { id: 'a', type: 'function', function: { name: 'calculator', arguments: '{"x":1}' } },
    { id: 'call_2', type: 'function', function: { name: 'time', arguments: '' } },
  ]);
});
