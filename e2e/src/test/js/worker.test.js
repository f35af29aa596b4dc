import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { load } from './site.js';

/** A worker that records what the page posts. */
class FakeWorker {
  static last;
  posted = [];
  isTerminated = false;

  constructor(url, options) {
    assert.match(String(url), /\/engine-worker\.js$/);
    assert.deepEqual(options, { type: 'module' });
    FakeWorker.last = this;
  }

  postMessage(message) {
    this.posted.push(message);
  }

  terminate() {
    this.isTerminated = true;
  }

  /** Lets the worker post a message. */
  send(data) {
    this.onmessage({ data });
  }
}

const { EngineWorker } = await load('worker.js');

let received;
let failures;
beforeEach(() => {
  received = [];
  failures = [];
  globalThis.Worker = FakeWorker;
  mock.timers.enable({ apis: ['setInterval'] });
});

function start() {
  const engine = new EngineWorker((message) => received.push(message), (error) => failures.push(error));
  return { engine, worker: FakeWorker.last };
}

const seconds = (count) => mock.timers.tick(1000 * count);

afterEach(() => mock.timers.reset());

test('posts what waits once the worker is ready', () => {
  const { engine, worker } = start();
  engine.post({ type: 'load' });
  assert.deepEqual(worker.posted, []);
  worker.send({ type: 'ready' });
  engine.post({ type: 'chat' });
  assert.deepEqual(worker.posted, [{ type: 'load' }, { type: 'chat' }]);
  worker.send({ type: 'loaded', id: 1 });
  assert.deepEqual(received, [{ type: 'loaded', id: 1 }]);
});

test('a start without progress fails and names the step', () => {
  const { worker } = start();
  seconds(9);
  worker.send({ type: 'step', step: 'engine' });
  seconds(9);
  assert.deepEqual(failures, []);
  seconds(1);
  assert.equal(failures.length, 1);
  assert.match(failures[0].message, /no progress for 10 seconds in loading demitasse\.wasm/);
  assert.equal(failures[0].code, 'device_unfit');
  assert.ok(worker.isTerminated);
});

test('a ready worker has no limit, and a later step has one again', () => {
  const { worker } = start();
  worker.send({ type: 'ready' });
  seconds(60);
  assert.deepEqual(failures, []);
  worker.send({ type: 'step', step: 'threads' });
  seconds(5);
  worker.send({ type: 'step', step: null });
  seconds(60);
  assert.deepEqual(failures, []);
  worker.send({ type: 'step', step: 'threads' });
  seconds(10);
  assert.match(failures[0].message, /starting its threads/);
});

test('a failure before the start is complete means that the device is unfit', () => {
  const { worker } = start();
  worker.send({ type: 'failed', name: 'Error', message: 'no GC' });
  assert.match(failures[0].message, /no GC/);
  assert.equal(failures[0].code, 'device_unfit');
  assert.ok(worker.isTerminated);
});

test('a later failure is an error, unless the worker finds the device unfit', () => {
  const { worker } = start();
  worker.send({ type: 'ready' });
  worker.send({ type: 'failed', name: 'Error', message: 'lost' });
  worker.send({ type: 'failed', name: 'DeviceUnfit', message: 'no memory' });
  assert.deepEqual(failures.map(({ code }) => code), [undefined, 'device_unfit']);
});

test('a script that can not be loaded names the policy', () => {
  const { worker } = start();
  let isPrevented = false;
  worker.onerror({ preventDefault: () => (isPrevented = true) });
  assert.ok(isPrevented);
  assert.match(failures[0].message, /Content Security Policy/);
});

test('where there are no workers, the error says so', () => {
  delete globalThis.Worker;
  assert.throws(start, { code: 'device_unfit', message: /Web Worker/ });
});

test('an ended worker reports nothing', () => {
  const { engine, worker } = start();
  engine.end();
  seconds(60);
  assert.ok(worker.isTerminated);
  assert.deepEqual(failures, []);
});
