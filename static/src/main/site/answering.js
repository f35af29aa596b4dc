// Lets the model answer a conversation of the page, and runs the page's tools.
import { figuresOf } from './conversation-format.js';
import { engine, serverName } from './model.js';
import { settings } from './settings.js';
import { answerWithTools } from './tool-loop.js';
import { runTool, TOOLS } from './tools.js';

/**
 * @typedef {import('./answer-builder.js').AnswerBuilder} AnswerBuilder
 * @typedef {import('./conversations.js').NewMessage} Message
 * @typedef {import('./demitasse.js').ChatCompletionMessageParam} ChatMessage
 */

/** Models with fewer parameters become incoherent when tokens are sampled at random. */
const MIN_PARAMETERS_TO_SAMPLE = 500e6;
/** Keeps greedy decoding of those models from repeating itself. */
const REPETITION_PENALTY = 1.1;

/**
 * @typedef {object} AnswerListener
 * @property {() => void} onBegin called when a message of the model begins
 * @property {(message: Message) => void} onGrowth called when the message has grown
 * @property {(message: Message) => void} onComplete called when the message is complete
 * @property {(message: Message) => void} onResult called with the result of a tool
 * @property {(progress: import('./demitasse.js').Progress) => void} onProgress called while the prompt is read, or the engine starts again
 */

/**
 * Lets the model answer a conversation.
 *
 * @param {Message[]} messages the conversation so far
 * @param {boolean} again whether a different answer to the same question is wanted
 * @param {AbortSignal} signal ends the answer; what has arrived is kept
 * @param {AnswerListener} listener
 */
export async function answer(messages, again, signal, listener) {
  /** @type {Message} */
  let message;
  let began = 0;
  await answerWithTools({
    messages: messages.map(forModel),
    ask: async (said) => {
      const stream = await loaded().chat.completions.create(request(said, again), { signal, onProgress: listener.onProgress });
      message.info = { server: serverName() ?? undefined, model: loaded().model?.name };
      return stream;
    },
    run: ({ function: called }) => runTool(called),
    signal,
    onBegin() {
      message = { role: 'assistant', content: '' };
      began = 0;
      listener.onBegin();
    },
    onGrowth(built) {
      began ||= performance.now();
      show(message, built);
      listener.onGrowth(message);
    },
    onComplete(built, calls, isEndless) {
      show(message, built);
      complete(message, performance.now() - began);
      if (signal.aborted || isEndless) {
        message.info = { ...message.info, finish_reason: isEndless ? 'rounds' : 'abort' };
      }
      if (calls.length > 0) {
        // A server may send other fields, and an id that is no text.
        message.tool_calls = calls.map(({ id, function: { name, arguments: given } }) => ({ id: String(id), type: 'function', function: { name, arguments: given } }));
      }
      listener.onComplete(message);
    },
    onResult: ({ id, function: { name } }, content) => listener.onResult({ role: 'tool', tool_call_id: String(id), name, content }),
  });
}

/**
 * Takes what has arrived of a message.
 *
 * @param {Message} message
 * @param {AnswerBuilder} built
 */
function show(message, { content, reasoning, finishReason, usage, timings }) {
  message.content = content;
  message.reasoning_content = reasoning || undefined;
  message.info = { ...message.info, ...figuresOf({ finish_reason: finishReason, usage, timings }) };
}

/**
 * Adds the figures of a complete message that a server has left out.
 *
 * @param {Message} message
 * @param {number} milliseconds
 */
function complete(message, milliseconds) {
  const { usage, timings } = message.info ?? {};
  if (usage && !timings) {
    message.info = { ...message.info, timings: { predicted_n: usage.completion_tokens, predicted_ms: milliseconds } };
  }
}

/** Returns the engine, which is loaded while the page answers. */
function loaded() {
  if (!engine) {
    throw new Error('no model is loaded');
  }
  return engine;
}

/**
 * Returns the request for the next message.
 *
 * @param {ChatMessage[]} said
 * @param {boolean} again
 * @returns {import('./demitasse.js').ChatCompletionCreateParamsStreaming}
 */
function request(said, again) {
  const { model } = loaded();
  const { systemPrompt, temperature, topP, topK, minP, maxTokens, seed, speculative } = settings;
  const remote = serverName() !== null;
  const system = systemPrompt.trim() === '' ? [] : [{ role: 'system', content: systemPrompt }];
  const isTiny = !remote && (model.parameters ?? Infinity) < MIN_PARAMETERS_TO_SAMPLE;
  const body = {
    messages: [...system, ...said],
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
    reasoning_effort: remote || settings.thinking || !model.thinks ? undefined : 'none',
  };
  return /** @type {any} */ (Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)));
}

/**
 * Returns a message without the fields that only the page uses.
 *
 * @param {Message} message
 */
function forModel({ role, content, tool_calls, tool_call_id }) {
  return /** @type {ChatMessage} */ ({
    role,
    content,
    ...(tool_calls && tool_calls.length > 0 && { tool_calls }),
    ...(tool_call_id !== undefined && { tool_call_id }),
  });
}

/** Whether the model is offered the page's tools. */
const usesTools = () => settings.tools && (serverName() !== null || loaded().model.tools);

/**
 * Returns the messages that the model should see. Leaves out empty answers, which the model would imitate, and questions without an
 * answer, because many chat templates require turns.
 *
 * @param {Message[]} branch
 */
export function forPrompt(branch) {
  const answered = branch.filter(({ role, content, tool_calls: calls }) => role !== 'assistant' || content !== '' || (calls?.length ?? 0) > 0);
  return answered.filter(({ role }, index) => role !== 'user' || answered[index + 1]?.role !== 'user');
}
