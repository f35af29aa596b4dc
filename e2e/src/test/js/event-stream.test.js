import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './site.js';

const { eventData } = await load('event-stream.js');

/** Returns the data of events whose bytes arrive in chunks of this size. */
async function read(text, size) {
  const bytes = new TextEncoder().encode(text);
  const body = new ReadableStream({
    start(controller) {
      for (let i = 0; i < bytes.length; i += size) {
        controller.enqueue(bytes.slice(i, i + size));
      }
      controller.close();
    },
  });
  return Array.fromAsync ? Array.fromAsync(eventData(body)) : collected(eventData(body));
}

async function collected(iterable) {
  const all = [];
  for await (const each of iterable) {
    all.push(each);
  }
  return all;
}

test('reads events, however their bytes are cut', async () => {
  const text = 'data: {"a":"é☕"}\r\n\r\n: comment\nevent: x\ndata:b\ndata:  c\n\nid: 1\n\ndata: [DONE]\r\r';
  for (let size = 1; size <= text.length; size++) {
    assert.deepEqual(await read(text, size), ['{"a":"é☕"}', 'b\n c', '[DONE]'], `${size} bytes at a time`);
  }
});

test('reads an event that the end cuts', async () => {
  assert.deepEqual(await read('data: a', 3), ['a']);
  assert.deepEqual(await read('', 1), []);
});
