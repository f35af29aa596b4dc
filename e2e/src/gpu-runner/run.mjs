// Measures the site's engine on this machine's GPU: see e2e/gpu-runner, which puts this into a folder with all it needs.
import { parseArgs } from 'node:util';
import { Engine } from './engine.mjs';
import { fullShape, mixes } from './full-shape.mjs';
import { openGpu, readBandwidth } from './gpu.mjs';

const USAGE = `node run.mjs MODEL.gguf [options]
node run.mjs --full-shape ${mixes.join('|')} [options]

--decode 128      tokens that are written, after some untimed
--prefill 512     tokens of a prompt whose reading is timed
--bandwidth       how fast the GPU reads memory, and what part of that decode reaches
--profile         the GPU's time, kernel by kernel
--adapter NAME    an adapter whose name contains this
--software        an adapter that computes on the CPU
--hardware-sizes  kernels as a GPU has them, on such an adapter, too`;

const CONTEXT = 2048;
const QUESTION = 'What is the capital of France?';
const BEGINNING = 'Once upon a time, there was a';
const PROFILED_TOKENS = 8;

function arguments_() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'full-shape': { type: 'string' },
      decode: { type: 'string', default: '128' },
      prefill: { type: 'string', default: '512' },
      bandwidth: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      adapter: { type: 'string' },
      software: { type: 'boolean', default: false },
      'hardware-sizes': { type: 'boolean', default: false },
    },
  });
  const mix = values['full-shape'];
  const [decode, prefill] = [Number(values.decode), Number(values.prefill)];
  const sizesAreRight = [decode, prefill].every((n) => Number.isInteger(n) && n > 0) && decode + prefill < CONTEXT;
  if (positionals.length !== (mix ? 0 : 1) || (mix && !mixes.includes(mix)) || !sizesAreRight) {
    throw new TypeError(USAGE);
  }
  return { ...values, decode, prefill, mix, hardwareSizes: values['hardware-sizes'], model: positionals[0] };
}

const rate = (value) => `${value < 10 ? value.toFixed(2) : value.toFixed(1)} tok/s`;
const gigabytes = (value) => `${(value / 1e9).toFixed(value < 1e10 ? 2 : 1)} GB`;
const print = (row) => console.log(`| ${row.join(' | ')} |`);

function printHead(...columns) {
  console.log();
  print(columns);
  print(columns.map(() => '---'));
}

/** A text of (at most) so many tokens; another beginning each time. */
async function prompt(engine, tokens, number) {
  const words = Array.from({ length: tokens }, (_, i) => `The ${number + i}th house of the street had ${i} windows.`);
  const text = words.join(' ');
  let [low, high] = [1, text.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((await engine.tokenCount(text.slice(0, middle))) <= tokens) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return text.slice(0, low);
}

/** Writes tokens as the likeliest come; `onToken` gets the number of each. */
function write(engine, text, maxTokens, onToken = () => {}) {
  let count = 0;
  return engine.request({ type: 'complete', prompt: text, options: { temperature: 0, maxTokens } }, (reply) => {
    if (reply.type === 'token') {
      onToken(++count);
    }
  });
}

async function readPrompt(engine, text) {
  const { usage, timings } = await write(engine, text, 1);
  const tokens = usage.promptTokens - usage.cachedTokens;
  return { tokens, perSecond: (tokens / timings.prefillMs) * 1000 };
}

async function decode(engine, tokens, warmUp) {
  let [from, start, until, end] = [0, 0, 0, 0];
  await write(engine, BEGINNING, warmUp + tokens, (count) => {
    [until, end] = [count, performance.now()];
    if (count === warmUp) {
      [from, start] = [until, end];
    }
  });
  return { from, tokens: until - from, perSecond: ((until - from) / (end - start)) * 1000 };
}

function printKernels(title, unit, { submissions, kernels }, passMilliseconds) {
  const total = kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  console.log(`\n${title}: ${(total / submissions).toFixed(3)} ms in kernels; all in one pass: ${passMilliseconds.toFixed(3)} ms`);
  printHead('kernel', `dispatches a ${unit}`, `ms a ${unit}`, '%', 'weights read');
  for (const { name, dispatches, milliseconds, bytes } of kernels) {
    print([
      name,
      Math.round(dispatches / submissions),
      (milliseconds / submissions).toFixed(3),
      ((100 * milliseconds) / total).toFixed(1),
      bytes > 0 ? `${gigabytes((bytes / milliseconds) * 1000)}/s` : '',
    ]);
  }
}

async function profile(engine, gpu, { prefill }) {
  const timed = async (timing, work) => {
    await work(timing);
    gpu.time('off');
    return gpu.times();
  };
  const perSubmission = ({ submissions, kernels }) => kernels[0].milliseconds / submissions;
  // The first token's pass reads the prompt.
  const decoding = (timing) =>
    write(engine, BEGINNING, 2 + PROFILED_TOKENS, (count) => count === 2 && gpu.time(timing));
  const pass = await timed('pass', decoding);
  printKernels('Decode, a token', 'token', await timed('dispatch', decoding), perSubmission(pass));

  let number = 300;
  const reading = async (timing) => {
    const text = await prompt(engine, prefill, number++);
    gpu.time(timing);
    await write(engine, text, 1);
  };
  const passes = await timed('pass', reading);
  const title = `Prefill, a batch of ${Math.round(prefill / passes.submissions)}`;
  printKernels(title, 'batch', await timed('dispatch', reading), perSubmission(passes));
}

async function main() {
  const options = arguments_();
  const gpu = await openGpu(options);
  const { vendor, architecture, device, description } = gpu.adapter.info;
  printHead('', options.mix ? `SmolLM3-3B's shape, random, ${options.mix}` : options.model.replace(/.*\//, ''));
  print(['GPU', [vendor, architecture, device, description].filter(Boolean).join(', ')]);

  let bandwidth;
  if (options.bandwidth) {
    bandwidth = await readBandwidth(gpu);
    print([`reads a buffer of ${gigabytes(bandwidth.bytes)}`, `${gigabytes(bandwidth.perSecond)}/s`]);
  }

  const engine = await Engine.start();
  const start = performance.now();
  const { model } = await engine.load(options.mix ? fullShape(options.mix) : options.model, CONTEXT);
  print([`load, ${gigabytes(model.bytes)}`, `${((performance.now() - start) / 1000).toFixed(2)} s`]);

  // Kernels are compiled, or chosen anew, when they first run.
  if (options.mix || !model.chatTemplate) {
    await write(engine, BEGINNING, 4);
  } else {
    const { text } = await engine.request({
      type: 'chat',
      messages: JSON.stringify([{ role: 'user', content: QUESTION }]),
      variables: '{}',
      options: { temperature: 0, maxTokens: 24 },
    });
    print([QUESTION, text.trim().replaceAll('\n', ' ')]);
  }
  await readPrompt(engine, await prompt(engine, Math.min(options.prefill, 128), 100));
  const read = await readPrompt(engine, await prompt(engine, options.prefill, 200));
  print([`prefill ${read.tokens}`, rate(read.perSecond)]);

  const written = await decode(engine, options.decode, Math.min(16, Math.ceil(options.decode / 4)));
  print([`decode ${written.tokens}`, rate(written.perSecond)]);
  const perSecond = gpu.bytesPerToken() * written.perSecond;
  print(['weights read a token', `${gigabytes(gpu.bytesPerToken())}: ${gigabytes(perSecond)}/s`]);
  if (bandwidth) {
    print(['of the bandwidth', `${((100 * perSecond) / bandwidth.perSecond).toFixed(1)} %`]);
  }

  if (options.profile) {
    if (!gpu.canTime) {
      throw new Error('this adapter has no timestamp queries');
    }
    await profile(engine, gpu, options);
  }
}

try {
  await main();
  process.exit();
} catch (error) {
  console.error(error instanceof TypeError ? error.message : error);
  process.exit(1);
}
