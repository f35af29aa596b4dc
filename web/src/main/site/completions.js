// OpenAI's API over an engine: what requests and answers look like there. What requests may hold, the worker checks.

/**
 * Sends a request to the engine, when those before it have ended.
 *
 * @callback Run
 * @param {object} message to the worker
 * @param {{signal?: AbortSignal, onProgress?: (progress: object) => void, onToken?: (token: object) => void, onBegin?: () => void}} options
 * @returns {Promise<object>} the content of its last reply
 */

/**
 * The calls of an engine or a session.
 *
 * @param {Run} run
 * @param {() => string} modelName
 */
export function completionCalls(run, modelName) {
  const calls = (kind) => ({
    create: async (body, options = {}) => {
      const request = { run, kind, body, ...checked(body, options), frame: frame(kind, modelName()) };
      return body.stream === true ? Stream.begin(request) : whole(request);
    },
  });
  return { chat: { completions: calls(CHAT) }, completions: calls(TEXT) };
}

/** @param {Run} run */
export function embeddingCalls(run, modelName) {
  return {
    create: async (body, options = {}) => {
      const vectors = [];
      const { total } = await run(
        { type: 'embed', body: JSON.stringify(body) },
        { ...checked(body, options), onVector: (vector) => vectors.push(Float32Array.from(vector)) },
      );
      options.signal?.throwIfAborted();
      const encode = body.encoding_format === 'base64' ? base64 : (vector) => Array.from(vector);
      return {
        object: 'list',
        model: modelName(),
        data: vectors.map((vector, index) => ({ object: 'embedding', index, embedding: encode(vector) })),
        usage: { prompt_tokens: total, total_tokens: total },
      };
    },
  };
}

/** Chat completions: answers of a model to a conversation. */
const CHAT = {
  request: 'chat',
  id: 'chatcmpl-',
  object: 'chat.completion',
  chunkObject: 'chat.completion.chunk',
  begin: (index) => ({ index, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }),
  piece: (index, { reasoning, text, logprobs }) => ({
    index,
    delta: { ...(reasoning && { reasoning_content: reasoning }), ...((text || !reasoning) && { content: text }) },
    logprobs: logprobs ? { content: [logprobs], refusal: null } : null,
    finish_reason: null,
  }),
  end: (index, { toolCalls, finishReason }) => ({
    index,
    delta: toolCalls.length > 0 ? { tool_calls: toolCalls.map((call, at) => ({ index: at, ...call })) } : {},
    logprobs: null,
    finish_reason: finishReason,
  }),
  choice: (index, { text, reasoning, toolCalls, finishReason }, logprobs) => ({
    index,
    message: {
      role: 'assistant',
      content: text === '' && toolCalls.length > 0 ? null : text,
      refusal: null,
      ...(reasoning && { reasoning_content: reasoning }),
      ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
    },
    logprobs: logprobs.length > 0 ? { content: logprobs, refusal: null } : null,
    finish_reason: finishReason,
  }),
};

/** Completions: texts that go on. */
const TEXT = {
  request: 'complete',
  id: 'cmpl-',
  object: 'text_completion',
  chunkObject: 'text_completion',
  begin: null,
  piece: (index, { text, logprobs }) => ({
    index,
    text,
    logprobs: logprobs ? textLogprobs([logprobs]) : null,
    finish_reason: null,
  }),
  end: (index, { finishReason }) => ({ index, text: '', logprobs: null, finish_reason: finishReason }),
  choice: (index, { text, finishReason }, logprobs) => ({
    index,
    text,
    logprobs: logprobs.length > 0 ? textLogprobs(logprobs) : null,
    finish_reason: finishReason,
  }),
};

/** The form of log probabilities in completions: an array for each property. */
function textLogprobs(tokens) {
  let offset = 0;
  return {
    tokens: tokens.map(({ token }) => token),
    token_logprobs: tokens.map(({ logprob }) => logprob),
    top_logprobs: tokens.map(({ top_logprobs: top }) => Object.fromEntries(top.map(({ token, logprob }) => [token, logprob]))),
    text_offset: tokens.map(({ token }) => (offset += token.length) - token.length),
  };
}

/** What all chunks of an answer have in common. */
function frame(kind, model) {
  return { id: newId(kind.id), created: Math.floor(Date.now() / 1000), model };
}

function newId(prefix) {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return prefix + Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function checked(body, options) {
  if (typeof body !== 'object' || body === null) {
    throw new TypeError('the request must be an object');
  }
  const { signal, onProgress } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError('option signal must be an AbortSignal');
  }
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw new TypeError('option onProgress must be a function');
  }
  return { signal, onProgress };
}

/**
 * Lets the engine answer, once for each choice asked for.
 *
 * @param {(index: number, token: object) => void} onToken
 * @param {(index: number, done: object) => void} onDone
 */
async function answer({ run, kind, body, signal, onProgress, onBegin }, onToken, onDone) {
  const json = JSON.stringify(body);
  // Of anything but a sound number, the worker says what is wrong.
  const choices = Number.isSafeInteger(body.n) && body.n > 1 ? body.n : 1;
  const totals = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, prompt_tokens_details: { cached_tokens: 0 } };
  for (let index = 0; index < choices; index++) {
    const reply = await run(
      { type: kind.request, body: json, choice: index },
      {
        signal,
        onProgress,
        onBegin,
        onToken: ({ text, reasoning, tokenId, logProbs }) =>
          onToken(index, { text, reasoning, id: tokenId, logprobs: logProbs && JSON.parse(logProbs) }),
      },
    );
    const { promptTokens, cachedTokens, completionTokens } = reply.usage;
    totals.prompt_tokens = promptTokens;
    totals.completion_tokens += completionTokens;
    totals.total_tokens = promptTokens + totals.completion_tokens;
    if (index === 0) {
      totals.prompt_tokens_details.cached_tokens = cachedTokens;
    }
    onDone(index, {
      text: reply.text,
      reasoning: reply.reasoning,
      finishReason: reply.finishReason,
      toolCalls: JSON.parse(reply.toolCalls).map(({ name, arguments: values }) => ({
        id: newId('call_'),
        type: 'function',
        function: { name, arguments: JSON.stringify(values) },
      })),
      usage: structuredClone(totals),
      timings: timings(reply),
    });
  }
}

/** In llama-server's names. */
function timings({ usage, timings: { prefillMs, decodeMs } }) {
  return {
    cache_n: usage.cachedTokens,
    prompt_n: usage.promptTokens - usage.cachedTokens,
    prompt_ms: prefillMs,
    predicted_n: usage.completionTokens,
    predicted_ms: decodeMs,
    draft_n: usage.draftedTokens ?? 0,
    draft_n_accepted: usage.acceptedTokens ?? 0,
  };
}

async function whole(request) {
  const { kind, body, signal, frame: common } = request;
  const choices = [];
  let tokens = [];
  let last;
  await answer(
    request,
    (index, token) => tokens.push(token),
    (index, done) => {
      const logprobs = tokens.map((token) => token.logprobs).filter(Boolean);
      const ids = body.return_tokens && { tokens: tokens.map(({ id }) => id) };
      choices.push({ ...kind.choice(index, done, logprobs), ...ids });
      tokens = [];
      last = done;
    },
  );
  signal?.throwIfAborted();
  return { ...common, object: kind.object, choices, usage: last.usage, timings: last.timings };
}

/** An answer as it comes: an async iterable of chunks. Who leaves its loop early stops the engine. */
class Stream {
  /** Stops the answer: the iteration then ends without a `finish_reason`. */
  controller = new AbortController();

  #chunks = [];
  #ended = false;
  #error = null;
  #wake = () => {};

  /** Resolves when the engine has accepted the request. */
  static begin(request) {
    const stream = new Stream();
    return new Promise((resolve, reject) => {
      const begun = () => resolve(stream);
      stream.#run({ ...request, onBegin: begun }).then(
        () => {
          begun();
          stream.#end(null);
        },
        (error) => {
          reject(error); // if it had not begun
          stream.#end(error);
        },
      );
    });
  }

  async #run(request) {
    const { kind, body, signal, frame: common } = request;
    const both = this.controller.signal;
    const abort = () => this.controller.abort(signal.reason);
    signal?.throwIfAborted();
    signal?.addEventListener('abort', abort);
    const push = (choices, more) => this.#push({ ...common, object: kind.chunkObject, choices, ...more });
    const sent = [];
    const begin = (index) => {
      if (!sent[index]) {
        sent[index] = { text: 0, reasoning: 0 };
        if (kind.begin) {
          push([kind.begin(index)]);
        }
      }
      return sent[index];
    };
    let usage;
    try {
      await answer(
        { ...request, signal: both },
        (index, token) => {
          const lengths = begin(index);
          lengths.text += token.text.length;
          lengths.reasoning += token.reasoning.length;
          if (token.text || token.reasoning || token.logprobs || body.return_tokens) {
            push([{ ...kind.piece(index, token), ...(body.return_tokens && { tokens: [token.id] }) }]);
          }
        },
        (index, done) => {
          const lengths = begin(index);
          const rest = { text: done.text.slice(lengths.text), reasoning: done.reasoning.slice(lengths.reasoning) };
          if (rest.text || rest.reasoning) {
            push([kind.piece(index, rest)]);
          }
          usage = done.usage;
          // Who stopped the answer knows why it ended, which OpenAI has no word for.
          const end = both.aborted ? [] : [kind.end(index, done)];
          push(end, { usage: done.usage, timings: done.timings });
        },
      );
    } catch (error) {
      if (!both.aborted) {
        throw error;
      }
      return; // stopped: what has come is all
    } finally {
      signal?.removeEventListener('abort', abort);
    }
    if (body.stream_options?.include_usage) {
      push([], { usage });
    }
  }

  #push(chunk) {
    this.#chunks.push(chunk);
    this.#wake();
  }

  #end(error) {
    this.#ended = true;
    this.#error = error;
    this.#wake();
  }

  async *[Symbol.asyncIterator]() {
    try {
      for (;;) {
        if (this.#chunks.length > 0) {
          yield this.#chunks.shift();
        } else if (this.#error) {
          throw this.#error;
        } else if (this.#ended) {
          return;
        } else {
          await new Promise((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      if (!this.#ended) {
        this.controller.abort();
      }
    }
  }
}

/** The bytes of 32-bit floats, little-endian, as OpenAI's clients ask for them. */
function base64(vector) {
  const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
