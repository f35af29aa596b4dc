// The tools that the page offers to models, for tasks that models are bad at.
import { calculate } from './calculator.js';

/** Factors to the base unit of each quantity, except temperatures. @type {Record<string, number>[]} */
const UNITS = [
  { mm: 0.001, cm: 0.01, m: 1, km: 1000, in: 0.0254, ft: 0.3048, yd: 0.9144, mi: 1609.344 },
  { mg: 1e-6, g: 0.001, kg: 1, t: 1000, oz: 0.028349523125, lb: 0.45359237 },
  { ml: 0.001, cl: 0.01, dl: 0.1, l: 1, tsp: 0.00492892159375, tbsp: 0.01478676478125, cup: 0.2365882365, gal: 3.785411784 },
  { s: 1, min: 60, h: 3600, day: 86_400, week: 604_800 },
  { 'm/s': 1, 'km/h': 1 / 3.6, mph: 0.44704 },
];
/** Conversions of temperatures to and from kelvin. @type {Record<string, [(t: number) => number, (t: number) => number]>} */
const TEMPERATURES = {
  K: [(k) => k, (k) => k],
  C: [(c) => c + 273.15, (k) => k - 273.15],
  F: [(f) => (f - 32) / 1.8 + 273.15, (k) => (k - 273.15) * 1.8 + 32],
};
const UNIT_NAMES = [...UNITS.flatMap((units) => Object.keys(units)), ...Object.keys(TEMPERATURES)];

/** @type {Record<string, (given: any) => unknown>} */
const RUN = { current_time: currentTime, calculator: ({ expression }) => calculate(String(expression)), convert_units: convertUnits };

/** The tools in the format of the chat API. */
export const TOOLS = [
  define('current_time', 'The current date and time.', {
    time_zone: { type: 'string', description: "IANA name, such as Europe/Paris; if left out, the user's own" },
  }, []),
  define('calculator', 'The value of an arithmetic expression.', {
    expression: { type: 'string', description: 'with + - * / ^ ( ), sqrt, sin, cos, tan, ln, log, exp, abs, round, pi, e' },
  }),
  define('convert_units', 'Converts a quantity from one unit to another.', {
    value: { type: 'number' },
    from: { type: 'string', enum: UNIT_NAMES },
    to: { type: 'string', enum: UNIT_NAMES },
  }),
];

/**
 * @param {string} name
 * @param {string} description
 * @param {Record<string, object>} properties
 * @param {string[]} [required]
 * @returns {import('./demitasse.js').ChatCompletionTool}
 */
function define(name, description, properties, required = Object.keys(properties)) {
  return { type: 'function', function: { name, description, parameters: { type: 'object', properties, required } } };
}

/**
 * Runs a tool that a model has called. An error is a result, too, so that the model can correct its call.
 *
 * @param {{name: string, arguments: string}} called
 * @returns {string} JSON
 */
export function runTool({ name, arguments: given }) {
  try {
    if (!Object.hasOwn(RUN, name)) {
      throw new Error(`no such tool: ${name}`);
    }
    return JSON.stringify({ result: RUN[name](JSON.parse(given || '{}')) });
  } catch (cause) {
    return JSON.stringify({ error: cause instanceof Error ? cause.message : String(cause) });
  }
}

/** @param {{time_zone?: string}} given */
function currentTime({ time_zone: timeZone }) {
  const now = new Date();
  const local = now.toLocaleString('en', { dateStyle: 'full', timeStyle: 'long', timeZone });
  return { local, utc: now.toISOString() };
}

/** @param {{value: number, from: string, to: string}} given */
function convertUnits({ value, from, to }) {
  if (!Number.isFinite(value)) {
    throw new Error(`value is not a number: ${value}`);
  }
  let converted;
  const units = UNITS.find((group) => Object.hasOwn(group, from) && Object.hasOwn(group, to));
  if (units) {
    converted = (value * units[from]) / units[to];
  } else if (Object.hasOwn(TEMPERATURES, from) && Object.hasOwn(TEMPERATURES, to)) {
    converted = TEMPERATURES[to][1](TEMPERATURES[from][0](value));
  } else {
    throw new Error(`cannot convert ${from} to ${to}; units: ${UNIT_NAMES.join(', ')}`);
  }
  return `${Number(converted.toPrecision(10))} ${to}`;
}
