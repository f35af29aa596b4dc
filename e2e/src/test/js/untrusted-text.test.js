import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './site.js';

const { isolated, oneLine, shortLine } = await load('untrusted-text.js');

test('texts are in one line, without characters that act on others', () => {
  assert.equal(oneLine('one\r\n\ttwo\0three\x1b[31m\u2028four'), 'one two three [31m four');
  assert.equal(oneLine('exe.\u202efdp\u202c \u2066x\u2069 \u200fy\u061c'), 'exe.fdp x y');
  assert.equal(oneLine('in\u00advis\u200bi\ufeffble\u{e0041}\u{e007f}'), 'invisible');
  assert.equal(oneLine(' <b>&amp;</b> '), '<b>&amp;</b>');
  assert.equal(oneLine(undefined), 'undefined');
  assert.equal(oneLine(`e${'\u0301'.repeat(50)}`), `e${'\u0301'.repeat(4)}`);
});

test('letters and signs of all scripts stay', () => {
  for (const text of ['Größe 98 %', 'עברית', 'عربي', 'नमस्ते', '👩‍💻 🏳️‍🌈', '日本語']) {
    assert.equal(oneLine(text), text);
  }
});

test('long texts are cut between characters', () => {
  assert.equal(oneLine('😀'.repeat(5), 3), '😀😀…');
  assert.equal(oneLine('abc', 3), 'abc');
  assert.equal(oneLine('x'.repeat(5_000_000)).length, 1000);
  assert.equal(shortLine('x'.repeat(5_000_000)).length, 120);
});

test('only texts from right to left are marked within a sentence', () => {
  assert.equal(isolated('SmolLM2'), 'SmolLM2');
  assert.equal(isolated('מודל 7'), '\u2068מודל 7\u2069');
});
