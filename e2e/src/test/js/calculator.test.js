import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './site.js';

const { calculate } = await load('calculator.js');

test('calculates by the usual precedence', () => {
  assert.equal(calculate('2 + 3 * 4'), 14);
  assert.equal(calculate('(2 + 3) * 4'), 20);
  assert.equal(calculate('7 - 2 - 1'), 4);
  assert.equal(calculate('12 / 3 / 2'), 2);
  assert.equal(calculate('7 % 4'), 3);
});

test('powers are right-associative and bind tighter than a sign', () => {
  assert.equal(calculate('2 ^ 3 ^ 2'), 512);
  assert.equal(calculate('-2 ** 2'), -4);
  assert.equal(calculate('2 ^ -1'), 0.5);
});

test('knows functions and constants in any case', () => {
  assert.equal(calculate('SQRT(16) + round(2.4)'), 6);
  assert.equal(calculate('ln(e)'), 1);
  assert.equal(calculate('cos(pi)'), -1);
});

test('rounds away the error of binary fractions', () => {
  assert.equal(calculate('0.1 + 0.2'), 0.3);
});

test('rejects expressions that are wrong or have no value', () => {
  assert.throws(() => calculate('2 +'), /cannot read the end/);
  assert.throws(() => calculate('(2'), /expected \) but found the end/);
  assert.throws(() => calculate('2 3'), /cannot read 3/);
  assert.throws(() => calculate('alert(1)'), /cannot read alert/);
  assert.throws(() => calculate('1 / 0'), /has no value/);
  assert.throws(() => calculate('1'.repeat(1001)), /more than 1000 characters/);
});
