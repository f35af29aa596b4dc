// Asks the model and runs the tools that it calls, until it has answered.
import { AnswerBuilder } from './answer-builder.js';
import { engine, serverName } from './model.js';
import { settings } from './settings.js';
import { runTool, TOOLS } from './tools.js';

/** The number of messages in a row in which a model may call tools. */
const MAX_ROUNDS = 6;
/** Models with fewer parameters become incoherent when tokens are sampled at random. */
const MIN_PARAMETERS_TO_SAMPLE = 500e6;
/** Keeps greedy decoding of those models from repeating itself. */
const REPETITION_PENALTY = 1.1;

/**
 * @typedef {object} AnswerListener
 * @property {() => void} onBegin called when a message of the model begins
 * @property {(message: object) => void} onGrowth called when the message has grown
 * @property {(message: object) => void} onComplete called when the message is complete
 * @property {(message: object) => void} onResult called with the result of a tool
 * @property {(progress: {loaded: number, total: number}) => void} onProgress called while the prompt is read
 */

/**
 * Lets the model answer a conversation.
 *
 * @param {object[]} messages the conversation so far
 * @param {boolean} again whether a different answer to the same question is wanted
 * @param {AbortSignal} signal ends the answer; what has arrived is kept
 * @param {AnswerListener} listener
 */
export async function answer(messages, again, signal, listener) {
  const said = [...messages];
  for (let round = 1; !signal.aborted; round++) {
    const message = { role: 'assistant', content: '' };
    listener.onBegin();
    await receive(message, said, again, signal, listener);
    const calls = message.tool_calls ?? [];
    if (calls.length > 0 && round === MAX_ROUNDS) {
      message.info.finish_reason = 'rounds';
    }
    listener.onComplete(message);
    if (calls.length === 0 || round === MAX_ROUNDS || signal.aborted) {
      return;
    }
    said.push(message);
    for (const call of calls) {
      const result = { role: 'tool', tool_call_id: call.id, name: call.function.name, content: runTool(call.function) };
      said.push(result);
      listener.onResult(result);
    }
  }
}

/** Receives one message of the model. */
async function receive(message, said, again, signal, listener) {
  const stream = await engine.chat.completions.create(request(said, again), { signal, onProgress: listener.onProgress });
  const built = new AnswerBuilder();
  let began;
  message.info = { server: serverName() ?? undefined, model: engine.model?.name };
  for await (const chunk of stream) {
    began ??= performance.now();
    built.add(chunk);
    message.content = built.content;
    message.reasoning_content = built.reasoning || undefined;
    message.info.finish_reason = built.finishReason;
    message.info.usage = built.usage;
    message.info.timings = built.timings;
    listener.onGrowth(message);
  }
  if (signal.aborted) {
    message.info.finish_reason = 'abort'; // its tool calls may be incomplete
  } else if (built.calls.length > 0) {
    message.tool_calls = built.calls.filter((call) => call); // indices may have gaps
  }
  if (built.usage && !built.timings) { // other servers report no timings
    message.info.timings = { predicted_n: built.usage.completion_tokens, predicted_ms: performance.now() - began };
  }
}

/** @returns {import('./demitasse.js').ChatCompletionCreateParamsStreaming} the request for the next message */
function request(said, again) {
  const { systemPrompt, temperature, topP, topK, minP, maxTokens, seed, speculative } = settings;
  const remote = serverName() !== null;
  const system = systemPrompt.trim() === '' ? [] : [{ role: 'system', content: systemPrompt }];
  const isTiny = !remote && engine.model.parameters < MIN_PARAMETERS_TO_SAMPLE;
  const body = {
    messages: [...system, ...said.map(forModel)],
    stream: true,
    stream_options: { include_usage: true },
    temperature: temperature ?? (isTiny && !again ? 0 : undefined),
    repetition_penalty: temperature === null && isTiny ? REPETITION_PENALTY : undefined,
    top_p: topP ?? undefined,
    top_k: topK ?? undefined,
    min_p: minP ?? undefined,
    max_tokens: maxTokens ?? undefined,
    seed: seed ?? undefined,
    tools: usesTools() ? TOOLS : undefined,
    // Other servers may not know these fields.
    speculative: remote || speculative ? undefined : false,
    reasoning_effort: remote || settings.thinking || !engine.model.thinks ? undefined : 'none',
  };
  return /** @type {any} */ (Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)));
}

/** Returns a message without the fields that only the page uses. */
function forModel({ role, content, tool_calls, tool_call_id }) {
  return {
    role,
    content,
    ...(tool_calls?.length > 0 && { tool_calls }),
    ...(tool_call_id !== undefined && { tool_call_id }),
  };
}

/** Whether the model is offered the page's tools. */
const usesTools = () => settings.tools && (serverName() !== null || engine.model.tools);

/**
 * Returns the messages that the model should see. Leaves out empty answers, which the model would imitate, and questions without an
 * answer, because many chat templates require turns.
 */
export function forPrompt(branch) {
  const answered = branch.filter(({ role, content, tool_calls: calls }) => role !== 'assistant' || content !== '' || calls?.length > 0);
  return answered.filter(({ role }, index) => role !== 'user' || answered[index + 1]?.role !== 'user');
}
