// What <demitasse-chat> looks like: its elements, and an answer as it is drawn.
import { TEXTS } from './demitasse-chat-texts.js';
import { MessageView } from './message-view.js';
import { oneLine, shortLine } from './untrusted-text.js';

/** The distance to the end, in pixels, within which the view follows a growing answer. */
const NEAR_END = 40;

/** The style sheets. The page's content security policy need not allow sheets that a script creates. */
export const styles = Promise.all([
  sheet(new URL('./demitasse-chat.css', import.meta.url)),
  sheet(new URL('./markdown.css', import.meta.url)),
]);

/** @param {URL} url */
async function sheet(url) {
  const made = new CSSStyleSheet();
  // Vite's development server returns a module unless the request accepts CSS.
  const response = await fetch(url, { headers: { Accept: 'text/css' } }).catch(() => null);
  if (response?.ok) {
    made.replaceSync(await response.text());
  } else {
    console.error(`demitasse-chat: ${url} could not be read`);
  }
  return made;
}

/** The elements of a chat. */
export class ChatView {
  /** @type {Record<string, any>} elements by name */
  parts;
  texts = TEXTS;
  /** @type {(() => void) | null} the action of Escape, if the notice can be dismissed */
  dismiss = null;

  constructor() {
    /** @type {Record<string, any>} */
    const parts = {
      log: element('div', { part: 'log', tabIndex: 0, role: 'group' }),
      introduction: element('div', { part: 'introduction' }),
      messages: element('ol', { part: 'messages', role: 'list' }),
      notice: element('div', { part: 'notice', hidden: true }),
      noticeText: element('p', {}),
      warning: element('p', { part: 'warning', hidden: true }),
      progress: element('progress', { part: 'progress', max: 1, hidden: true }),
      confirm: element('button', { part: 'button confirm', type: 'button', hidden: true }),
      cancel: element('button', { part: 'button cancel', type: 'button', hidden: true }),
      input: element('textarea', { part: 'input', rows: 1, enterKeyHint: 'send' }),
      send: element('button', { part: 'button send', type: 'button' }),
      note: element('p', { part: 'note' }),
      restart: element('button', { part: 'restart', type: 'button', hidden: true }),
      announcement: element('p', { className: 'unseen', role: 'status' }),
      alert: element('p', { className: 'unseen', role: 'alert' }),
    };
    const actions = element('div', { className: 'actions' }, parts.confirm, parts.cancel);
    const introduced = element('slot', {}, element('p', {}));
    parts.introductionText = introduced.firstChild;
    parts.introduction.append(introduced);
    parts.log.append(parts.introduction, parts.messages);
    parts.notice.append(parts.noticeText, parts.warning, parts.progress, actions);
    parts.composer = element('div', { part: 'composer' }, parts.input, parts.send);
    parts.chat = element(
      'section',
      { part: 'chat', hidden: true },
      parts.log,
      parts.notice,
      parts.composer,
      element('div', { part: 'foot' }, parts.note, parts.restart),
      parts.announcement,
      parts.alert,
    );
    this.parts = parts;
  }

  /**
   * Shows the texts.
   *
   * @param {Partial<typeof TEXTS>} texts replace some of the default ones
   * @param {string | null} placeholder
   * @param {string} modelName
   */
  label(texts, placeholder, modelName) {
    this.texts = { ...TEXTS, ...texts };
    const { chat, log, input, messages, introductionText, restart, note } = this.parts;
    chat.ariaLabel = this.texts.title;
    log.ariaLabel = this.texts.title;
    messages.ariaLabel = this.texts.title;
    input.placeholder = placeholder ?? this.texts.placeholder;
    input.ariaLabel = input.placeholder;
    introductionText.textContent = this.texts.introduction;
    restart.textContent = this.texts.restart;
    note.textContent = shortLine(modelName);
  }

  /**
   * Shows a notice above the composer: a text, and buttons with their actions.
   *
   * @param {string} text
   * @param {{warning?: string, progress?: number, confirm?: [string, () => void], cancel?: [string, () => void]}} [more] `progress` of
   *   0 is unknown
   */
  notice(text, { warning = '', progress, confirm, cancel } = {}) {
    const parts = this.parts;
    parts.notice.hidden = false;
    parts.noticeText.textContent = text;
    parts.warning.textContent = warning;
    parts.warning.hidden = warning === '';
    parts.progress.hidden = progress === undefined;
    if (progress) {
      parts.progress.value = progress;
    } else {
      parts.progress.removeAttribute('value');
    }
    parts.progress.ariaLabel = text;
    for (const { button, action } of [
      { button: parts.confirm, action: confirm },
      { button: parts.cancel, action: cancel },
    ]) {
      button.hidden = !action;
      button.textContent = action?.[0] ?? '';
      button.onclick = action?.[1] ?? null;
    }
    this.dismiss = cancel?.[1] ?? null;
  }

  /**
   * Asks whether a model may be downloaded, and moves the focus to the answers.
   *
   * @param {string} text
   * @param {() => void} confirm
   * @param {() => void} cancel
   * @param {string} [warning]
   */
  ask(text, confirm, cancel, warning) {
    this.notice(text, { warning, confirm: [this.texts.download, confirm], cancel: [this.texts.cancel, cancel] });
    this.announce(text);
    this.parts.confirm.focus();
  }

  /**
   * Shows a failure.
   *
   * @param {string} text may contain the message of a server
   * @param {() => void} again
   */
  fail(text, again) {
    this.notice(oneLine(text), { confirm: [this.texts.retry, again] });
    this.parts.alert.textContent = this.parts.noticeText.textContent;
  }

  hideNotice() {
    this.parts.notice.hidden = true;
    this.dismiss = null;
  }

  /** @param {string} text */
  announce(text) {
    this.parts.announcement.textContent = text;
  }

  /** Makes the composer as high as its text. */
  fit() {
    const { input } = this.parts;
    input.style.height = 'auto';
    input.style.height = `${input.scrollHeight}px`;
  }

  /**
   * Moves a question back into the composer.
   *
   * @param {{text: string, item: HTMLElement}} question
   */
  takeBack(question) {
    this.parts.input.value ||= question.text;
    question.item.remove();
    this.fit();
  }

  /**
   * Adds a message to the list.
   *
   * @param {'user' | 'assistant'} role
   * @param {string} speaker
   * @param {string} content
   */
  addMessage(role, speaker, content) {
    const text = element('div', { part: 'text', className: role === 'assistant' ? 'markdown' : 'plain', textContent: content });
    const item = element(
      'li',
      { part: `message ${role}`, className: role },
      element('span', { className: 'unseen', textContent: `${speaker}: ` }),
      text,
    );
    this.parts.messages.append(item);
    this.parts.restart.hidden = false;
    return { item, text };
  }
}

/** The list item of an answer, with its status. */
export class AnswerView {
  /** The list item. */
  item;
  #status;
  #chat;
  #message;

  /** @param {ChatView} chat */
  constructor(chat) {
    const { item, text } = chat.addMessage('assistant', chat.texts.assistant, '');
    this.item = item;
    this.#chat = chat;
    this.#status = element('p', { part: 'status', textContent: chat.texts.waiting });
    this.#message = new MessageView({ thoughts: () => this.#addThoughts(text), text: () => text }, (draw) => this.#follow(draw));
    item.append(this.#status);
    item.ariaBusy = 'true';
  }

  /** The text of the answer as it is drawn. */
  get text() {
    return this.#message.text;
  }

  /**
   * Shows a status until the answer begins.
   *
   * @param {string} status
   */
  wait(status) {
    this.#status.textContent = status;
  }

  /**
   * Draws the answer with the next frame.
   *
   * @param {import('./message-view.js').Answer} answer
   */
  grow(answer) {
    if (answer.content !== '' || answer.reasoning) {
      this.#status.remove();
    }
    this.#message.grow(answer);
  }

  /**
   * Draws the complete answer.
   *
   * @param {import('./message-view.js').Answer} answer
   * @param {string} remark on how the answer ended, or ''
   */
  finish(answer, remark) {
    this.#message.complete(answer);
    const remarks = [remark, this.#message.isPlain ? this.#chat.texts.plain : ''].filter((text) => text !== '').join(' ');
    this.#status.textContent = remarks;
    this.item.ariaBusy = null;
    if (remarks === '') {
      this.#status.remove();
    } else {
      this.item.append(this.#status);
    }
  }

  /**
   * Keeps the end in view if it is there.
   *
   * @param {() => void} draw
   */
  #follow(draw) {
    const { scrollTop, scrollHeight, clientHeight } = this.#chat.parts.log;
    const atEnd = scrollTop + clientHeight >= scrollHeight - NEAR_END;
    draw();
    if (atEnd) {
      this.scroll();
    }
  }

  /** @param {HTMLElement} text */
  #addThoughts(text) {
    const thoughts = element('div', { className: 'plain' });
    const summary = element('summary', { textContent: this.#chat.texts.thoughts });
    text.before(element('details', { part: 'thinking' }, summary, thoughts));
    return thoughts;
  }

  scroll() {
    const { log } = this.#chat.parts;
    log.scrollTop = log.scrollHeight;
  }
}

/**
 * Creates an element.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} properties `part` names its shadow parts
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
function element(tag, { part, ...properties }, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  if (part) {
    made.part.add(...part.split(' '));
  }
  made.append(...children);
  return made;
}
