import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './site.js';

const { openAiFetch } = await load('openai-fetch.js');
const { DemitasseError } = await load('errors.js');

/** An engine whose calls stream items, and then fail if there is an error. */
function engine(items, error) {
  const create = async () =>
    Object.assign(
      (async function* () {
        yield* items;
        if (error) {
          throw error;
        }
      })(),
      { controller: new AbortController() },
    );
  return { model: { name: 'a/b' }, chat: { completions: { create } }, completions: { create }, responses: { create }, embeddings: { create } };
}

const post = (path, items, error) =>
  openAiFetch(engine(items, error))(`https://host.invalid/v1${path}`, { method: 'POST', body: JSON.stringify({ stream: true }) });

test('chunks of completions end with a mark', async () => {
  const response = await post('/chat/completions', [{ a: 1 }, { b: 2 }]);
  assert.equal(response.headers.get('Content-Type'), 'text/event-stream');
  assert.equal(await response.text(), 'data: {"a":1}\n\ndata: {"b":2}\n\ndata: [DONE]\n\n');
});

test('events of responses are named by their types', async () => {
  const response = await post('/responses', [{ type: 'response.created' }, { type: 'response.completed', n: 1 }]);
  assert.equal(
    await response.text(),
    'event: response.created\ndata: {"type":"response.created"}\n\nevent: response.completed\ndata: {"type":"response.completed","n":1}\n\n',
  );
});

test('an error before the first chunk has a status, and a later one is an event', async () => {
  const error = new DemitasseError('temperature is bad', { status: 400, param: 'temperature' });
  const refused = await post('/responses', [], error);
  assert.equal(refused.status, 400);
  assert.equal((await refused.json()).error.param, 'temperature');
  const chunk = await post('/chat/completions', [{ a: 1 }], error);
  assert.match(await chunk.text(), /\ndata: \{"error":\{"message":"temperature is bad","type":"invalid_request_error"/);
  const event = await post('/responses', [{ type: 'response.created' }], error);
  assert.match(await event.text(), /\nevent: error\ndata: \{"message":"temperature is bad","type":"error"/);
});

test('models are listed and found by their names', async () => {
  const get = async (path) => (await openAiFetch(engine([]))(`https://host.invalid/v1${path}`)).json();
  assert.deepEqual((await get('/models')).data.map(({ id }) => id), ['a/b']);
  assert.equal((await get('/models/a%2Fb')).id, 'a/b');
  assert.match((await get('/other')).error.message, /there is no GET \/v1\/other/);
});
