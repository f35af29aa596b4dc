import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './site.js';

const { Hub, storedModel } = await load('hub.js');

const endpoint = 'https://hub.example';
const commit = '0123456789abcdef0123456789abcdef01234567';
const GB = 1e9;

/** Answers requests like the Hub's API, with a tree in pages of three entries. */
function serve(files, { gated = false } = {}) {
  const requests = [];
  const entries = Object.entries(files).map(([path, size]) => ({ type: 'file', path, size, lfs: { oid: `sha of ${path}`, size } }));
  entries.splice(1, 0, { type: 'directory', path: 'in', size: 0 });
  globalThis.fetch = async (url, { headers = {} } = {}) => {
    requests.push([url, new Headers(headers).get('authorization')]);
    const { pathname, searchParams } = new URL(url);
    if (pathname.startsWith('/api/models/a/b/tree/')) {
      const from = Number(searchParams.get('cursor') ?? 0);
      const next = from + 3 < entries.length ? { Link: `<${endpoint}${pathname}?recursive=true&cursor=${from + 3}>; rel="next"` } : {};
      return Response.json(entries.slice(from, from + 3), { headers: next });
    }
    if (gated) {
      return new Response('', { status: 401, headers: { 'X-Error-Code': 'GatedRepo' } });
    }
    if (pathname === '/api/models/a/b' || pathname === '/api/models/a/b/revision/v1') {
      return Response.json({ sha: commit });
    }
    return new Response('', { status: 404, headers: pathname.startsWith('/api/models/a/b/') ? { 'X-Error-Code': 'RevisionNotFound' } : {} });
  };
  return requests;
}

const find = (address, options) => new Hub(endpoint).find({ endpoint, repository: 'a/b', ...address }, options);
const fileOf = async (files, address = {}, options = {}) => {
  serve(files);
  const { url } = await find(address, options);
  assert.ok(url.startsWith(`${endpoint}/a/b/resolve/${commit}/`), url);
  return url.slice(`${endpoint}/a/b/resolve/${commit}/`.length);
};

const THREE_BILLION = {
  'README.md': 1e4,
  'm-BF16.gguf': 6.2 * GB,
  'm-IQ3_M.gguf': 1.4 * GB,
  'm-Q2_K.gguf': 1.2 * GB,
  'm-Q4_K_M.gguf': 1.9 * GB,
  'm-Q8_0.gguf': 3.3 * GB,
  'mmproj-m-F16.gguf': 0.6 * GB,
};

test('picks Q4_K_M for a large model', async () => assert.equal(await fileOf(THREE_BILLION), 'm-Q4_K_M.gguf'));

test('picks a smaller type for a small device', async () =>
  assert.equal(await fileOf(THREE_BILLION, {}, { memory: 1.6 * GB }), 'm-Q2_K.gguf'));

test('picks the smallest if none fits', async () => assert.equal(await fileOf(THREE_BILLION, {}, { memory: 1e8 }), 'm-Q2_K.gguf'));

test('picks Q8_0 for a small model', async () =>
  assert.equal(await fileOf({ 'm.Q4_K_M.gguf': 1e8, 'm.Q8_0.gguf': 1.5e8, 'm.f16.gguf': 2.7e8 }), 'm.Q8_0.gguf'));

test('takes the only file whatever its name', async () => assert.equal(await fileOf({ 'model.gguf': 1 }), 'model.gguf'));

test('takes the named quantization, also in other case', async () => {
  assert.equal(await fileOf(THREE_BILLION, { quantization: 'q8_0' }), 'm-Q8_0.gguf');
  assert.equal(await fileOf({ 'in/m-UD-Q4_K_XL.gguf': 1 }, { quantization: 'Q4_K_XL' }), 'in/m-UD-Q4_K_XL.gguf');
});

test('takes all parts of a split file', async () => {
  serve({ 'q/m-Q8_0-00002-of-00002.gguf': 2, 'q/m-Q8_0-00001-of-00002.gguf': 1 });
  const { url, files } = await find({});
  assert.ok(url.endsWith('/q/m-Q8_0-00001-of-00002.gguf'), url);
  assert.deepEqual(files, [
    { path: 'q/m-Q8_0-00001-of-00002.gguf', bytes: 1, sha256: 'sha of q/m-Q8_0-00001-of-00002.gguf' },
    { path: 'q/m-Q8_0-00002-of-00002.gguf', bytes: 2, sha256: 'sha of q/m-Q8_0-00002-of-00002.gguf' },
  ]);
});

test('takes a folder with safetensors', async () =>
  assert.equal(await fileOf({ 'config.json': 1, 'tokenizer.json': 1, 'model.safetensors': 9, 'onnx/model.onnx': 9 }), ''));

test('takes files and folders by path', async () => {
  assert.equal(await fileOf(THREE_BILLION, { path: 'm-BF16.gguf' }), 'm-BF16.gguf');
  assert.equal(await fileOf({ 'x/m-Q4_0.gguf': 1, 'y z/m-Q4_0.gguf': 1 }, { path: 'y z/' }), 'y%20z/m-Q4_0.gguf');
});

for (const [name, files, address, code, message] of [
  ['a missing quantization', THREE_BILLION, { quantization: 'Q5_0' }, 'hub_file_not_found', /no file of the type Q5_0; it has BF16, IQ3_M, Q2_K/],
  ['a missing file', THREE_BILLION, { path: 'x.gguf' }, 'hub_file_not_found', /a\/b has no file x\.gguf/],
  ['a repository without a model', { 'README.md': 1, 'pytorch_model.bin': 1 }, {}, 'hub_no_model', /has no GGUF file/],
  ['two models of one type', { 'x-Q4_K_M.gguf': 1, 'y-Q4_K_M.gguf': 1 }, { quantization: 'Q4_K_M' }, 'hub_ambiguous', /name one as hf:a\/b\/x-Q4_K_M/],
  ['two models', { 'x-Q4_K_M.gguf': 1e9, 'y-Q4_K_M.gguf': 1e9 }, {}, 'hub_ambiguous', /name one as hf:a\/b\/x-Q4_K_M/],
  ['an unknown revision', THREE_BILLION, { revision: 'v2' }, 'hub_revision_not_found', /no revision v2/],
  ['an unknown repository', THREE_BILLION, { repository: 'a/c' }, 'hub_repository_not_found', /no model https:\/\/hub\.example\/a\/c, or it is private/],
]) {
  test(`reports ${name}`, async () => {
    serve(files);
    await assert.rejects(find(address), { name: 'DemitasseError', code, message });
  });
}

test('reports gated repositories, limits and lost connections', async () => {
  serve({}, { gated: true });
  await assert.rejects(find({}), { code: 'hub_gated', status: 403, message: /accept its terms there, and give an access token/ });
  globalThis.fetch = async () => new Response('', { status: 429, headers: { 'Retry-After': '30' } });
  await assert.rejects(find({}), { code: 'hub_rate_limited', message: /in 30 seconds/ });
  globalThis.fetch = async () => new Response('', { status: 502 });
  await assert.rejects(find({}), { code: 'hub_unreachable', status: 503 });
  globalThis.fetch = async () => {
    throw new TypeError('Failed to fetch');
  };
  await assert.rejects(find({}), { code: 'hub_unreachable', message: /does not answer/ });
  globalThis.fetch = async () => Response.json({});
  await assert.rejects(find({}), { code: 'hub_unreachable', message: /is not a Hub/ });
});

test('asks for a revision, and sends the token to the endpoint only', async () => {
  const requests = serve({ 'm.gguf': 1 });
  await new Hub(endpoint, 'secret').find({ endpoint, repository: 'a/b', revision: 'v1' });
  assert.deepEqual(requests, [
    [`${endpoint}/api/models/a/b/revision/v1`, 'Bearer secret'],
    [`${endpoint}/api/models/a/b/tree/${commit}?recursive=true`, 'Bearer secret'],
  ]);
});

test('finds stored models without the Hub', () => {
  const url = (path, at = commit) => `${endpoint}/a/b/resolve/${at}/${path}`;
  const stored = [
    { url: url('m-Q4_0.gguf'), complete: false },
    { url: url('m-Q8_0.gguf'), complete: true },
    { url: 'https://other.example/m-Q4_0.gguf', complete: true },
  ];
  const named = (address) => storedModel({ endpoint, repository: 'A/B', ...address }, stored);
  assert.equal(named({}), url('m-Q8_0.gguf'));
  assert.equal(named({ quantization: 'q4_0' }), url('m-Q4_0.gguf'));
  assert.equal(named({ path: 'm-Q4_0.gguf' }), url('m-Q4_0.gguf'));
  assert.equal(named({ revision: commit }), url('m-Q8_0.gguf'));
  assert.equal(named({ revision: 'main' }), undefined);
  assert.equal(named({ repository: 'a/c' }), undefined);
});
