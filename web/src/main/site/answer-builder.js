// Adds the chunks of a streamed answer together.

/** One message of a model, as far as its chunks have arrived. */
export class AnswerBuilder {
  content = '';
  reasoning = '';
  /** @type {import('./demitasse.js').ChatCompletionMessageToolCall[]} calls in pieces; other servers may leave gaps */
  calls = [];
  /** @type {string | undefined} undefined until the answer has ended by itself */
  finishReason;
  /** @type {import('./demitasse.js').CompletionUsage | undefined} */
  usage;
  /** @type {any} */
  timings;

  /**
   * Adds a chunk.
   *
   * @param {any} chunk
   * @returns {any} its delta, empty if it has none
   */
  add({ choices = [], usage, timings }) {
    const [{ delta = {}, finish_reason: reason } = {}] = choices;
    this.content += delta.content ?? '';
    this.reasoning += delta.reasoning_content ?? '';
    delta.tool_calls?.forEach((piece) => this.#addCall(piece));
    this.finishReason = reason ?? this.finishReason;
    this.usage = usage ?? this.usage;
    this.timings = timings ?? this.timings;
    return delta;
  }

  #addCall({ index = 0, id, function: piece }) {
    const call = (this.calls[index] ??= { id: id ?? `call_${index}`, type: 'function', function: { name: '', arguments: '' } });
    call.function.name += piece?.name ?? '';
    call.function.arguments += piece?.arguments ?? '';
  }
}
