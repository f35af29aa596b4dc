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
  JSON.stringify({ theme: 'dark', language: 'xx', topK: 0, topP: 0.5, tools: 'yes', systemPrompt: 'Be brief.', unknown: 'x' }),
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
