// <demitasse-chat>: a chat with a model in any page, which needs nothing but this script.
import { Demitasse } from './engine.js';
import { updateMarkdown } from './markdown.js';
import { fits } from './remote.js';
import { joinEngine } from './shared-engines.js';
import { parseUrl } from './urls.js';

/** What the element says, which its attribute `texts` may say otherwise: a JSON object of some of these. `{…}` are filled in. */
const TEXTS = {
  title: 'Chat',
  placeholder: 'Write a message',
  send: 'Send',
  stop: 'Stop',
  restart: 'Start over',
  you: 'You',
  assistant: 'Assistant',
  thoughts: 'Thoughts',
  introduction: 'Answers are computed on this device: what you write does not leave it.',
  checking: 'Looking up the model…',
  consent: 'To answer, this page needs a language model of {size} on this device. It is downloaded once.',
  consentUncached:
    'To answer, this page needs a language model, which takes {size} of memory. It cannot be kept here: it is downloaded on each visit.',
  consentUnknown: 'To answer, this page needs a language model on this device. How large it is could not be found out.',
  tooLarge: 'It may be too large for this device.',
  download: 'Download',
  cancel: 'Cancel',
  loading: 'Loading the model: {percent} %',
  loadingUnknown: 'Loading the model: {size}',
  downloading: 'Downloading the model: {size} ({percent} %)',
  preparing: 'Preparing the model…',
  uncached: 'The model is not kept: this page has no storage.',
  waiting: 'Waiting…',
  reading: 'Reading… {percent} %',
  answering: 'Answering.',
  stopped: 'The answer was stopped.',
  cut: 'The answer was cut at its greatest length.',
  loadFailed: 'The model could not be loaded.',
  answerFailed: 'The answer failed.',
  retry: 'Try again',
};

const ATTRIBUTES = ['model', 'placeholder', 'texts', 'autoload'];
const DEFAULT_MAX_TOKENS = 1024;

/** Sheets that scripts make need no permission of the page's content security policy. */
const styles = Promise.all([
  sheet(new URL('./demitasse-chat.css', import.meta.url)),
  sheet(new URL('./markdown.css', import.meta.url)),
]);

async function sheet(url) {
  const made = new CSSStyleSheet();
  // Vite's development server gives a module to whoever doesn't ask for CSS.
  const response = await fetch(url, { headers: { Accept: 'text/css' } }).catch(() => null);
  if (response?.ok) {
    made.replaceSync(await response.text());
  } else {
    console.error(`demitasse-chat: ${url} could not be read`);
  }
  return made;
}

/**
 * A chat. Attributes: `model` (URL, needed), `system` (the system's message), `theme` (`light`, `dark` or `auto`), `placeholder`,
 * `autoload` (load the model without being asked), `max-tokens` and `temperature` of answers, and `texts`. What the element
 * contains is shown above the conversation.
 *
 * Its attribute `state` tells what it does: `idle`, `asking` (whether it may download the model), `loading`, `ready`, `answering`
 * or `error`.
 *
 * @fires demitasse-ready with `detail` {model, device} when the model is loaded
 * @fires demitasse-answer with `detail` {question, content, reasoning, finishReason, usage} when an answer has ended; of one that was
 *   stopped, `finishReason` is `abort`
 */
export class DemitasseChat extends HTMLElement {
  static observedAttributes = ATTRIBUTES;

  #texts = TEXTS;
  #parts = null;
  /** The messages that the next question continues: those of the turns that were answered. */
  #conversation = [];
  /** The question that waits for the model, or for another try, and its element. */
  #question = null;
  /** The elements of an answer that failed. */
  #failed = null;
  /** The share in an engine, and the session that this conversation has of it. */
  #shared = null;
  #engine = null;
  #session = null;
  /** Ends the answer under way. */
  #stop = null;
  /** What Escape and the notice's buttons do. */
  #dismiss = null;

  connectedCallback() {
    if (!this.#parts) {
      this.#build();
      this.#show('idle');
      styles.then((sheets) => {
        this.shadowRoot.adoptedStyleSheets = sheets;
        this.#parts.chat.hidden = false;
      });
    }
    this.#autoload();
  }

  disconnectedCallback() {
    // Not if it was moved.
    queueMicrotask(() => {
      if (!this.isConnected) {
        this.#release();
        this.#show('idle');
      }
    });
  }

  attributeChangedCallback(name, before, now) {
    if (!this.#parts || before === now) {
      return;
    }
    if (name === 'model') {
      this.#restart();
      this.#release();
      this.#show('idle');
    }
    this.#label();
    this.#autoload();
  }

  // What it looks like

  #build() {
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
    this.#parts = parts;
    this.attachShadow({ mode: 'open', delegatesFocus: false }).append(parts.chat);
    parts.send.onclick = () => (this.#stop ? this.#stop.abort() : this.#submit());
    parts.input.oninput = () => this.#fit();
    parts.input.onkeydown = (event) => {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.#submit();
      }
    };
    parts.chat.onkeydown = (event) => {
      const end = this.#stop ? () => this.#stop.abort() : this.#dismiss;
      if (event.key === 'Escape' && end) {
        event.preventDefault();
        end();
      }
    };
    parts.restart.onclick = () => {
      this.#restart();
      parts.input.focus();
    };
    this.#label();
  }

  #label() {
    this.#texts = { ...TEXTS, ...this.#ownTexts() };
    const { chat, log, input, messages, introductionText, restart, note } = this.#parts;
    chat.ariaLabel = this.#texts.title;
    log.ariaLabel = this.#texts.title;
    messages.ariaLabel = this.#texts.title;
    input.placeholder = this.getAttribute('placeholder') ?? this.#texts.placeholder;
    input.ariaLabel = input.placeholder;
    introductionText.textContent = this.#texts.introduction;
    restart.textContent = this.#texts.restart;
    note.textContent = this.#engine ? this.#engine.model.name : '';
    this.#labelSend();
  }

  #ownTexts() {
    try {
      return JSON.parse(this.getAttribute('texts') ?? '{}');
    } catch (error) {
      console.error(`demitasse-chat: the attribute texts is not JSON: ${error.message}`);
      return {};
    }
  }

  #labelSend() {
    this.#parts.send.textContent = this.#stop ? this.#texts.stop : this.#texts.send;
  }

  #text(name, values = {}) {
    return this.#texts[name].replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
  }

  #show(state) {
    this.setAttribute('state', state);
    this.#parts.restart.hidden = this.#parts.messages.childElementCount === 0;
    this.#labelSend();
  }

  /** The notice above the composer: a text, and what can be done. */
  #notice(text, { warning = '', progress, confirm, cancel } = {}) {
    const parts = this.#parts;
    parts.notice.hidden = false;
    parts.noticeText.textContent = text;
    parts.warning.textContent = warning;
    parts.warning.hidden = warning === '';
    parts.progress.hidden = progress === undefined;
    if (progress > 0) {
      parts.progress.value = progress;
    } else {
      parts.progress.removeAttribute('value');
    }
    parts.progress.ariaLabel = text;
    for (const [button, action] of [
      [parts.confirm, confirm],
      [parts.cancel, cancel],
    ]) {
      button.hidden = !action;
      button.textContent = action?.[0] ?? '';
      button.onclick = action?.[1] ?? null;
    }
    this.#dismiss = cancel?.[1] ?? null;
  }

  #hideNotice() {
    this.#parts.notice.hidden = true;
    this.#dismiss = null;
  }

  #announce(text) {
    this.#parts.announcement.textContent = text;
  }

  #fail(title, error, again) {
    const text = `${title} ${error.message}`;
    this.#notice(text, { confirm: [this.#texts.retry, again] });
    this.#parts.alert.textContent = text;
    this.#show('error');
  }

  /** The composer is as high as its text. */
  #fit() {
    const { input } = this.#parts;
    input.style.height = 'auto';
    input.style.height = `${input.scrollHeight}px`;
  }

  // The model

  #autoload() {
    if (this.hasAttribute('autoload') && this.hasAttribute('model') && this.getAttribute('state') === 'idle') {
      this.#load();
    }
  }

  #modelUrl() {
    const model = this.getAttribute('model');
    const url = model && parseUrl(model, this.baseURI);
    if (!url) {
      throw new TypeError(`The attribute model is not a URL: ${model}`);
    }
    return url.href;
  }

  /** Asks whether the model may be downloaded, unless it is stored here already. */
  async #askToLoad() {
    const { cancel, download } = this.#texts;
    this.#show('asking');
    this.#notice(this.#texts.checking, { progress: 0, cancel: [cancel, () => this.#giveUp()] });
    const question = this.#question;
    let needs;
    try {
      needs = await Demitasse.needs(this.#modelUrl());
    } catch (error) {
      this.#fail(this.#texts.loadFailed, error, () => this.#askToLoad());
      return;
    }
    if (this.#question !== question || this.getAttribute('state') !== 'asking') {
      return; // not wanted any more
    }
    const { disk } = needs;
    if (disk && disk.total > 0 && disk.stored >= disk.total) {
      this.#load();
      return;
    }
    const text = !disk ? 'consentUncached' : disk.total > 0 ? 'consent' : 'consentUnknown';
    this.#notice(this.#text(text, { size: size(disk ? disk.total : needs.memory.empty) }), {
      warning: this.#isTooLarge(needs) ? this.#texts.tooLarge : '',
      confirm: [download, () => this.#load()],
      cancel: [cancel, () => this.#giveUp()],
    });
    this.#announce(this.#parts.noticeText.textContent);
    this.#parts.confirm.focus();
  }

  #isTooLarge({ memory, disk }) {
    return !fits(memory) || (disk && disk.available >= 0 && disk.total - disk.stored > disk.available);
  }

  /** The question goes back to where it was written. */
  #giveUp() {
    this.#release();
    this.#hideNotice();
    this.#announce('');
    const { input } = this.#parts;
    if (this.#question) {
      input.value ||= this.#question.text;
      this.#question.item.remove();
      this.#question = null;
      this.#fit();
    }
    this.#show('idle');
    input.focus();
  }

  async #load() {
    this.#release();
    this.#show('loading');
    this.#announce(this.#texts.preparing);
    const cancel = [this.#texts.cancel, () => this.#giveUp()];
    this.#notice(this.#texts.preparing, { progress: 0, cancel });
    let warning = '';
    let shared;
    try {
      shared = joinEngine(this.#modelUrl(), {
        onNeeds: (needs) => {
          warning = needs.disk ? '' : this.#texts.uncached;
          warning = this.#isTooLarge(needs) ? `${this.#texts.tooLarge} ${warning}` : warning;
        },
        onProgress: (progress) => {
          if (this.#shared === shared) {
            this.#notice(this.#describe(progress), { warning, progress: progress.loaded / progress.total, cancel });
          }
        },
      });
      this.#shared = shared;
      const engine = await shared.engine;
      if (this.#shared !== shared) {
        return; // given up
      }
      this.#engine = engine;
      this.#session = engine.session();
    } catch (error) {
      if (this.#shared === shared) {
        this.#release();
        this.#fail(this.#texts.loadFailed, error, () => this.#load());
      }
      return;
    }
    this.#hideNotice();
    this.#label();
    this.#announce('');
    this.#show('ready');
    this.#tell('demitasse-ready', { model: this.#engine.model, device: this.#engine.device });
    if (this.#question) {
      this.#answer();
    }
  }

  #describe({ phase, loaded, total }) {
    const percent = Math.floor((100 * loaded) / total);
    if (total > 0 && loaded >= total) {
      return this.#texts.preparing;
    }
    if (phase === 'download' && total > 0) {
      return this.#text('downloading', { size: size(total), percent });
    }
    return total > 0 ? this.#text('loading', { percent }) : this.#text('loadingUnknown', { size: size(loaded) });
  }

  #release() {
    this.#stop?.abort();
    this.#session?.close().catch(() => {}); // with the engine
    this.#shared?.leave();
    this.#session = null;
    this.#engine = null;
    this.#shared = null;
  }

  // The conversation

  #submit() {
    const { input } = this.#parts;
    const text = input.value.trim();
    const state = this.getAttribute('state');
    const mayAsk = ['idle', 'ready', 'error'].includes(state) || (state === 'loading' && !this.#question);
    if (text === '' || !mayAsk) {
      return;
    }
    input.value = '';
    this.#fit();
    this.#question?.item.remove(); // it failed; this one takes its place
    this.#failed?.remove();
    this.#failed = null;
    this.#question = { text, item: this.#addMessage('user', this.#texts.you, text).item };
    this.#parts.log.scrollTop = this.#parts.log.scrollHeight;
    if (this.#session && !this.#engine.closed) {
      this.#answer();
    } else if (state !== 'loading') {
      this.#askToLoad();
    }
  }

  #addMessage(role, speaker, content) {
    const text = element('div', { part: 'text', className: role === 'assistant' ? 'markdown' : 'plain', textContent: content });
    const item = element(
      'li',
      { part: `message ${role}`, className: role },
      element('span', { className: 'unseen', textContent: `${speaker}: ` }),
      text,
    );
    this.#parts.messages.append(item);
    this.#parts.restart.hidden = false;
    return { item, text };
  }

  async #answer() {
    const question = this.#question;
    const conversation = this.#conversation;
    const stop = (this.#stop = new AbortController());
    const asked = { role: 'user', content: question.text };
    const { item, text } = this.#addMessage('assistant', this.#texts.assistant, '');
    const status = element('p', { part: 'status', textContent: this.#texts.waiting });
    item.append(status);
    item.ariaBusy = 'true';
    this.#hideNotice();
    this.#show('answering');
    this.#announce(this.#texts.answering);
    const view = new AnswerView(item, text, status, this.#parts.log, this.#texts.thoughts);
    view.scroll();
    try {
      const stream = await this.#session.chat.completions.create(
        { ...this.#request(), messages: [...this.#system(), ...conversation, asked], stream: true },
        {
          signal: stop.signal,
          onProgress: ({ loaded, total }) =>
            (status.textContent = this.#text('reading', { percent: Math.floor((100 * loaded) / total) })),
        },
      );
      const last = { finishReason: 'abort', usage: undefined };
      for await (const { choices, usage } of stream) {
        view.add(choices[0]?.delta ?? {});
        last.finishReason = choices[0]?.finish_reason ?? last.finishReason;
        last.usage = usage ?? last.usage;
      }
      view.finish({ length: this.#texts.cut, abort: this.#texts.stopped }[last.finishReason] ?? '');
      this.#end(stop);
      const { content, reasoning } = view;
      // An empty answer would teach the model to give more of them.
      if (content !== '') {
        conversation.push(asked, { role: 'assistant', content });
      }
      this.#question = null;
      if (this.#conversation === conversation && this.#session) {
        this.#show('ready');
        this.#announce(text.textContent);
      }
      this.#tell('demitasse-answer', { question: question.text, content, reasoning, ...last });
    } catch (error) {
      view.finish('');
      this.#end(stop);
      if (this.#question === question && this.#session) {
        this.#failed = item;
        this.#announce('');
        this.#fail(this.#texts.answerFailed, error, () => this.#retry());
      }
    } finally {
      item.ariaBusy = null;
    }
  }

  #end(stop) {
    if (this.#stop === stop) {
      this.#stop = null;
    }
  }

  #retry() {
    this.#failed?.remove();
    this.#failed = null;
    if (this.#engine?.closed) {
      this.#load();
    } else {
      this.#answer();
    }
  }

  #system() {
    const content = this.getAttribute('system');
    return content ? [{ role: 'system', content }] : [];
  }

  #request() {
    const temperature = this.getAttribute('temperature');
    return {
      max_completion_tokens: Number(this.getAttribute('max-tokens') ?? DEFAULT_MAX_TOKENS),
      ...(temperature !== null && { temperature: Number(temperature) }),
    };
  }

  /** Begins a new conversation with the same model. */
  #restart() {
    this.#stop?.abort();
    this.#stop = null;
    this.#conversation = [];
    this.#question = null;
    this.#failed = null;
    this.#parts.messages.replaceChildren();
    this.#hideNotice();
    this.#announce('');
    this.#show(this.#session && !this.#engine.closed ? 'ready' : 'idle');
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

/** An answer as it is drawn: at most once a frame. */
class AnswerView {
  content = '';
  reasoning = '';
  #item;
  #text;
  #status;
  #log;
  #label;
  #thoughts = null;
  #frame = 0;

  constructor(item, text, status, log, label) {
    this.#item = item;
    this.#text = text;
    this.#status = status;
    this.#log = log;
    this.#label = label;
  }

  add({ content, reasoning_content: reasoning }) {
    this.content += content ?? '';
    this.reasoning += reasoning ?? '';
    if ((content || reasoning) && !this.#frame) {
      this.#frame = requestAnimationFrame(() => {
        this.#frame = 0;
        this.#draw();
      });
    }
  }

  /** @param {string} remark on how the answer ended */
  finish(remark) {
    cancelAnimationFrame(this.#frame);
    this.#draw();
    this.#status.textContent = remark;
    if (remark === '') {
      this.#status.remove();
    } else {
      this.#item.append(this.#status);
    }
  }

  #draw() {
    const { scrollTop, scrollHeight, clientHeight } = this.#log;
    const atEnd = scrollTop + clientHeight >= scrollHeight - 40; // the reader follows
    if (this.content !== '' || this.reasoning !== '') {
      this.#status.remove();
    }
    if (this.reasoning !== '') {
      this.#thoughts ??= this.#addThoughts();
      this.#thoughts.textContent = this.reasoning.trim();
    }
    updateMarkdown(this.#text, this.content);
    if (atEnd) {
      this.scroll();
    }
  }

  #addThoughts() {
    const thoughts = element('div', { className: 'plain' });
    const summary = element('summary', { textContent: this.#label });
    this.#text.before(element('details', { part: 'thinking' }, summary, thoughts));
    return thoughts;
  }

  scroll() {
    this.#log.scrollTop = this.#log.scrollHeight;
  }
}

function element(tag, { part, ...properties }, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  if (part) {
    made.part.add(...part.split(' '));
  }
  made.append(...children);
  return made;
}

/** Bytes as text. */
function size(bytes) {
  const [unit, name] = bytes >= 1e9 ? [1e9, 'GB'] : [1e6, 'MB'];
  return `${(bytes / unit).toFixed(1)}\u00a0${name}`;
}

if (!customElements.get('demitasse-chat')) {
  customElements.define('demitasse-chat', DemitasseChat);
}
