// Adds the chunks of a streamed answer together.

/**
 * @typedef {import('./demitasse.js').ChatCompletionChunk} ChatCompletionChunk
 * @typedef {import('./demitasse.js').ChatCompletionDelta} ChatCompletionDelta
 * @typedef {import('./demitasse.js').ChatCompletionMessageToolCall} ToolCall
 */

/** One message of a model, as far as its chunks have arrived. */
export class AnswerBuilder {
  content = '';
  reasoning = '';
  /** @type {ToolCall[]} calls in pieces; other servers may leave gaps */
  calls = [];
  /** @type {import('./demitasse.js').FinishReason | undefined} undefined until the answer has ended by itself */
  finishReason;
  /** @type {import('./demitasse.js').CompletionUsage | undefined} */
  usage;
  /** @type {import('./demitasse.js').Timings | undefined} */
  timings;

  /**
   * Adds a chunk.
   *
   * @param {Partial<ChatCompletionChunk>} chunk
   * @returns {ChatCompletionDelta} its delta, empty if it has none
   */
  add({ choices = [], usage, timings }) {
    const delta = choices[0]?.delta ?? {};
    this.content += delta.content ?? '';
    this.reasoning += delta.reasoning_content ?? '';
    delta.tool_calls?.forEach((piece) => this.#addCall(piece));
    this.finishReason = choices[0]?.finish_reason ?? this.finishReason;
    this.usage = usage ?? this.usage;
    this.timings = timings ?? this.timings;
    return delta;
  }

  /** @param {import('./demitasse.js').ChatCompletionDeltaToolCall} piece */
  #addCall({ index = 0, id, function: piece }) {
    const call = (this.calls[index] ??= { id: id ?? `call_${index}`, type: 'function', function: { name: '', arguments: '' } });
    call.function.name += piece?.name ?? '';
    call.function.arguments += piece?.arguments ?? '';
  }
}
