// Lets a model answer, and runs the tools that it calls, until it has answered.
import { AnswerBuilder } from './answer-builder.js';

/** The number of messages in a row in which a model may call tools. */
export const MAX_TOOL_ROUNDS = 8;

/**
 * @typedef {import('./demitasse.js').ChatCompletionChunk} ChatCompletionChunk
 * @typedef {import('./demitasse.js').ChatCompletionDelta} ChatCompletionDelta
 * @typedef {import('./demitasse.js').ChatCompletionMessageParam} Message
 * @typedef {import('./demitasse.js').ChatCompletionMessageToolCall} ToolCall
 */

/**
 * @typedef {object} ToolLoop
 * @property {Message[]} messages the conversation
 * @property {(messages: Message[]) => Promise<AsyncIterable<ChatCompletionChunk>>} ask lets the model answer a conversation
 * @property {(call: ToolCall) => string | Promise<string>} run returns the result of a call
 * @property {(call: ToolCall) => boolean} [canRun] whether a call can be run; if not, its message is the last one
 * @property {AbortSignal} signal ends the answer; what has arrived is kept, and its tool calls, which may be incomplete, are not run
 * @property {(answer: AnswerBuilder) => void} [onBegin] called when a message of the model begins
 * @property {(answer: AnswerBuilder, delta: ChatCompletionDelta) => void} [onGrowth] called when the message has grown
 * @property {(answer: AnswerBuilder, calls: ToolCall[], isEndless: boolean) => void} [onComplete] called when the message is complete;
 *   `isEndless` if it is the last one although it calls tools
 * @property {(call: ToolCall, result: string) => void} [onResult] called with the result of a tool
 */

/**
 * Lets a model answer a conversation.
 *
 * @param {ToolLoop} loop
 * @returns {Promise<{added: Message[], last: AnswerBuilder, isEndless: boolean}>} the messages that follow the conversation, and the last
 *   of the model's
 */
export async function answerWithTools({ messages, ask, run, canRun = () => true, signal, onBegin, onGrowth, onComplete, onResult }) {
  /** @type {Message[]} */
  const added = [];
  for (let round = 1; ; round++) {
    const answer = new AnswerBuilder();
    onBegin?.(answer);
    for await (const chunk of await ask([...messages, ...added])) {
      const delta = answer.add(chunk);
      onGrowth?.(answer, delta);
    }
    const calls = signal.aborted ? [] : answer.calls.filter(Boolean);
    const isEndless = calls.length > 0 && round === MAX_TOOL_ROUNDS;
    onComplete?.(answer, calls, isEndless);
    added.push({ role: 'assistant', content: answer.content, ...(calls.length > 0 && { tool_calls: calls }) });
    if (calls.length === 0 || isEndless || !calls.every(canRun)) {
      return { added, last: answer, isEndless };
    }
    const results = await Promise.all(calls.map((call) => run(call)));
    calls.forEach((call, i) => {
      added.push({ role: 'tool', tool_call_id: call.id, name: call.function.name, content: results[i] });
      onResult?.(call, results[i]);
    });
    if (signal.aborted) {
      return { added, last: answer, isEndless };
    }
  }
}
