// A GPU for the kernels' tests: carries out what RemoteDevice sends. Buffers, pipelines and bind groups have numbers.
const adapter = await navigator.gpu.requestAdapter();
const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
const device = await adapter.requestDevice({ requiredLimits: { maxBufferSize, maxStorageBufferBindingSize } });
const errors = [];
device.onuncapturederror = ({ error }) => errors.push(error.message);

const buffers = new Map();
const pipelines = new Map();
const groups = new Map();
let encoder;
let pass;
let readback;

const decode = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

function encode(bytes) {
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) {
    text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  }
  return btoa(text);
}

const { STORAGE, UNIFORM, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;

const operations = {
  buffer(id, label, size, uniform) {
    const usage = uniform ? UNIFORM | COPY_DST : STORAGE | COPY_DST | COPY_SRC;
    buffers.set(id, device.createBuffer({ label, size, usage }));
  },
  pipeline(id, label, code, entryPoint, constants) {
    const module = device.createShaderModule({ label, code });
    const compute = { module, entryPoint, constants };
    pipelines.set(id, device.createComputePipeline({ label, layout: 'auto', compute }));
  },
  group(id, pipeline, bindings) {
    const entries = bindings.map(([binding, buffer, offset, size]) => ({
      binding,
      resource: { buffer: buffers.get(buffer), offset, size },
    }));
    groups.set(id, device.createBindGroup({ layout: pipelines.get(pipeline).getBindGroupLayout(0), entries }));
  },
  write(buffer, offset, bytes) {
    device.queue.writeBuffer(buffers.get(buffer), offset, decode(bytes));
  },
  dispatch(pipeline, group, x, y) {
    encoder ??= device.createCommandEncoder();
    pass ??= encoder.beginComputePass();
    pass.setPipeline(pipelines.get(pipeline));
    pass.setBindGroup(0, groups.get(group));
    pass.dispatchWorkgroups(x, y);
  },
  submit(buffer, offset, size) {
    encoder ??= device.createCommandEncoder();
    pass?.end();
    readback?.destroy();
    readback = undefined;
    if (size) {
      readback = device.createBuffer({ size, usage: MAP_READ | COPY_DST });
      encoder.copyBufferToBuffer(buffers.get(buffer), offset, readback, 0, size);
    }
    device.queue.submit([encoder.finish()]);
    encoder = pass = undefined;
  },
  /** Starts over: everything is given back. */
  reset() {
    buffers.forEach((buffer) => buffer.destroy());
    [buffers, pipelines, groups].forEach((map) => map.clear());
  },
};

/** Carries out a list of operations; answers with what the last submit read back. */
globalThis.runOnGpu = async (list) => {
  for (const [name, ...args] of list) {
    operations[name](...args);
  }
  let bytes = '';
  if (readback) {
    await readback.mapAsync(GPUMapMode.READ);
    bytes = encode(new Uint8Array(readback.getMappedRange()));
    readback.unmap();
  } else {
    await device.queue.onSubmittedWorkDone();
  }
  if (errors.length > 0) {
    throw new Error(errors.splice(0)[0]);
  }
  return bytes;
};
