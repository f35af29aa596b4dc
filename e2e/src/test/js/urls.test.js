import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './site.js';

const { parseUrl } = await load('urls.js');

test('parses a URL relative to a base', () => {
  assert.equal(parseUrl('model.gguf', 'https://example.com/site/').href, 'https://example.com/site/model.gguf');
});

test('returns null for a text that is not a URL', () => {
  assert.equal(parseUrl('model.gguf'), null);
  assert.equal(parseUrl('https://'), null);
});
