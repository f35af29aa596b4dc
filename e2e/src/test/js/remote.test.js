import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { load } from './site.js';

const { fits, loadOrAskRemote, remoteEngine, whyTooLarge } = await load('remote.js');
const { DemitasseError } = await load('errors.js');

const GIB = 2 ** 30;
const realFetch = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = realFetch;
});

test('a model fits into a share of the memory; 8 GiB may be more', () => {
  assert.equal(fits({ empty: 3 * GIB, device: 4 * GIB }), true);
  assert.equal(fits({ empty: 3.5 * GIB, device: 4 * GIB }), false);
  assert.equal(fits({ empty: 20 * GIB, device: 8 * GIB }), true);
  assert.equal(fits({ empty: 20 * GIB }), true);
  assert.match(whyTooLarge({ memory: { empty: 4e9, device: 2e9 } }), /needs 4000 MB .* has about 2000 MB/);
});

test('a server is used only if the device is unfit and the user agrees', async () => {
  const unfit = () => Promise.reject(new DemitasseError('too small', { status: 507, code: 'device_unfit' }));
  const server = { baseURL: 'https://server.example/v1/', remoteModel: 'm' };
  const reasons = [];
  const engine = await loadOrAskRemote(unfit, { ...server, allowRemote: (reason) => reasons.push(reason) > 0 });
  assert.deepEqual(reasons, ['too small']);
  assert.deepEqual(engine.device, { kind: 'remote', threads: 0, reason: 'too small', host: 'server.example' });
  await assert.rejects(loadOrAskRemote(unfit, { ...server, allowRemote: () => 'yes' }), /too small/);
  await assert.rejects(loadOrAskRemote(unfit, server), /allowRemote must be a function/);
  const broken = () => Promise.reject(new Error('no network'));
  await assert.rejects(loadOrAskRemote(broken, { ...server, allowRemote: () => assert.fail() }), /no network/);
});

test('the key goes into a header, the model into the request', async () => {
  let sent;
  globalThis.fetch = async (url, init) => {
    sent = { url, init };
    return Response.json({ choices: [] });
  };
  const engine = await remoteEngine({ baseURL: 'https://server.example/v1', apiKey: 'k', model: 'm' });
  await engine.chat.completions.create({ messages: [], speculative: false });
  assert.equal(sent.url, 'https://server.example/v1/chat/completions');
  assert.equal(sent.init.headers.Authorization, 'Bearer k');
  assert.deepEqual(JSON.parse(sent.init.body), { messages: [], model: 'm' });
});

test('errors of a server keep their status', async () => {
  globalThis.fetch = async () => Response.json({ error: { message: 'bad', param: 'x' } }, { status: 400 });
  const engine = await remoteEngine({ baseURL: 'https://server.example/v1', model: 'm' });
  await assert.rejects(engine.completions.create({}), { name: 'DemitasseError', message: 'bad', status: 400, param: 'x' });
});

test('a base URL with a user, a query or a fragment is refused', async () => {
  for (const baseURL of ['ftp://a/v1', 'https://u@a/v1', 'https://a/v1?x', 'https://a/v1#x', 'a']) {
    await assert.rejects(remoteEngine({ baseURL, model: 'm' }), TypeError, baseURL);
  }
});
