// The benchmark: measures the speed of the loaded model, stores the results, and compares them with other runs and devices.
import { barChart } from './chart.js';
import { all, update } from './database.js';
import { date, number, onLanguage, problemOf, size, t } from './i18n.js';
import { engine, needs, onModel } from './model.js';
import { pageMemory } from './models.js';
import { byId, element, iconButton, messageOf, onFilesChosen, saveFile } from './page.js';
import { choice, InvalidField, list, number as numberFrom, object, optional, text, time } from './schema.js';
import { onState, state } from './status.js';

/**
 * @typedef {object} Run
 * @property {string} id
 * @property {number} created
 * @property {string} model
 * @property {string} machine
 * @property {import('./demitasse.js').Device['kind']} device
 * @property {number} threads
 * @property {number} [memory] in bytes
 * @property {Record<string, number[] | undefined>} speeds tokens per second of each repetition, by measure
 */

const STORE = 'benchmarks';
const FORMAT = 'demitasse benchmarks';
/** The maximum width of the chart in pixels. */
const MAX_WIDTH = 720;
const REPETITIONS = 3;
const MEASURES = [
  { name: 'prefill128', prompt: 128, answer: 1 },
  { name: 'prefill512', prompt: 512, answer: 1 },
  { name: 'decode64', prompt: 16, answer: 64 },
];
/** A text whose tokens make up the prompts. */
const TEXT = 'The grinder hums while rain taps on the window, and a small cup waits under the spout for its two slow ounces. ';

const chart = byId('benchmark-chart');
const empty = byId('benchmark-empty');
const exportButton = byId('benchmark-export');
const results = byId('benchmark-results');
const rows = byId('benchmark-rows');
const said = byId('benchmark-status');
const start = byId('benchmark-start');

/** A model's file names it as it likes. */
const MAX_NAME = 2 ** 20;
const SPEEDS = list(100, numberFrom(Number.MIN_VALUE, 1e9));
/** @type {import('./schema.js').Schema<Run>} */
const RUN = object({
  id: text(200, 1),
  created: time,
  model: text(MAX_NAME),
  machine: text(MAX_NAME),
  device: choice('webgpu', 'cpu'),
  threads: numberFrom(0, 10_000),
  memory: optional(numberFrom(0, Number.MAX_SAFE_INTEGER)),
  speeds: object({ prefill128: optional(SPEEDS), prefill512: optional(SPEEDS), decode64: optional(SPEEDS) }),
});
const FILE = object({ format: choice(FORMAT), version: numberFrom(1, 1), runs: list(10_000, RUN) });

/** @type {Run[]} */
let runs = [];
/** Runs that could not be stored: they last until the page is closed. @type {Map<string, Run>} */
const unsaved = new Map();
/** The ids of runs that are not in the chart. */
const unchecked = new Set();
/** @type {AbortController | null} aborts the current measurement */
let measuring = null;

// Measuring

async function measure() {
  measuring = new AbortController();
  const { signal } = measuring;
  showStart();
  try {
    const run = await measured(signal);
    said.textContent = (await keep(run)) ? t('benchmarkDone') : t('benchmarkNotKept');
  } catch (cause) {
    said.textContent = signal.aborted ? t('benchmarkStopped') : t('benchmarkFailed', { why: messageOf(cause) });
  }
  measuring = null;
  showStart();
  await refresh();
}

/**
 * @param {AbortSignal} signal
 * @returns {Promise<Run>}
 */
async function measured(signal) {
  if (!engine) {
    throw new Error(t('benchmarkNoModel'));
  }
  const loaded = engine;
  const { model, device } = loaded;
  const memory = pageMemory(); // browsers may need seconds for it
  const ids = await loaded.tokenize(TEXT);
  const measures = MEASURES.filter(({ prompt, answer }) => prompt + answer <= (model.contextLength ?? Infinity));
  /** @type {Record<string, number[]>} */
  const speeds = Object.fromEntries(measures.map(({ name }) => [name, []]));
  const total = measures.length * (REPETITIONS + 1);
  let done = 0;
  for (let repetition = 0; repetition <= REPETITIONS; repetition++) {
    for (const { name, prompt, answer } of measures) {
      said.textContent = t('benchmarkRunning', { done: ++done, total });
      // Each prompt begins differently, because the engine does not read a known beginning again.
      const tokens = Array.from({ length: prompt }, (_, index) => ids[(index + done) % ids.length]);
      const body = { prompt: tokens, max_tokens: answer, temperature: 0, speculative: false };
      const { timings } = await loaded.completions.create(body, { signal });
      if (!timings) {
        throw new Error('no timings'); // only servers leave them out, and a server is not measured
      }
      const speed = answer > 1 ? timings.predicted_n / timings.predicted_ms : timings.prompt_n / timings.prompt_ms;
      if (repetition > 0) { // the first is a warm-up
        speeds[name].push(1000 * speed);
      }
    }
  }
  return {
    id: crypto.randomUUID(),
    created: Date.now(),
    model: model.name,
    machine: navigator.userAgentData?.platform || navigator.platform,
    device: device.kind,
    threads: device.threads,
    memory: (await Promise.race([memory, needs?.memory.empty])) ?? undefined,
    speeds,
  };
}

const median = (/** @type {number[]} */ values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/**
 * Stores a run.
 *
 * @param {Run} run
 * @returns {Promise<boolean>} whether it was stored
 */
async function keep(run) {
  try {
    await update(STORE, run.id, () => run);
    return true;
  } catch {
    unsaved.set(run.id, run);
    return false;
  }
}

// Showing

export async function refresh() {
  const stored = await all(STORE).catch(() => []);
  runs = [...stored.flatMap(({ record }) => runOf(record)), ...unsaved.values()].sort((a, b) => b.created - a.created);
  empty.hidden = runs.length > 0;
  results.hidden = exportButton.hidden = runs.length === 0;
  rows.replaceChildren(...runs.map(row));
  draw();
}

/**
 * Returns a stored run, or nothing if it can't be read.
 *
 * @param {unknown} record
 * @returns {Run[]}
 */
function runOf(record) {
  try {
    return [RUN(record, '')];
  } catch {
    return [];
  }
}

const speedText = (/** @type {number} */ value) => number(value, { maximumSignificantDigits: 3 });

/**
 * @param {Run} run
 * @param {number} index
 */
function row(run, index) {
  const label = t('benchmarkRun', { index: index + 1 });
  const made = element('tr');
  const chosen = Object.assign(element('input'), { type: 'checkbox', checked: !unchecked.has(run.id), ariaLabel: t('benchmarkShow', { run: label }) });
  chosen.onchange = () => {
    chosen.checked ? unchecked.delete(run.id) : unchecked.add(run.id);
    draw();
  };
  const heading = element('th');
  heading.scope = 'row';
  heading.append(element('span', `${label} · ${run.model}`, 'name'), element('span', describe(run), 'small'));
  const cells = MEASURES.map(({ name }) => {
    const values = run.speeds[name] ?? [];
    const cell = element('td', values.length > 0 ? speedText(median(values)) : '–');
    if (values.length > 1) {
      cell.append(element('span', t('range', { from: speedText(Math.min(...values)), to: speedText(Math.max(...values)) }), 'small'));
    }
    return cell;
  });
  const remove = iconButton('delete', t('benchmarkDelete', { run: label }), async () => {
    try {
      if (!unsaved.delete(run.id)) {
        await update(STORE, run.id, () => undefined);
      }
    } catch {
      said.textContent = t('notDeleted', { name: label });
    }
    await refresh();
    start.focus();
  });
  made.append(wrapped(chosen), heading, ...cells, wrapped(remove));
  return made;
}

/** @param {HTMLElement} item */
function wrapped(item) {
  const cell = element('td');
  cell.append(item);
  return cell;
}

/** @param {Run} run */
function describe({ machine, device, threads, memory, created }) {
  const computes = device === 'webgpu' ? 'GPU' : t('cpuThreads', { count: threads });
  const when = date(created, { dateStyle: 'medium', timeStyle: 'short' });
  return [machine, computes, ...(memory ? [size(memory)] : []), when].join(' · ');
}

function draw() {
  const shown = runs.map((run, index) => ({ run, label: t('benchmarkRun', { index: index + 1 }) }))
    .filter(({ run }) => !unchecked.has(run.id));
  const groups = MEASURES.map(({ name }) => ({
    title: t(`measure.${name}`),
    bars: shown.flatMap(({ run, label }) => {
      const values = run.speeds[name] ?? [];
      return values.length > 0 ? [{ label, value: median(values), from: Math.min(...values), to: Math.max(...values) }] : [];
    }),
  }));
  chart.replaceChildren(barChart(groups, t('benchmarkChart'), speedText, Math.min(chart.clientWidth || MAX_WIDTH, MAX_WIDTH)));
}

function showStart() {
  start.textContent = t(measuring ? 'stop' : 'benchmarkStart');
  const isHere = engine && !engine.closed && engine.device.kind !== 'remote';
  start.disabled = !measuring && !(isHere && state() === 'ready');
  byId('benchmark-model').textContent = isHere && engine ? engine.model.name : t('benchmarkNoModel');
}

addEventListener('resize', draw);
start.addEventListener('click', () => (measuring ? measuring.abort() : measure()));
onModel(() => {
  measuring?.abort();
  showStart();
});
onState(showStart);
onLanguage(() => {
  showStart();
  refresh();
});

// Files

exportButton.addEventListener('click', () => {
  const chosen = runs.filter(({ id }) => !unchecked.has(id));
  const exported = JSON.stringify({ format: FORMAT, version: 1, runs: chosen }, null, 2);
  saveFile(new File([exported], 'Demitasse benchmarks.json', { type: 'application/json' }));
});
byId('benchmark-import').addEventListener('click', () => byId('benchmark-files').click());
onFilesChosen(byId('benchmark-files'), async ([file]) => {
  const content = await file.text().then(JSON.parse).catch(() => null);
  if (content?.format !== FORMAT) {
    said.textContent = t('notBenchmarks', { name: file.name });
    return;
  }
  try {
    const imported = FILE(content, '').runs;
    const kept = await Promise.all(imported.map(keep));
    said.textContent = kept.every(Boolean) ? t('benchmarksImported', { count: imported.length }) : t('benchmarkNotKept');
  } catch (cause) {
    said.textContent = cause instanceof InvalidField ? t('wrongFile', { name: file.name, problem: problemOf(cause) }) : messageOf(cause);
  }
  await refresh();
});
