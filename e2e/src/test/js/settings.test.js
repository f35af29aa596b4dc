import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeStorage, load } from './site.js';

const KEY = 'demitasse settings';
let onStorage;
globalThis.addEventListener = (type, listener) => {
  assert.equal(type, 'storage');
  onStorage = listener;
};
globalThis.localStorage = new FakeStorage();
localStorage.setItem(
  KEY,
  JSON.stringify({ theme: 'dark', language: 'xx', topK: 0, topP: 0.5, tools: 'yes', systemPrompt: 'Be brief.', apiKey: 'old', unknown: 'x' }),
);
const { change, needReload, onSettings, reset, settings } = await load('settings.js');

test('keeps stored values that are valid and no others', () => {
  assert.equal(settings.theme, 'dark');
  assert.equal(settings.topP, 0.5);
  assert.equal(settings.systemPrompt, 'Be brief.');
  assert.equal(settings.language, 'auto');
  assert.equal(settings.topK, null);
  assert.equal(settings.tools, false);
  assert.ok(!('unknown' in settings));
});

test('forgets a key that an earlier version has stored, at the end of the visit', () => {
  assert.equal(settings.apiKey, 'old');
  assert.ok(!localStorage.getItem(KEY).includes('old'));
  change({ apiKey: '' });
});

test('stores only what differs from the defaults, and names what changed', () => {
  const changes = [];
  onSettings((names) => changes.push(names));
  change({ theme: 'system', topP: null, systemPrompt: '', threads: 4 });
  assert.deepEqual(JSON.parse(localStorage.getItem(KEY)), { threads: 4 });
  change({ threads: 4 });
  assert.deepEqual(changes, [['theme', 'systemPrompt', 'topP', 'threads']]);
});

test('a change of another tab is taken over', () => {
  localStorage.setItem(KEY, JSON.stringify({ minP: 0.1 }));
  onStorage({ key: 'other' });
  assert.equal(settings.minP, null);
  onStorage({ key: KEY });
  assert.equal(settings.minP, 0.1);
  assert.equal(settings.threads, null);
});

test('stores the key of a server only if that is wanted', () => {
  change({ baseURL: 'https://a.example/v1', apiKey: 'secret' });
  assert.ok(!localStorage.getItem(KEY).includes('secret'));
  onStorage({ key: KEY }); // another tab has changed a setting
  assert.equal(settings.apiKey, 'secret');
  change({ rememberKey: true });
  assert.equal(JSON.parse(localStorage.getItem(KEY)).apiKey, 'secret');
  change({ rememberKey: false });
  assert.ok(!localStorage.getItem(KEY).includes('secret'));
});

test('forgets the key with its server', () => {
  change({ baseURL: 'https://a.example/v2' });
  assert.equal(settings.apiKey, 'secret');
  for (const other of ['https://b.example/v1', 'http://a.example/v1', 'https://a.example:8443/v1', '', 'no URL']) {
    change({ baseURL: 'https://a.example/v1', apiKey: 'secret' });
    change({ baseURL: other });
    assert.equal(settings.apiKey, '', other);
  }
  change({ baseURL: '' });
});

test('a reset keeps the model', () => {
  change({ model: 'https://example.com/model.gguf', seed: 7 });
  reset();
  assert.equal(settings.seed, null);
  assert.equal(settings.model, 'https://example.com/model.gguf');
});

test('knows which settings need the model to be reloaded', () => {
  assert.equal(needReload(['theme', 'device']), true);
  assert.equal(needReload(['theme', 'temperature', 'model']), false);
});
