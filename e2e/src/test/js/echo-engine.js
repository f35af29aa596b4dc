// An engine that answers with what it reads. Tests of the Prompt API know its answers.

/** The beginning of a prompt to which the engine answers with the rest of it and a call of each tool. */
export const CALL_TOOLS = '<call-tools>';

/** Tokens are characters. */
const length = (messages) => messages.map(textOf).join('').length;

function textOf({ role, content, tool_calls: calls = [], tool_call_id: id }) {
  const called = calls.map((call) => `<call>${JSON.stringify(call)}</call>`).join('');
  return role === 'tool' ? `<result>${JSON.stringify({ id, content })}</result>` : `${content ?? ''}${called}`;
}

/** Creates an engine. `requests` are the requests that it has received. */
export function echoEngine({ contextLength = 2000 } = {}) {
  const requests = [];
  const answer = ({ messages, tools = [], response_format: format }) => {
    const last = messages.at(-1);
    const calls = String(last.content).startsWith(CALL_TOOLS)
      ? tools.map(({ function: { name, description } }, index) => ({
          index,
          id: `id${index}`,
          type: 'function',
          function: { name, arguments: /Args: (.*)/.exec(description)?.[1] ?? '{}' },
        }))
      : [];
    const text = messages.map(textOf).join('').replace(CALL_TOOLS, '');
    return { calls, text: format?.json_schema.schema.type === 'string' ? JSON.stringify(text) : text };
  };
  const create = async (request, { signal }) => {
    requests.push(structuredClone(request));
    signal.throwIfAborted();
    const { calls, text } = answer(request);
    const usage = {
      prompt_tokens: length(request.messages),
      completion_tokens: text.length,
      total_tokens: length(request.messages) + text.length,
    };
    if (!request.stream) {
      return { choices: [{ message: { role: 'assistant', content: text } }], usage };
    }
    return (async function* () {
      for (const piece of text.match(/.{1,7}/gs) ?? []) {
        await new Promise((resolve) => setTimeout(resolve));
        if (signal.aborted) {
          return;
        }
        yield { choices: [{ index: 0, delta: { content: piece } }] };
      }
      yield { choices: [{ index: 0, delta: { ...(calls.length > 0 && { tool_calls: calls }) }, finish_reason: 'stop' }], usage };
    })();
  };
  const engine = {
    model: { name: 'echo', contextLength },
    closed: false,
    requests,
    chat: { completions: { create } },
    tokenize: async ({ messages }) => Array.from({ length: length(messages) }),
    session: () => ({ chat: engine.chat, close: async () => {} }),
  };
  return engine;
}
