// Asks the model, and runs the tools that it calls, until it has answered.
import { engine, serverName } from './model.js';
import { settings } from './settings.js';
import { runTool, TOOLS } from './tools.js';

/** How often in a row a model may call tools. */
const MAX_ROUNDS = 6;
/** Models with fewer parameters than this soon lose the thread where tokens are drawn at random. */
const SMALLEST_TO_DRAW = 500e6;
/** What keeps these from saying the same for ever. */
const REPETITION_PENALTY = 1.1;

/**
 * @typedef {object} Answering told what comes
 * @property {() => void} onBegin a message of the model begins
 * @property {(message: object) => void} onGrowth it has grown
 * @property {(message: object) => void} onComplete it is complete
 * @property {(message: object) => void} onResult a tool has answered
 * @property {(progress: {loaded: number, total: number}) => void} onProgress the prompt is read
 *
 * @param {object[]} messages the conversation so far
 * @param {boolean} again whether another answer to the same is wanted
 * @param {AbortSignal} signal ends the answer, which keeps what has come
 * @param {Answering} told
 */
export async function answer(messages, again, signal, told) {
  const said = [...messages];
  for (let round = 1; !signal.aborted; round++) {
    const message = { role: 'assistant', content: '' };
    told.onBegin();
    await receive(message, said, again, signal, told);
    const calls = message.tool_calls ?? [];
    if (calls.length > 0 && round === MAX_ROUNDS) {
      message.info.finish_reason = 'rounds';
    }
    told.onComplete(message);
    if (calls.length === 0 || round === MAX_ROUNDS || signal.aborted) {
      return;
    }
    said.push(message);
    for (const call of calls) {
      const result = { role: 'tool', tool_call_id: call.id, name: call.function.name, content: runTool(call.function) };
      said.push(result);
      told.onResult(result);
    }
  }
}

async function receive(message, said, again, signal, told) {
  const stream = await engine.chat.completions.create(request(said, again), { signal, onProgress: told.onProgress });
  const info = { server: serverName() ?? undefined, model: engine.model?.name };
  message.info = info;
  let began;
  for await (const { choices = [], usage, timings } of stream) {
    began ??= performance.now();
    const [{ delta = {}, finish_reason: reason } = {}] = choices;
    message.content += delta.content ?? '';
    if (delta.reasoning_content) {
      message.reasoning_content = (message.reasoning_content ?? '') + delta.reasoning_content;
    }
    delta.tool_calls?.forEach((piece) => addPiece(message, piece));
    info.finish_reason = reason ?? info.finish_reason;
    info.usage = usage ?? info.usage;
    info.timings = timings ?? info.timings;
    told.onGrowth(message);
  }
  message.tool_calls = message.tool_calls?.filter((call) => call); // indices may have gaps
  if (signal.aborted) {
    info.finish_reason = 'abort';
    delete message.tool_calls; // perhaps cut
  }
  if (info.usage && !info.timings) { // other servers give none
    info.timings = { predicted_n: info.usage.completion_tokens, predicted_ms: performance.now() - began };
  }
}

/** Adds a piece of a tool call, which comes in pieces. */
function addPiece(message, { index = 0, id, function: called }) {
  message.tool_calls ??= [];
  const call = (message.tool_calls[index] ??= { id: id ?? `call_${index}`, type: 'function', function: { name: '', arguments: '' } });
  call.function.name += called?.name ?? '';
  call.function.arguments += called?.arguments ?? '';
}

function request(said, again) {
  const { systemPrompt, temperature, topP, topK, minP, maxTokens, seed, speculative } = settings;
  const remote = serverName() !== null;
  const system = systemPrompt.trim() === '' ? [] : [{ role: 'system', content: systemPrompt }];
  const isSmallest = !remote && engine.model.parameters < SMALLEST_TO_DRAW;
  const body = {
    messages: [...system, ...said.map(forModel)],
    stream: true,
    stream_options: { include_usage: true },
    temperature: temperature ?? (isSmallest && !again ? 0 : undefined),
    repetition_penalty: temperature === null && isSmallest ? REPETITION_PENALTY : undefined,
    top_p: topP ?? undefined,
    top_k: topK ?? undefined,
    min_p: minP ?? undefined,
    max_tokens: maxTokens ?? undefined,
    seed: seed ?? undefined,
    tools: usesTools() ? TOOLS : undefined,
    // Other servers may not know these.
    speculative: remote || speculative ? undefined : false,
    reasoning_effort: remote || settings.thinking || !engine.model.thinks ? undefined : 'none',
  };
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}

/** A message without what the page keeps with it. */
function forModel({ role, content, tool_calls, tool_call_id }) {
  return {
    role,
    content,
    ...(tool_calls?.length > 0 && { tool_calls }),
    ...(tool_call_id !== undefined && { tool_call_id }),
  };
}

/** Whether the model is offered the page's tools. */
export const usesTools = () => settings.tools && (serverName() !== null || engine.model.tools);

/**
 * What a model should see of a conversation: an answer that failed or is empty would teach it to give more of them, and many
 * chat templates want questions and answers in turns.
 */
export function forPrompt(branch) {
  const answered = branch.filter(({ role, content, tool_calls: calls }) => role !== 'assistant' || content !== '' || calls?.length > 0);
  return answered.filter(({ role }, index) => role !== 'user' || answered[index + 1]?.role !== 'user');
}
