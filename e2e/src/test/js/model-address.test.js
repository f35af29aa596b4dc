import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './site.js';

globalThis.document ??= { baseURI: 'https://example.com/chat/' };
const { canonicalAddress, fileAtCommit, parseAddress } = await load('model-address.js');

const endpoint = 'https://huggingface.co';
const hub = (repository, rest = {}) => ({ endpoint, repository, ...rest });

for (const [text, expected] of [
  ['HuggingFaceTB/SmolLM3-3B-GGUF', hub('HuggingFaceTB/SmolLM3-3B-GGUF')],
  ['a/b:Q4_K_M', hub('a/b', { quantization: 'Q4_K_M' })],
  ['a/b@v1.0', hub('a/b', { revision: 'v1.0' })],
  ['a/b@v1.0:Q8_0', hub('a/b', { revision: 'v1.0', quantization: 'Q8_0' })],
  ['hf:a/b', hub('a/b')],
  ['hf://a/b', hub('a/b')],
  ['HF:a/b:IQ4_XS', hub('a/b', { quantization: 'IQ4_XS' })],
  ['hf:a/b/model.gguf', hub('a/b', { path: 'model.gguf' })],
  ['hf:a/b@main/in/model.gguf', hub('a/b', { revision: 'main', path: 'in/model.gguf' })],
  ['hf:a/b/folder/', hub('a/b', { path: 'folder/' })],
  ['https://huggingface.co/a/b', hub('a/b')],
  ['https://huggingface.co/a/b/', hub('a/b')],
  ['https://hf.co/a/b', hub('a/b')],
  ['https://huggingface.co/a/b/tree/main', hub('a/b', { revision: 'main' })],
  ['https://huggingface.co/a/b/tree/main/in', hub('a/b', { revision: 'main', path: 'in/' })],
  ['https://huggingface.co/a/b/blob/main/m%20x.gguf', hub('a/b', { revision: 'main', path: 'm x.gguf' })],
  ['https://huggingface.co/a/b/resolve/main/in/m.gguf?download=true', hub('a/b', { revision: 'main', path: 'in/m.gguf' })],
  ['model.gguf', { url: 'https://example.com/chat/model.gguf' }],
  ['models/model.gguf', { url: 'https://example.com/chat/models/model.gguf' }],
  ['models/shards.json', { url: 'https://example.com/chat/models/shards.json' }],
  ['./models/folder/', { url: 'https://example.com/chat/models/folder/' }],
  ['folder/', { url: 'https://example.com/chat/folder/' }],
  ['/models/folder', { url: 'https://example.com/models/folder' }],
  ['../a/b', { url: 'https://example.com/a/b' }],
  ['https://other.example/a/b', { url: 'https://other.example/a/b' }],
  ['local:my.gguf', { url: 'local:my.gguf' }],
  ['a/b/c', { url: 'https://example.com/chat/a/b/c' }],
]) {
  test(`parses ${text}`, () => assert.deepEqual(parseAddress(text), expected));
}

for (const text of [
  'hf:',
  'hf:a',
  'hf:a/b@',
  'hf:a/b:',
  'hf:a/b/m.gguf:Q4_0',
  'hf:a b/c',
  'hf:a/..',
  'hf:-a/b',
  'https://huggingface.co/',
  'https://huggingface.co/a',
  'https://huggingface.co/a/b/discussions/1',
  'https://huggingface.co/a/b/tree',
  'https://huggingface.co/docs',
  'https://huggingface.co/a/b/blob/main/%zz.gguf',
]) {
  test(`refuses ${text}`, () => assert.throws(() => parseAddress(text), { name: 'TypeError', message: /is not an address of a model/ }));
}

test('a mirror takes the place of the public Hub', () => {
  const mirror = 'https://mirror.example/hub';
  assert.deepEqual(parseAddress('a/b', `${mirror}/`), { endpoint: mirror, repository: 'a/b' });
  assert.deepEqual(parseAddress('https://huggingface.co/a/b', mirror), { endpoint: mirror, repository: 'a/b' });
  assert.deepEqual(parseAddress(`${mirror}/a/b/blob/main/m.gguf`, mirror), { endpoint: mirror, repository: 'a/b', revision: 'main', path: 'm.gguf' });
  assert.deepEqual(parseAddress('https://mirror.example/a/b', mirror), { url: 'https://mirror.example/a/b' });
});

test('recognizes a file at a commit', () => {
  const commit = '0123456789abcdef0123456789abcdef01234567';
  assert.deepEqual(fileAtCommit(`${endpoint}/a/b/resolve/${commit}/in/m%20x.gguf`, endpoint), { repository: 'a/b', commit, path: 'in/m x.gguf' });
  assert.equal(fileAtCommit(`${endpoint}/a/b/resolve/main/m.gguf`, endpoint), null);
  assert.equal(fileAtCommit('https://other.example/m.gguf', endpoint), null);
});

test('the canonical address parses to the same address', () => {
  for (const text of ['a/b', 'a/b@v1:Q4_0', 'hf:a/b@refs%2Fpr%2F1/in/m x#1.gguf', 'https://huggingface.co/a/b/blob/main/m%20x.gguf', 'm.gguf']) {
    const canonical = canonicalAddress(text);
    assert.equal(new URL(canonical).href, canonical);
    assert.deepEqual(parseAddress(canonical), parseAddress(text));
  }
  assert.equal(canonicalAddress('hf:a/b/m x#1.gguf'), 'hf:a/b/m%20x%231.gguf');
});
