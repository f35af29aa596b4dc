import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './site.js';

const { isFromLink, parseUrl } = await load('urls.js');

test('parses a URL relative to a base', () => {
  assert.equal(parseUrl('model.gguf', 'https://example.com/site/').href, 'https://example.com/site/model.gguf');
});

test('returns null for a text that is not a URL', () => {
  assert.equal(parseUrl('model.gguf'), null);
  assert.equal(parseUrl('https://'), null);
});

test('knows which models the link of the page may name', () => {
  const open = (link) => (globalThis.location = new URL(link, 'https://page.example/'));
  const isNamed = (model) => isFromLink(new URL(model, location.href));
  for (const link of [
    '?model=https://evil.example/a.gguf',
    '?m=https%3A%2F%2Fevil.example%2Fa.gguf',
    '?host=evil.example',
    '#https://evil.example/a.gguf',
    '?q=%E0%A4%A#evil.example', // not decodable
  ]) {
    open(link);
    assert.equal(isNamed('https://evil.example/a.gguf'), true, link);
    assert.equal(isNamed('https://other.example/a.gguf'), false, link);
    assert.equal(isNamed('models/a.gguf'), false, link);
  }
  open('?model=hf:owner/name');
  assert.equal(isNamed('hf:owner/name'), true);
  assert.equal(isNamed('hf:owner/another'), false);
  open('?model=https://page.example/a.gguf&local=a.gguf');
  assert.equal(isNamed('https://page.example/a.gguf'), false);
  assert.equal(isNamed('local:a.gguf'), false);
  open('');
  assert.equal(isNamed('https://evil.example/a.gguf'), false);
  delete globalThis.location;
});
