// OpenAI's API as a `fetch`, for the `openai` package and other clients that accept one.

/**
 * The engine's calls, by the ends of their paths.
 *
 * @type {[string, (engine: import('./demitasse.js').Demitasse) => {create: Function}][]}
 */
const CALLS = [
  ['/chat/completions', (engine) => engine.chat.completions],
  ['/completions', (engine) => engine.completions],
  ['/responses', (engine) => engine.responses],
  ['/embeddings', (engine) => engine.embeddings],
];

/**
 * Returns a `fetch` that an engine answers, for the `openai` package and other clients of OpenAI's API.
 *
 * @param {import('./demitasse.js').Demitasse} engine
 * @returns {typeof fetch} a function that answers like OpenAI's API, for any host
 *
 * @example
 * const client = new OpenAI({
 *   apiKey: 'none',
 *   baseURL: 'https://demitasse.invalid/v1',
 *   fetch: openAiFetch(engine),
 *   dangerouslyAllowBrowser: true,
 * });
 */
export function openAiFetch(engine) {
  return async (input, init) => {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    try {
      return await answer(engine, request);
    } catch (error) {
      request.signal.throwIfAborted();
      return json(described(error), error.status ?? 500);
    }
  };
}

/**
 * @param {import('./demitasse.js').Demitasse} engine
 * @param {Request} request
 */
async function answer(engine, request) {
  const path = new URL(request.url).pathname;
  const [, callsOf] = CALLS.find(([end]) => request.method === 'POST' && path.endsWith(end)) ?? [];
  if (callsOf) {
    const body = await request.json().catch(() => {
      throw Object.assign(new Error('the request is not JSON'), { status: 400 });
    });
    const result = await callsOf(engine).create(body, { signal: request.signal });
    return body.stream ? eventStream(result, request.signal) : json(result);
  }
  if (request.method === 'GET' && path.endsWith('/models')) {
    return json({ object: 'list', data: [modelOf(engine)] });
  }
  if (request.method === 'GET' && path.endsWith(`/models/${encodeURIComponent(engine.model.name)}`)) {
    return json(modelOf(engine));
  }
  throw Object.assign(new Error(`there is no ${request.method} ${path}`), { status: 404 });
}

/** @param {import('./demitasse.js').Demitasse} engine */
function modelOf(engine) {
  return { id: engine.model.name, object: 'model', created: 0, owned_by: 'demitasse' };
}

/**
 * Converts an answer to server-sent events, one for each chunk. Those of the Responses API have a type, which names the event; others end
 * with a mark.
 *
 * @param {import('./demitasse.js').Stream<any>} chunks
 * @param {AbortSignal} signal
 */
async function eventStream(chunks, signal) {
  const iterator = chunks[Symbol.asyncIterator]();
  // An invalid request fails at its first chunk, while the response can still have a status.
  /** @type {IteratorResult<any> | null} */
  let first = await iterator.next();
  let isTyped = false;
  const encoder = new TextEncoder();
  const events = new ReadableStream({
    async pull(controller) {
      const send = (/** @type {string} */ text) => controller.enqueue(encoder.encode(`${text}\n\n`));
      try {
        const { value, done } = first ?? (await iterator.next());
        first = null;
        signal.throwIfAborted(); // a stopped answer ends without an error
        isTyped ||= value?.type !== undefined;
        if (!done) {
          send(`${isTyped ? `event: ${value.type}\n` : ''}data: ${JSON.stringify(value)}`);
        } else {
          if (!isTyped) {
            send('data: [DONE]');
          }
          controller.close();
        }
      } catch (error) {
        if (signal.aborted) {
          controller.error(signal.reason);
        } else {
          const told = described(error);
          send(isTyped ? `event: error\ndata: ${JSON.stringify({ ...told.error, type: 'error' })}` : `data: ${JSON.stringify(told)}`);
          controller.close();
        }
      }
    },
    cancel: () => chunks.controller.abort(),
  });
  return new Response(events, { headers: { 'Content-Type': 'text/event-stream' } });
}

/** @param {object} body */
function json(body, status = 200) {
  // A retry would fail in the same way.
  return Response.json(body, { status, headers: { 'x-should-retry': 'false' } });
}

/**
 * Converts an error to the format of OpenAI's API.
 *
 * @param {{message: string, status?: number, param?: string | null, code?: string | null}} error
 */
function described({ message, status = 500, param = null, code = null }) {
  return { error: { message, type: status < 500 ? 'invalid_request_error' : 'server_error', param, code } };
}
