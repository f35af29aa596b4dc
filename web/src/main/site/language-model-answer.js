// The answer to a prompt of the Prompt API.
import { StringDecoder } from './language-model-constraint.js';
import { canRun, runTool, toolCall } from './language-model-tools.js';
import { answerWithTools } from './tool-loop.js';

/**
 * Lets the model answer a prompt, and adds both to the conversation.
 *
 * @param {object} options
 * @param {import('./language-model-conversation.js').Conversation} options.conversation
 * @param {import('./language-model-input.js').Settings} options.settings
 * @param {import('./language-model-input.js').Message[]} options.added the prompt
 * @param {import('./language-model-constraint.js').Constraint} options.constraint
 * @param {AbortSignal} options.signal
 * @param {(part: import('./demitasse.js').LanguageModelAnswerContent) => void} options.emit called with each piece of the answer
 */
export async function generate({ conversation, settings, added, constraint, signal, emit }) {
  const { tools, returnsCalls } = settings;
  let decoder = new StringDecoder();
  let text = '';
  const { added: said, last, isEndless } = await answerWithTools({
    messages: added,
    ask: (messages) => {
      decoder = new StringDecoder();
      text = '';
      return conversation.ask(messages, constraint, decoder, signal);
    },
    canRun: (call) => canRun(tools, call),
    run: (call) => runTool(tools, call),
    signal,
    onGrowth: (_, { content }) => {
      const value = constraint.isQuoted ? decoder.push(content ?? '') : (content ?? '');
      text += value;
      if (value !== '') {
        emit({ type: 'text', value });
      }
    },
  });
  signal.throwIfAborted(); // a stopped answer ends without an error
  if (isEndless) {
    throw new DOMException('The model calls tools again and again.', 'OperationError');
  }
  if (returnsCalls) {
    last.calls.filter(Boolean).forEach((call) => emit({ type: 'tool-call', value: toolCall(call) }));
  }
  said[said.length - 1].content = text;
  conversation.add([...added, ...said]);
  conversation.usage = last.usage?.total_tokens ?? conversation.usage;
}
