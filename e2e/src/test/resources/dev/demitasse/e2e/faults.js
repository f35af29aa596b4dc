// Injects one fault into a worker or a page, before its own scripts use what the fault concerns. Tests append `injectFault({…})`.

/** Returns a function that tells whether the fault hits its call number `at`, and the `times - 1` calls after it. */
function hits({ at = 1, times = 1 }) {
  let calls = 0;
  return () => ++calls >= at && calls < at + times && report();
}

/** Tells the test that the fault has happened. */
function report() {
  const channel = new BroadcastChannel('faults');
  channel.postMessage('hit');
  channel.close();
  return true;
}

function injectedError(name) {
  const errors = { TypeError, RangeError, Error };
  return errors[name] ? new errors[name]('an injected error') : new DOMException('an injected error', name);
}

/** Replaces a method by one that fails at some of its calls. */
function failMethod(owner, method, fault) {
  const original = owner[method];
  const isHit = hits(fault);
  owner[method] = function (...args) {
    if (!isHit()) {
      return original.apply(this, args);
    }
    switch (fault.how) {
      case 'throws':
        throw injectedError(fault.error);
      case 'rejects':
        return Promise.reject(injectedError(fault.error));
      case 'hangs':
        return new Promise(() => {});
      case 'returns':
        return fault.value;
      default:
        throw new Error(`unknown fault: ${fault.how}`);
    }
  };
}

/** Replaces a constructor of arrays or memory by one that fails for large ones. */
function failConstructor(owner, name, fault) {
  const isHit = hits(fault);
  const isLarge = ([size]) => (typeof size === 'number' ? size >= 256 : typeof size === 'object' && 'initial' in size);
  owner[name] = new Proxy(owner[name], {
    construct(target, args, newTarget) {
      if (isLarge(args) && isHit()) {
        throw new RangeError('Array buffer allocation failed');
      }
      return Reflect.construct(target, args, newTarget);
    },
  });
}

/** Returns a response with another body, other headers, or another status. */
function rebuilt(body, response, changed = {}, status = response.status) {
  const headers = new Headers(response.headers);
  Object.entries(changed).forEach(([name, value]) => (value === null ? headers.delete(name) : headers.set(name, value)));
  return Object.defineProperty(new Response(body, { status, headers }), 'type', { value: 'basic' });
}

/** Returns a response whose chunks are changed. */
const piped = (response, transform) => rebuilt(response.body.pipeThrough(new TransformStream({ transform })), response);

/** The faults of a response, by name. */
const RESPONSES = {
  status: (response, { status }) => rebuilt('an error', response, { 'Content-Type': 'text/plain', 'Content-Range': null }, status),
  html: (response) => rebuilt('<html>Please log in</html>', response, { 'Content-Type': 'text/html', 'Content-Range': null }, 200),
  empty: (response) => rebuilt('', response),
  short: (response) =>
    piped(response, (chunk, controller) => {
      controller.enqueue(chunk.subarray(0, chunk.length / 2));
      controller.terminate();
    }),
  long: (response) =>
    piped(response, (chunk, controller) => {
      controller.enqueue(chunk);
      controller.enqueue(new Uint8Array(1000));
    }),
  cut: (response) =>
    piped(response, (chunk, controller) => {
      controller.enqueue(chunk.subarray(0, 1000));
      controller.error(new TypeError('network error'));
    }),
  stalls: (response, fault, options) =>
    piped(response, (chunk, controller) => {
      controller.enqueue(chunk.slice(0, 1000));
      options?.signal?.addEventListener('abort', () => controller.error(injectedError('AbortError')));
      return new Promise(() => {});
    }),
  slow: (response) =>
    piped(response, async (chunk, controller) => {
      for (let from = 0; from < chunk.length; from += 10_000) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        controller.enqueue(chunk.slice(from, from + 10_000)); // streams own their buffers
      }
    }),
  range: (response) => rebuilt(response.body, response, { 'Content-Range': 'bytes 1-100/1000' }),
  length: (response, { value }) => rebuilt(response.body, response, { 'Content-Length': value }),
};

/** Changes the responses with models. */
function failFetch(fault) {
  const original = self.fetch;
  const isHit = hits(fault);
  self.fetch = async (url, options) => {
    if (!String(url).includes('/models/') || !isHit()) {
      return original(url, options);
    }
    if (fault.how === 'rejects') {
      throw new TypeError('Failed to fetch');
    }
    if (fault.how === 'hangs') {
      return new Promise((resolve, reject) => options?.signal?.addEventListener('abort', () => reject(injectedError('AbortError'))));
    }
    return RESPONSES[fault.how](await original(url, options), fault, options);
  };
}

/** Ends or stops the worker at one of its messages. */
function failMessage(fault) {
  const post = self.postMessage.bind(self);
  let isDone = false;
  const isHit = hits(fault);
  self.postMessage = (message, ...more) => {
    const isCounted = message.type === fault.type || (fault.type === 'any' && message.type !== 'alive');
    if (isDone || !isCounted || !isHit()) {
      post(message, ...more);
      return;
    }
    switch (fault.how) {
      case 'loops':
        while (fault.how === 'loops') {
          performance.now();
        }
        break;
      case 'closes':
        self.close();
        return;
      case 'silent':
        self.postMessage = () => {};
        return;
      case 'throws':
        isDone = true;
        setTimeout(() => {
          throw new Error('injected');
        });
        break;
      case 'rejects':
        isDone = true;
        Promise.reject(new Error('injected'));
        break;
      case 'overflows':
        isDone = true;
        setTimeout(function deeper() {
          deeper();
        });
        break;
      default:
        throw new Error(`unknown fault: ${fault.how}`);
    }
    post(message, ...more);
  };
}

/** Loses the GPU, or makes it report an error. */
function failGpu(fault) {
  const isHit = hits(fault);
  const { createCommandEncoder, createBuffer } = GPUDevice.prototype;
  if (fault.how === 'lost') {
    GPUDevice.prototype.createCommandEncoder = function (...args) {
      if (isHit()) {
        this.destroy();
      }
      return createCommandEncoder.apply(this, args);
    };
  } else {
    GPUDevice.prototype.createBuffer = function (descriptor) {
      return createBuffer.call(this, isHit() ? { ...descriptor, usage: 0 } : descriptor); // an error that is reported later
    };
  }
}

/** Sets the clock forward by days, as that of a device that was asleep. */
function failClock({ at }) {
  const original = performance.now.bind(performance);
  let calls = 0;
  performance.now = () => {
    calls++;
    if (calls === at + 1) {
      report();
    }
    return original() + (calls > at ? 1e9 : 0);
  };
}

/** Calls timers at once, or late. */
function failTimer({ how }) {
  const original = self.setTimeout;
  let isReported = false;
  self.setTimeout = (action, delay, ...args) => {
    isReported ||= report();
    return original(action, how === 'at once' ? 0 : (delay ?? 0) + 300, ...args);
  };
}

self.injectFault = (fault) => {
  const owner = (path) => path.split('.').reduce((from, name) => from?.[name], self);
  switch (fault.kind) {
    case 'method':
      return owner(fault.owner) && failMethod(owner(fault.owner), fault.method, fault);
    case 'constructor':
      return failConstructor(owner(fault.owner), fault.name, fault);
    case 'fetch':
      return failFetch(fault);
    case 'message':
      return failMessage(fault);
    case 'gpu':
      return failGpu(fault);
    case 'clock':
      return failClock(fault);
    case 'timer':
      return failTimer(fault);
    default:
      throw new Error(`unknown fault: ${fault.kind}`);
  }
};
