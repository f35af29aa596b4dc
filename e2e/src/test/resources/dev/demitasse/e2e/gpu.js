// A GPU for the tests of the kernels: executes the requests of RemoteDevice. Buffers, pipelines and bind groups have numbers.
const adapter = await navigator.gpu.requestAdapter();
const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
const device = await adapter.requestDevice({
  requiredLimits: { maxBufferSize, maxStorageBufferBindingSize },
  requiredFeatures: adapter.features.has('timestamp-query') ? ['timestamp-query'] : [],
});
const errors = [];
device.onuncapturederror = ({ error }) => errors.push(error.message);

const buffers = new Map();
const pipelines = new Map();
const groups = new Map();
/** All pipelines, by their entry point, constants and code, because compiling takes long. */
const compiled = new Map();
let encoder;
let pass;
let copies = []; // buffer, offset and bytes that the next submit reads back
let readback;

/** Maximum number of dispatches in a submission that is timed. */
const MAX_TIMED = 2000;
/** Nanoseconds and number of dispatches of each pipeline, by label; null if nothing is timed. */
let times = null;
let timed = []; // labels of the pass's dispatches
let querySet;

const { STORAGE, UNIFORM, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;

const operations = {
  buffer(id, label, size, uniform) {
    const usage = uniform ? UNIFORM | COPY_DST : STORAGE | COPY_DST | COPY_SRC;
    buffers.set(id, device.createBuffer({ label, size, usage }));
  },
  destroy(id) {
    buffers.get(id).destroy();
    buffers.delete(id);
  },
  copy(source, target, size) {
    const copying = device.createCommandEncoder();
    copying.copyBufferToBuffer(buffers.get(source), 0, buffers.get(target), 0, size);
    device.queue.submit([copying.finish()]);
  },
  pipeline(id, label, code, entryPoint, constants) {
    const key = JSON.stringify([entryPoint, constants, code]);
    if (!compiled.has(key)) {
      const module = device.createShaderModule({ label, code });
      const compute = { module, entryPoint, constants };
      compiled.set(key, device.createComputePipeline({ label, layout: 'auto', compute }));
    }
    pipelines.set(id, compiled.get(key));
  },
  group(id, pipeline, bindings) {
    const entries = bindings.map(([binding, buffer, offset, size]) => ({
      binding,
      resource: { buffer: buffers.get(buffer), offset, size },
    }));
    groups.set(id, device.createBindGroup({ layout: pipelines.get(pipeline).getBindGroupLayout(0), entries }));
  },
  write(buffer, offset, bytes) {
    device.queue.writeBuffer(buffers.get(buffer), offset, Uint8Array.fromBase64(bytes));
  },
  dispatch(pipeline, group, x, y) {
    encoder ??= device.createCommandEncoder();
    if (times) {
      const i = 2 * timed.push(pipelines.get(pipeline).label);
      const timestampWrites = { querySet, beginningOfPassWriteIndex: i - 2, endOfPassWriteIndex: i - 1 };
      pass = encoder.beginComputePass({ timestampWrites });
    }
    pass ??= encoder.beginComputePass();
    pass.setPipeline(pipelines.get(pipeline));
    pass.setBindGroup(0, groups.get(group));
    pass.dispatchWorkgroups(x, y);
    if (times) {
      pass.end();
      pass = undefined;
    }
  },
  read(buffer, offset, size) {
    copies.push([buffers.get(buffer), offset, size]);
  },
  submit() {
    encoder ??= device.createCommandEncoder();
    pass?.end();
    readback?.destroy();
    readback = undefined;
    if (copies.length > 0) {
      const size = copies.reduce((sum, [, , bytes]) => sum + bytes, 0);
      readback = device.createBuffer({ size, usage: MAP_READ | COPY_DST });
      let at = 0;
      for (const [buffer, offset, bytes] of copies) {
        encoder.copyBufferToBuffer(buffer, offset, readback, at, bytes);
        at += bytes;
      }
      copies = [];
    }
    device.queue.submit([encoder.finish()]);
    encoder = pass = undefined;
  },
  /** Destroys all buffers, and forgets pipelines and bind groups. */
  reset() {
    buffers.forEach((buffer) => buffer.destroy());
    [buffers, pipelines, groups].forEach((map) => map.clear());
  },
};

/** Starts or stops timing each dispatch, and returns the times so far. */
globalThis.timeGpu = (on) => {
  const before = times;
  times = on ? {} : null;
  querySet ??= device.createQuerySet({ type: 'timestamp', count: 2 * MAX_TIMED });
  return before;
};

async function addTimes() {
  const size = 16 * timed.length;
  const resolved = device.createBuffer({ size, usage: GPUBufferUsage.QUERY_RESOLVE | COPY_SRC });
  const target = device.createBuffer({ size, usage: MAP_READ | COPY_DST });
  const commands = device.createCommandEncoder();
  commands.resolveQuerySet(querySet, 0, 2 * timed.length, resolved, 0);
  commands.copyBufferToBuffer(resolved, 0, target, 0, size);
  device.queue.submit([commands.finish()]);
  await target.mapAsync(GPUMapMode.READ);
  const stamps = new BigUint64Array(target.getMappedRange());
  timed.forEach((label, i) => {
    const [nanoseconds, count] = times[label] ?? [0, 0];
    times[label] = [nanoseconds + Number(stamps[2 * i + 1] - stamps[2 * i]), count + 1];
  });
  timed = [];
  target.destroy();
  resolved.destroy();
}

/** Executes a list of operations, and returns the bytes that the last submit read back. */
globalThis.runOnGpu = async (list) => {
  for (const [name, ...args] of list) {
    operations[name](...args);
  }
  let bytes = '';
  if (timed.length > 0) {
    await addTimes();
  }
  if (readback) {
    await readback.mapAsync(GPUMapMode.READ);
    bytes = new Uint8Array(readback.getMappedRange()).toBase64();
    readback.unmap();
  } else {
    await device.queue.onSubmittedWorkDone();
  }
  if (errors.length > 0) {
    throw new Error(errors.splice(0)[0]);
  }
  return bytes;
};
