// The view of one answer: reasoning, text, tool calls, and figures.
import { number, t } from './i18n.js';
import { updateMarkdown } from './markdown.js';
import { copy, element, icon, iconButton } from './page.js';

/** The list item of an answer, which may consist of several messages and tool calls. */
export class AnswerView {
  /** The list item. */
  item = element('li', '', 'message assistant');
  #steps = this.item.appendChild(element('div', '', 'steps'));
  #reading = element('p', '', 'reading');
  /** The elements of the current message. */
  #step = null;
  /** The message to draw in the next frame. */
  #due = null;

  constructor() {
    this.item.prepend(element('h3', 'Demitasse', 'unseen'));
  }

  /** Shows the progress of reading the prompt, until the answer begins. */
  reading(loaded, total) {
    this.#reading.textContent = total > 0 ? t('readingPrompt', { loaded, total }) : t('waiting');
    this.item.append(this.#reading);
  }

  /** Begins a message. */
  begin() {
    this.#step = { thoughts: null, text: null, calls: 0 };
  }

  /** Draws a growing message in the next frame. */
  grow(message, beforeDrawing = (draw) => draw()) {
    if (!this.#due) {
      requestAnimationFrame(() => {
        if (this.#due) {
          beforeDrawing(() => this.#draw(this.#due, false));
          this.#due = null;
        }
      });
    }
    this.#due = message;
  }

  /** Draws a complete message. */
  complete(message) {
    this.#due = null;
    this.#draw(message, true);
  }

  #draw({ content, reasoning_content: reasoning, tool_calls: calls = [] }, isComplete) {
    this.#reading.remove();
    const step = this.#step;
    if (reasoning) {
      step.thoughts ??= this.#addThoughts();
      const { data } = step.thoughts;
      step.thoughts.appendData(reasoning.slice(data.length));
    }
    if (content) {
      step.text ??= this.#steps.appendChild(element('div', '', 'text markdown'));
      updateMarkdown(step.text, content);
    }
    if (isComplete) {
      step.text?.querySelectorAll('pre').forEach(addCopying);
      calls.slice(step.calls).forEach((call) => this.#addCall(call));
      step.calls = calls.length;
    }
  }

  #addThoughts() {
    const details = element('details', '', 'folded reasoning');
    const summary = element('summary');
    summary.append(icon('thought'), t('thoughts'));
    const body = element('div', '', 'body');
    details.append(summary, body);
    this.#steps.append(details);
    return body.appendChild(new Text());
  }

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

  /** Shows the result of a tool. */
  result({ tool_call_id: id, content }) {
    /** @type {NodeListOf<HTMLElement>} */
    const calls = this.#steps.querySelectorAll('.tool');
    const body = [...calls].findLast(({ dataset }) => dataset.call === id)?.querySelector('.body');
    body?.append(element('h4', t('toolResult')), scrollable(content));
  }

  /** Shows the figures and actions of the answer. */
  finish(info, actions) {
    this.#reading.remove();
    const foot = element('div', '', 'foot');
    foot.append(...(info ? [element('p', describe(info), 'figures')] : []), actions);
    this.item.append(foot);
  }
}

/** Adds a copy button to a block of code. */
function addCopying(pre) {
  const block = element('div', '', 'code-block');
  pre.replaceWith(block);
  const button = iconButton('copy', t('copyCode'), () => copy(pre.textContent.trimEnd(), button));
  block.append(pre, button);
}

function scrollable(text) {
  const pre = element('pre', text);
  pre.tabIndex = 0;
  return pre;
}

function describe({ finish_reason: reason, usage, timings, server }) {
  const parts = [];
  const tokens = usage?.completion_tokens ?? timings?.predicted_n;
  if (tokens !== undefined) {
    parts.push(t('tokens', { count: tokens }));
  }
  if (timings?.predicted_ms > 0) {
    const rate = (1000 * timings.predicted_n) / timings.predicted_ms;
    parts.push(t('tokensPerSecond', { rate: number(rate, { maximumFractionDigits: 1, minimumFractionDigits: 1 }) }));
  }
  if (usage) {
    const cached = usage.prompt_tokens_details?.cached_tokens ?? 0;
    parts.push(t(cached > 0 ? 'promptReused' : 'promptTokens', { cached, count: usage.prompt_tokens }));
  }
  if (timings?.prompt_ms > 0) {
    parts.push(t('readIn', { seconds: number(timings.prompt_ms / 1000, { maximumFractionDigits: 1, minimumFractionDigits: 1 }) }));
  }
  if (['length', 'abort', 'rounds'].includes(reason)) {
    parts.push(t(`finish.${reason}`));
  }
  if (server) {
    parts.push(t('computedBy', { server }));
  }
  return parts.join(' · ');
}
