import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './site.js';

const { runTool, TOOLS } = await load('tools.js');

const run = (name, given) => JSON.parse(runTool({ name, arguments: JSON.stringify(given) }));

test('every tool has a JSON schema', () => {
  assert.deepEqual(TOOLS.map((tool) => tool.function.name), ['current_time', 'calculator', 'convert_units']);
  TOOLS.forEach((tool) => assert.equal(tool.function.parameters.type, 'object'));
});

test('converts units of one quantity', () => {
  assert.deepEqual(run('convert_units', { value: 1, from: 'mi', to: 'km' }), { result: '1.609344 km' });
  assert.deepEqual(run('convert_units', { value: 212, from: 'F', to: 'C' }), { result: '100 C' });
});

test('errors are results', () => {
  assert.match(run('convert_units', { value: 1, from: 'mi', to: 'kg' }).error, /cannot convert mi to kg/);
  assert.match(run('calculator', { expression: '1 +' }).error, /cannot read/);
  assert.match(run('toString', {}).error, /no such tool: toString/);
  assert.ok(JSON.parse(runTool({ name: 'calculator', arguments: '{' })).error);
});

test('no arguments are an empty object', () => {
  assert.ok(JSON.parse(runTool({ name: 'current_time', arguments: '' })).result.utc);
});
