// The view of one answer: the messages of the model, tool calls, and figures.
import { number, t } from './i18n.js';
import { MessageView } from './message-view.js';
import { copy, element, icon, iconButton } from './page.js';

/** @typedef {import('./conversations.js').NewMessage} Message */

/** The list item of an answer, which may consist of several messages and tool calls. */
export class AnswerView {
  /** The list item. */
  item = element('li', '', 'message assistant');
  #steps = this.item.appendChild(element('div', '', 'steps'));
  #reading = element('p', '', 'reading');
  #around;
  /** The view of the current message. */
  #message;

  /** @param {(draw: () => void) => void} [around] calls its argument, which draws */
  constructor(around = (draw) => draw()) {
    this.#around = around;
    this.#message = this.#newMessage();
    this.item.prepend(element('h3', 'Demitasse', 'unseen'));
  }

  #newMessage() {
    return new MessageView(
      {
        thoughts: () => this.#addThoughts(),
        text: () => this.#steps.appendChild(element('div', '', 'text markdown')),
      },
      (draw) =>
        this.#around(() => {
          this.#reading.remove();
          draw();
        }),
    );
  }

  /**
   * Shows why the answer does not grow: the prompt is read, or the engine starts again.
   *
   * @param {import('./demitasse.js').Progress} progress
   */
  waiting({ phase, loaded, total }) {
    this.#reading.textContent = phase === 'restart' ? t('restarting') : total > 0 ? t('readingPrompt', { loaded, total }) : t('waiting');
    this.item.append(this.#reading);
  }

  /** Begins a message. */
  begin() {
    this.#message = this.#newMessage();
  }

  /**
   * Draws a growing message in the next frame.
   *
   * @param {Message} message
   */
  grow(message) {
    this.#message.grow(drawable(message));
  }

  /**
   * Draws a complete message.
   *
   * @param {Message} message
   */
  complete(message) {
    const text = this.#message.complete(drawable(message));
    this.#around(() => {
      text?.querySelectorAll('pre').forEach(addCopying);
      if (this.#message.isPlain) {
        this.#steps.append(element('p', t('shownPlain'), 'small'));
      }
      message.tool_calls?.forEach((call) => this.#addCall(call));
    });
  }

  #addThoughts() {
    const details = element('details', '', 'folded reasoning');
    const summary = element('summary');
    summary.append(icon('thought'), t('thoughts'));
    const body = element('div', '', 'body');
    details.append(summary, body);
    this.#steps.append(details);
    return body;
  }

  /** @param {import('./demitasse.js').ChatCompletionMessageToolCall} call */
  #addCall({ id, function: { name, arguments: given } }) {
    const details = element('details', '', 'folded tool');
    const summary = element('summary');
    summary.append(icon('tool'), element('span', t('toolCalled', { name })));
    const body = element('div', '', 'body');
    body.append(element('h4', t('toolArguments')), scrollable(given));
    details.dataset.call = id;
    details.append(summary, body);
    this.#steps.append(details);
  }

  /**
   * Shows the result of a tool.
   *
   * @param {Message} message
   */
  result({ tool_call_id: id, content }) {
    /** @type {NodeListOf<HTMLElement>} */
    const calls = this.#steps.querySelectorAll('.tool');
    const body = [...calls].findLast(({ dataset }) => dataset.call === id)?.querySelector('.body');
    body?.append(element('h4', t('toolResult')), scrollable(content));
  }

  /**
   * Shows the figures and actions of the answer.
   *
   * @param {Message['info']} info
   * @param {HTMLElement} actions
   */
  finish(info, actions) {
    this.#reading.remove();
    const foot = element('div', '', 'foot');
    foot.append(...(info ? [element('p', describe(info), 'figures')] : []), actions);
    this.item.append(foot);
  }
}

/**
 * Returns a message in the form that is drawn. It may grow until then.
 *
 * @param {Message} message
 */
const drawable = (message) => ({
  get content() {
    return message.content;
  },
  get reasoning() {
    return message.reasoning_content;
  },
});

/**
 * Adds a copy button to a block of code.
 *
 * @param {HTMLElement} pre
 */
function addCopying(pre) {
  const block = element('div', '', 'code-block');
  pre.replaceWith(block);
  const button = iconButton('copy', t('copyCode'), () => copy(pre.textContent.trimEnd(), button));
  block.append(pre, button);
}

/** @param {string} text */
function scrollable(text) {
  const pre = element('pre', text);
  pre.tabIndex = 0;
  return pre;
}

/** @param {NonNullable<Message['info']>} info */
function describe({ finish_reason: reason, usage, timings, server }) {
  const parts = [];
  const tokens = usage?.completion_tokens ?? timings?.predicted_n;
  if (tokens !== undefined) {
    parts.push(t('tokens', { count: tokens }));
  }
  if (timings?.predicted_ms && timings.predicted_n !== undefined) {
    const rate = (1000 * timings.predicted_n) / timings.predicted_ms;
    parts.push(t('tokensPerSecond', { rate: number(rate, { maximumFractionDigits: 1, minimumFractionDigits: 1 }) }));
  }
  if (usage) {
    const cached = usage.prompt_tokens_details?.cached_tokens ?? 0;
    parts.push(t(cached > 0 ? 'promptReused' : 'promptTokens', { cached, count: usage.prompt_tokens }));
  }
  if (timings?.prompt_ms) {
    parts.push(t('readIn', { seconds: number(timings.prompt_ms / 1000, { maximumFractionDigits: 1, minimumFractionDigits: 1 }) }));
  }
  if (reason && ['length', 'abort', 'rounds'].includes(reason)) {
    parts.push(t(`finish.${reason}`));
  }
  if (server) {
    parts.push(t('computedBy', { server }));
  }
  return parts.join(' · ');
}
