import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { load } from './site.js';

/** A worker that records what the page posts. */
class FakeWorker {
  static all = [];
  posted = [];
  isTerminated = false;

  constructor() {
    FakeWorker.all.push(this);
  }

  postMessage(message) {
    this.posted.push(message);
  }

  terminate() {
    this.isTerminated = true;
  }

  /** Lets the worker reply to the last request. */
  reply(type, content = {}) {
    const { id } = this.posted.findLast((message) => !['ping', 'abort'].includes(message.type));
    this.onmessage({ data: { type, id, ...content } });
  }

  /** Lets the worker reply to pings. */
  live() {
    this.onmessage({ data: { type: 'alive', id: 0 } });
  }

  get requests() {
    return this.posted.filter(({ type }) => type !== 'ping');
  }
}

const { RequestQueue } = await load('request-queue.js');
const CPU = { kind: 'cpu', threads: 2, reason: 'asked for' };
const GPU = { kind: 'webgpu', threads: 0, reason: 'asked for' };
/** Timers that the tests advance. The mocks of Node 20 run an interval again that its own action has cleared. */
const timers = new Map();
const own = { setInterval, setTimeout, clearInterval };
let now = 0;

function advance(milliseconds) {
  for (const end = now + milliseconds; now < end; now++) {
    for (const [id, timer] of timers) {
      if (timer.due === now + 1) {
        timer.due = timer.period ? timer.due + timer.period : NaN;
        timers.has(id) && timer.action();
      }
    }
  }
}

const seconds = (count) => advance(1000 * count);
const tick = () => new Promise((resolve) => setImmediate(resolve));
const last = () => FakeWorker.all.at(-1);

let devices;
beforeEach(() => {
  FakeWorker.all = [];
  devices = [];
  globalThis.Worker = FakeWorker;
  timers.clear();
  const add = (timer) => {
    const id = Symbol('timer');
    timers.set(id, timer);
    return id;
  };
  globalThis.setInterval = (action, period) => add({ action, period, due: now + period });
  globalThis.setTimeout = (action, delay) => add({ action, due: now + delay });
  globalThis.clearInterval = (id) => timers.delete(id);
});
afterEach(() => Object.assign(globalThis, own));

/** Returns a queue whose worker has loaded a model. */
async function loadedQueue(device = CPU) {
  const queue = new RequestQueue((given) => devices.push(given));
  last().onmessage({ data: { type: 'ready' } });
  const loading = queue.send({ type: 'load', model: 'a.gguf', options: { cache: true } });
  last().reply('loaded', { model: {}, device });
  await loading;
  return queue;
}

/** Sends a chat request, and collects what arrives. */
function ask(queue, options = {}) {
  const answer = { chunks: [], progress: [], outcome: null };
  queue
    .send(
      { type: 'chat', body: '{}', session: 3 },
      { onChunk: (chunk) => answer.chunks.push(chunk), onProgress: (progress) => answer.progress.push(progress), ...options },
    )
    .then(
      (content) => (answer.outcome = content),
      (error) => (answer.outcome = error),
    );
  return answer;
}

/** Lets a new worker load the model again. */
function restarted(device = CPU) {
  last().onmessage({ data: { type: 'ready' } });
  last().reply('loaded', { device });
}

test('a worker that is silent for 10 seconds is replaced, and the answer goes on', async () => {
  const queue = await loadedQueue();
  const answer = ask(queue);
  const first = last();
  first.reply('output', { token: 7, chunks: ['a'] });
  first.reply('output', { token: 8, chunks: ['b'] });
  seconds(10);
  assert.equal(FakeWorker.all.length, 1);
  seconds(1);
  assert.equal(FakeWorker.all.length, 2);
  assert.ok(first.isTerminated);
  last().onmessage({ data: { type: 'ready' } });
  const [again] = last().requests;
  assert.deepEqual([again.type, again.model, again.options], ['load', 'a.gguf', { cache: true }]);
  last().reply('progress', { phase: 'load', loaded: 1, total: 2 });
  assert.deepEqual(answer.progress, [{ phase: 'restart', loaded: 1, total: 2 }]);
  last().reply('loaded', { device: CPU });
  assert.match(devices.at(-1).reason, /asked for; started again: .*said nothing for 10 seconds/);

  const chats = [first.requests.at(-1), last().requests.at(-1)];
  assert.equal(chats[1].type, 'chat');
  for (const same of ['time', 'seed', 'body', 'session', 'id']) {
    assert.deepEqual(chats[1][same], chats[0][same], same);
  }
  assert.equal(chats[0].replay, undefined);
  assert.deepEqual([[...chats[1].replay.tokens], chats[1].replay.events], [[7, 8], 2]);
  first.reply('output', { token: 9, chunks: ['late'] });
  last().reply('output', { token: 9, chunks: ['c', 'd'] });
  last().reply('output', { chunks: ['end'] });
  last().reply('done');
  await tick();
  assert.deepEqual(answer.chunks, ['a', 'b', 'c', 'd', 'end']);
  assert.deepEqual(answer.outcome, {});
});

test('a slow device gets four times its longest silence, and 30 seconds for its first pass', async () => {
  const queue = await loadedQueue();
  ask(queue);
  seconds(20);
  last().reply('output', { token: 1, chunks: [] });
  seconds(80);
  assert.equal(FakeWorker.all.length, 1);
  seconds(1);
  assert.equal(FakeWorker.all.length, 2);
  restarted();
  seconds(80);
  assert.equal(FakeWorker.all.length, 2, 'the new worker is as slow');
});

test('a worker that replies to pings is alive, unless a pass on the GPU does not end', async () => {
  for (const [device, count] of [[CPU, 1], [GPU, 2]]) {
    FakeWorker.all = [];
    const queue = await loadedQueue(device);
    ask(queue);
    last().reply('output', { token: 1, chunks: [] });
    for (let i = 0; i < 61; i++) {
      assert.equal(FakeWorker.all.length, 1, `${device.kind} after ${i} seconds`);
      seconds(1);
      last().live();
    }
    assert.equal(FakeWorker.all.length, count, device.kind);
    queue.close(new Error('over'));
  }
});

test('an idle worker is not watched', async () => {
  const queue = await loadedQueue();
  ask(queue);
  last().reply('done');
  seconds(1000);
  assert.equal(FakeWorker.all.length, 1);
  assert.ok(last().posted.every(({ type }) => type !== 'ping'));
});

test('stop ends a request within a second though the worker says nothing, and the next one works', async () => {
  const queue = await loadedQueue();
  const stop = new AbortController();
  const answer = ask(queue, { signal: stop.signal });
  last().reply('output', { token: 1, chunks: ['a'] });
  stop.abort('enough');
  assert.deepEqual(last().requests.at(-1).type, 'abort');
  const next = ask(queue);
  advance(999);
  await tick();
  assert.equal(answer.outcome, null);
  advance(1);
  await tick();
  assert.equal(answer.outcome, 'enough');
  assert.equal(FakeWorker.all.length, 1);
  seconds(10);
  assert.equal(FakeWorker.all.length, 2);
  restarted();
  assert.equal(last().requests.length, 2, 'the load and the next question');
  last().reply('done', { response: '{}' });
  await tick();
  assert.deepEqual(next.outcome, { response: '{}' });
});

test('a stopped request whose worker lives but goes on is ended with the worker', async () => {
  const queue = await loadedQueue();
  const stop = new AbortController();
  ask(queue, { signal: stop.signal });
  last().reply('output', { token: 1, chunks: [] });
  stop.abort();
  for (let i = 0; i < 11; i++) {
    assert.equal(FakeWorker.all.length, 1);
    seconds(1);
    last().live();
  }
  assert.equal(FakeWorker.all.length, 2);
});

test('a request is given up after two restarts in a row, and the next one works', async () => {
  const queue = await loadedQueue();
  const answer = ask(queue);
  const next = ask(queue);
  for (let i = 0; i < 3; i++) {
    assert.equal(answer.outcome, null);
    last().onerror({ message: 'unreachable', preventDefault() {} });
    restarted();
    await tick();
  }
  assert.equal(answer.outcome.code, 'engine_stopped');
  assert.match(answer.outcome.message, /unreachable\. It was started again 2 times/);
  last().reply('done');
  await tick();
  assert.deepEqual(next.outcome, {});
  assert.equal(queue.closed, false);
});

test('progress allows further restarts', async () => {
  const queue = await loadedQueue();
  const answer = ask(queue);
  for (let i = 0; i < 20; i++) {
    last().reply('output', { token: i, chunks: [String(i)] });
    last().onmessage({ data: { type: 'failed', name: 'Error', message: 'lost' } });
    restarted();
  }
  last().reply('done');
  await tick();
  assert.equal(answer.chunks.length, 20);
  assert.deepEqual(answer.outcome, {});
});

test('an idle worker that fails again and again closes the engine', async () => {
  const queue = await loadedQueue();
  for (let i = 0; i < 3; i++) {
    assert.equal(queue.closed, false);
    last().onmessageerror();
  }
  assert.equal(queue.closed, true);
});

test('a restart that can not load the model rejects everything with its cause', async () => {
  const queue = await loadedQueue();
  const answers = [ask(queue), ask(queue)];
  last().onmessageerror();
  last().onmessage({ data: { type: 'ready' } });
  last().reply('error', { name: 'Error', message: 'no network' });
  await tick();
  for (const { outcome } of answers) {
    assert.equal(outcome.code, 'engine_stopped');
    assert.match(outcome.message, /could not be read, and loading the model again failed: no network/);
  }
  assert.equal(queue.closed, true);
});

test('a failure before the model is loaded rejects the load', async () => {
  const queue = new RequestQueue(() => {});
  last().onmessage({ data: { type: 'ready' } });
  const loading = queue.send({ type: 'load', model: 'a.gguf', options: {} });
  seconds(61);
  await assert.rejects(loading, { code: 'engine_stopped', message: /said nothing for 60 seconds/ });
  assert.equal(FakeWorker.all.length, 1);
});

test('a new worker gets the tokens of the open sessions', async () => {
  const queue = await loadedQueue();
  ask(queue);
  last().reply('done', { tokens: [1, 2, 3] });
  queue.send({ type: 'closeSession', session: 4 });
  last().reply('done');
  last().onmessageerror();
  last().onmessage({ data: { type: 'ready' } });
  assert.deepEqual(last().requests[0].sessions, [{ number: 3, tokens: Int32Array.of(1, 2, 3) }]);
});
