// Measures the site's engine on this machine's GPU. bench/gpu-runner copies this file into a folder with everything that it needs.
import { parseArgs } from 'node:util';
import { Engine } from './engine.mjs';
import { fullShape, mixes } from './full-shape.mjs';
import { openGpu, readBandwidth } from './gpu.mjs';

const USAGE = `node run.mjs MODEL.gguf [options]
node run.mjs --full-shape ${mixes.join('|')} [options]

--decode 128      number of generated tokens that are timed
--prefill 512     number of tokens of the prompt that is timed
--bandwidth       prints the rate at which the GPU reads memory, and the share of it that decode reaches
--profile         prints the GPU's time of each kernel
--adapter NAME    uses an adapter whose name contains NAME
--software        uses an adapter that computes on the CPU
--hardware-sizes  uses the sizes for hardware on such an adapter`;

const CONTEXT = 2048;
const QUESTION = 'What is the capital of France?';
const BEGINNING = 'Once upon a time, there was a';
const PROFILED_TOKENS = 8;

class UsageError extends Error {}

function readOptions() {
  const { values, positionals } = parse();
  const mix = values['full-shape'];
  const [decode, prefill] = [Number(values.decode), Number(values.prefill)];
  const sizesAreRight = [decode, prefill].every((n) => Number.isInteger(n) && n > 0 && n <= CONTEXT / 2);
  if (positionals.length !== (mix ? 0 : 1) || (mix && !mixes.includes(mix)) || !sizesAreRight) {
    throw new UsageError();
  }
  return { ...values, decode, prefill, mix, hardwareSizes: values['hardware-sizes'], model: positionals[0] };
}

function parse() {
  const options = {
    'full-shape': { type: 'string' },
    decode: { type: 'string', default: '128' },
    prefill: { type: 'string', default: '512' },
    bandwidth: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    adapter: { type: 'string' },
    software: { type: 'boolean', default: false },
    'hardware-sizes': { type: 'boolean', default: false },
  };
  try {
    return parseArgs({ allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(error.message);
  }
}

const rate = (value) => `${value < 10 ? value.toFixed(2) : value.toFixed(1)} tok/s`;
const gigabytes = (value) => `${(value / 1e9).toFixed(value < 1e10 ? 2 : 1)} GB`;
const print = (row) => console.log(`| ${row.join(' | ')} |`);

function printHead(...columns) {
  console.log();
  print(columns);
  print(columns.map(() => '---'));
}

/** Returns a text of at most `tokens` tokens. It begins with a letter, so that texts have no common prefix. */
async function prompt(engine, tokens, letter) {
  const text = Array.from({ length: tokens }, (_, i) => `${letter} is house number ${i + 1} of the street.`).join(' ');
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

/** Generates tokens greedily; `onToken` gets the number of each. */
function write(engine, text, maxTokens, onToken = () => {}) {
  let count = 0;
  return engine.answer('complete', { prompt: text, max_tokens: maxTokens }, ({ choices: [{ tokens }] }) => {
    if (tokens) {
      onToken(++count);
    }
  });
}

/** Returns the median of measurements over a few seconds. */
async function readPrompts(engine, most) {
  const rounds = [];
  const start = performance.now();
  do {
    const { timings } = await write(engine, await prompt(engine, most, 'BCDEF'[rounds.length]), 1);
    rounds.push({ tokens: timings.prompt_n, perSecond: (timings.prompt_n / timings.prompt_ms) * 1000 });
  } while (rounds.length < 5 && performance.now() - start < 5000);
  rounds.sort((a, b) => a.perSecond - b.perSecond);
  return rounds[Math.floor(rounds.length / 2)];
}

async function decode(engine, tokens, warmUp) {
  let [from, start, until, end] = [0, 0, 0, 0];
  await write(engine, BEGINNING, warmUp + tokens, (count) => {
    [until, end] = [count, performance.now()];
    if (count === warmUp) {
      [from, start] = [until, end];
    }
  });
  if (until === from) {
    throw new Error(`the model ended its text after ${until} tokens, all of them to warm up`);
  }
  return { tokens: until - from, perSecond: ((until - from) / (end - start)) * 1000 };
}

/**
 * @param {number} wall milliseconds that a unit takes untimed
 * @param {object} pass times of whole passes
 * @param {object} dispatches times of the same, each dispatch a pass of its own
 */
function printKernels(title, unit, wall, pass, { submissions, kernels }) {
  const total = kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const [onGpu, apart] = [pass.kernels[0].milliseconds / pass.submissions, total / submissions];
  console.log(
    `\n${title}: ${wall.toFixed(3)} ms, ${onGpu.toFixed(3)} on the GPU; kernels one by one: ${apart.toFixed(3)}`,
  );
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

async function profile(engine, gpu, { prefill }, read, written) {
  const timed = async (timing, work) => {
    await work(timing);
    gpu.time('off');
    return gpu.times();
  };
  const both = async (work) => [await timed('pass', work), await timed('dispatch', work)];

  // The first token's pass reads the prompt.
  const decoding = (timing) =>
    write(engine, BEGINNING, 2 + PROFILED_TOKENS, (count) => count === 2 && gpu.time(timing));
  printKernels('Decode, a token', 'token', 1000 / written.perSecond, ...(await both(decoding)));

  const letters = ['Y', 'Z'];
  const reading = async (timing) => {
    const text = await prompt(engine, prefill, letters.pop());
    gpu.time(timing);
    await write(engine, text, 1);
  };
  // One prompt, in any number of submissions.
  const times = (await both(reading)).map((each) => ({ ...each, submissions: 1 }));
  printKernels(`Prefill of ${read.tokens}`, 'prompt', (1000 * read.tokens) / read.perSecond, ...times);
}

async function main() {
  const options = readOptions();
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

  // Kernels may be compiled when they first run.
  if (options.mix || !model.chatTemplate) {
    await write(engine, BEGINNING, 4);
  } else {
    const messages = [{ role: 'user', content: QUESTION }];
    let text = '';
    await engine.answer('chat', { messages, max_tokens: 24 }, ({ choices: [{ delta }] }) => {
      text += delta.content ?? '';
    });
    print([QUESTION, text.trim().replaceAll('\n', ' ')]);
  }
  await write(engine, await prompt(engine, Math.min(options.prefill, 128), 'A'), 1);
  const read = await readPrompts(engine, options.prefill);
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
    await profile(engine, gpu, options, read, written);
  }
}

try {
  await main();
  process.exit();
} catch (error) {
  console.error(error instanceof UsageError ? `${error.message}\n${USAGE}`.trim() : error);
  process.exit(1);
}
