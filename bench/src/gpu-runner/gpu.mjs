// Provides Dawn's WebGPU as `navigator.gpu`, and measures its use: bytes of weights, and times by timestamp queries.
import { existsSync } from 'node:fs';
import { create, globals } from 'webgpu';

/** Vulkan drivers that compute on the CPU. Dawn refuses the lavapipe of Mesa 22.3. */
const SOFTWARE_DRIVERS = [
  '/usr/lib/chromium/vk_swiftshader_icd.json',
  '/usr/lib64/chromium-browser/vk_swiftshader_icd.json',
  '/opt/google/chrome/vk_swiftshader_icd.json',
  '/usr/share/vulkan/icd.d/lvp_icd.json',
  '/usr/share/vulkan/icd.d/lvp_icd.x86_64.json',
];

const MAX_TIMED = 2048;

/**
 * Puts `navigator.gpu` in place.
 *
 * @param {{adapter?: string, software: boolean, hardwareSizes: boolean}} options
 * @throws if there is no adapter of this name
 */
export async function openGpu({ adapter: name, software, hardwareSizes }) {
  if (software && !process.env.VK_DRIVER_FILES && !process.env.VK_ICD_FILENAMES) {
    const driver = SOFTWARE_DRIVERS.find(existsSync);
    if (!driver) {
      throw new Error(
        `no software adapter in ${SOFTWARE_DRIVERS.join(', ')}; name a driver's file in VK_ICD_FILENAMES`,
      );
    }
    process.env.VK_ICD_FILENAMES = driver;
  }
  Object.assign(globalThis, globals);
  // Dawn rounds timestamps to 0.1 ms, as browsers must.
  const gpu = create(['disable-dawn-features=timestamp_quantization', ...(name ? [`adapter=${name}`] : [])]);
  Object.defineProperty(navigator, 'gpu', { value: gpu });
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) {
    throw new Error('no WebGPU adapter: this needs a Vulkan driver, and its loader, libvulkan.so.1');
  }
  const watched = new Watched();
  watched.adapter = adapter;
  watched.install(hardwareSizes);
  return watched;
}

/** Observes the calls of the engine to the GPU. */
class Watched {
  adapter;
  /** Bytes of the weights in GPU memory, by the name of the (first) tensor. */
  weightBytes = new Map();

  #device = null;
  /** off, pass (times whole passes), or dispatch (times each dispatch in a pass of its own). */
  #timing = 'off';
  #querySet = null;
  #submissions = [];
  #pipelines = new WeakMap();
  #groups = new WeakMap();
  #weights = new WeakMap();

  install(hardwareSizes) {
    const patch = (prototype, method, wrap) => {
      const original = prototype[method];
      prototype[method] = function (...args) {
        return wrap((...changed) => original.apply(this, changed), args, this);
      };
    };
    const { GPU, GPUAdapter, GPUDevice } = globals;
    patch(GPU.prototype, 'requestAdapter', async (call, args) => {
      const adapter = await call(...args);
      if (hardwareSizes && adapter) {
        const { vendor, architecture } = adapter.info;
        const info = { vendor, architecture: `not-${architecture}`, isFallbackAdapter: false };
        Object.defineProperty(adapter, 'info', { value: info });
      }
      return adapter;
    });
    patch(GPUAdapter.prototype, 'requestDevice', async (call, [descriptor], adapter) => {
      const requiredFeatures = adapter.features.has('timestamp-query') ? ['timestamp-query'] : [];
      this.#device = await call({ ...descriptor, requiredFeatures });
      this.#querySet = null;
      return this.#device;
    });
    patch(GPUDevice.prototype, 'createBuffer', (call, [descriptor]) => {
      const buffer = call(descriptor);
      const { label, size } = descriptor;
      if (label?.endsWith('.weight')) {
        this.weightBytes.set(label, (this.weightBytes.get(label) ?? 0) + size);
        this.#weights.set(buffer, { name: label.replace(/^blk\.\d+\./, '').replace('.weight', ''), bytes: size });
      }
      return buffer;
    });
    patch(GPUDevice.prototype, 'createComputePipeline', (call, [descriptor]) => {
      const pipeline = call(descriptor);
      this.#pipelines.set(pipeline, descriptor.label);
      return pipeline;
    });
    patch(GPUDevice.prototype, 'createBindGroup', (call, [descriptor]) => {
      const group = call(descriptor);
      const weights = descriptor.entries.map(({ resource }) => this.#weights.get(resource.buffer)).find(Boolean);
      this.#groups.set(group, weights);
      return group;
    });
    patch(GPUDevice.prototype, 'createCommandEncoder', (call, args) => {
      const encoder = call(...args);
      return this.#timing === 'off' ? encoder : this.#timed(encoder);
    });
  }

  /** Returns the bytes of weights that a token needs: all except an embedding table that is not also the head. */
  bytesPerToken() {
    let sum = 0;
    this.weightBytes.forEach((bytes) => (sum += bytes));
    return this.weightBytes.has('output.weight') ? sum - this.weightBytes.get('token_embd.weight') : sum;
  }

  get canTime() {
    return this.#device?.features.has('timestamp-query') ?? false;
  }

  /** Sets what is timed from now on: 'pass', 'dispatch' or 'off'. */
  time(timing) {
    this.#timing = timing;
  }

  #timed(encoder) {
    this.#querySet ??= this.#device.createQuerySet({ type: 'timestamp', count: 2 * MAX_TIMED });
    const querySet = this.#querySet;
    const labels = [];
    const begin = (label) => {
      if (labels.length === MAX_TIMED) {
        throw new Error(`more than ${MAX_TIMED} dispatches in a submission`);
      }
      const i = 2 * labels.push(label);
      return encoder.beginComputePass({
        timestampWrites: { querySet, beginningOfPassWriteIndex: i - 2, endOfPassWriteIndex: i - 1 },
      });
    };
    return {
      beginComputePass: () => (this.#timing === 'pass' ? begin({ name: 'pass' }) : this.#dispatchByDispatch(begin)),
      copyBufferToBuffer: (...args) => encoder.copyBufferToBuffer(...args),
      finish: () => {
        const { QUERY_RESOLVE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
        const size = 16 * labels.length;
        if (size > 0) {
          const resolved = this.#device.createBuffer({ size, usage: QUERY_RESOLVE | COPY_SRC });
          const target = this.#device.createBuffer({ size, usage: MAP_READ | COPY_DST });
          encoder.resolveQuerySet(querySet, 0, 2 * labels.length, resolved, 0);
          encoder.copyBufferToBuffer(resolved, 0, target, 0, size);
          this.#submissions.push({ labels, resolved, target });
        }
        return encoder.finish();
      },
    };
  }

  #dispatchByDispatch(begin) {
    let pipeline;
    let group;
    return {
      setPipeline: (set) => (pipeline = set),
      setBindGroup: (_, set) => (group = set),
      dispatchWorkgroups: (x, y) => {
        const weights = this.#groups.get(group);
        const label = this.#pipelines.get(pipeline);
        const pass = begin({
          name: weights ? `${label}, ${weights.name}` : label,
          bytes: label.startsWith('matvec') ? weights.bytes : 0,
        });
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(x, y);
        pass.end();
      },
      end() {},
    };
  }

  /**
   * The times since the last call: sums over all submissions. Bytes are those of weights that matrix–vector products read.
   *
   * @returns {Promise<{submissions: number,
   *   kernels: {name: string, dispatches: number, milliseconds: number, bytes: number}[]}>}
   */
  async times() {
    const kernels = new Map();
    const done = this.#submissions.splice(0);
    for (const { labels, resolved, target } of done) {
      await target.mapAsync(GPUMapMode.READ);
      const stamps = new BigUint64Array(target.getMappedRange());
      labels.forEach(({ name, bytes = 0 }, i) => {
        const sum = kernels.get(name) ?? { name, dispatches: 0, milliseconds: 0, bytes: 0 };
        sum.dispatches++;
        sum.milliseconds += Number(stamps[2 * i + 1] - stamps[2 * i]) / 1e6;
        sum.bytes += bytes;
        kernels.set(name, sum);
      });
      target.destroy();
      resolved.destroy();
    }
    const list = [...kernels.values()].sort((a, b) => b.milliseconds - a.milliseconds);
    return { submissions: done.length, kernels: list };
  }
}

const READ = /* wgsl */ `
override STRIDE: u32; // total number of invocations

@group(0) @binding(0) var<storage, read_write> source: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> sums: array<u32>;

@compute @workgroup_size(256)
fn fill(@builtin(global_invocation_id) id: vec3u) {
  for (var i = id.x; i < arrayLength(&source); i += STRIDE) {
    source[i] = (vec4u(i) + vec4u(1u, 2u, 3u, 4u)) * 2654435761u;
  }
}

@compute @workgroup_size(256)
fn read(@builtin(global_invocation_id) id: vec3u) {
  var a = vec4u();
  var b = vec4u();
  let end = arrayLength(&source);
  for (var i = id.x; i < end; i += 4u * STRIDE) {
    a ^= source[i] ^ source[i + STRIDE];
    b ^= source[i + 2u * STRIDE] ^ source[i + 3u * STRIDE];
  }
  a ^= b;
  sums[id.x] = a.x ^ a.y ^ a.z ^ a.w;
}
`;

/**
 * Measures how fast the GPU reads a large buffer.
 *
 * @returns {Promise<{bytes: number, perSecond: number}>} the fastest of some readings
 */
export async function readBandwidth({ adapter }) {
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const software = adapter.info.isFallbackAdapter;
  const device = await (
    await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' })
  ).requestDevice({
    requiredLimits: { maxBufferSize, maxStorageBufferBindingSize },
  });
  const workgroups = software ? 16 : 8192;
  const stride = 256 * workgroups;
  const step = 64 * stride; // four vec4s for each invocation
  const most = Math.min(maxBufferSize, maxStorageBufferBindingSize, (software ? 256 : 1024) * 2 ** 20);
  const bytes = Math.floor(most / step) * step;
  const { STORAGE } = GPUBufferUsage;
  const source = device.createBuffer({ size: bytes, usage: STORAGE });
  const sums = device.createBuffer({ size: 4 * stride, usage: STORAGE });
  const module = device.createShaderModule({ code: READ });
  const run = async (entryPoint, times) => {
    const compute = { module, entryPoint, constants: { STRIDE: stride } };
    const pipeline = device.createComputePipeline({ layout: 'auto', compute });
    const entries = [source, sums].map((buffer, binding) => ({ binding, resource: { buffer } }));
    const group = device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: entryPoint === 'fill' ? entries.slice(0, 1) : entries,
    });
    let best = Infinity;
    for (let round = 0; round < 5; round++) {
      const encoder = device.createCommandEncoder();
      for (let i = 0; i < times; i++) {
        const pass = encoder.beginComputePass();
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(workgroups);
        pass.end();
      }
      const start = performance.now();
      device.queue.submit([encoder.finish()]);
      await device.queue.onSubmittedWorkDone();
      best = Math.min(best, performance.now() - start);
    }
    return best / 1000 / times;
  };
  await run('fill', 1);
  const seconds = await run('read', software ? 1 : 20);
  device.destroy();
  return { bytes, perSecond: bytes / seconds };
}
