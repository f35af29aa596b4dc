// <demitasse-chat>: a chat with a model for any page.
import { AnswerBuilder } from './answer-builder.js';
import { filled, size } from './demitasse-chat-texts.js';
import { AnswerView, ChatView, styles } from './demitasse-chat-view.js';
import { Demitasse } from './engine.js';
import { fits } from './remote.js';
import { joinEngine } from './shared-engines.js';
import { parseUrl } from './urls.js';

const ATTRIBUTES = ['model', 'placeholder', 'texts', 'autoload'];
const DEFAULT_MAX_TOKENS = 1024;

/**
 * A chat. Attributes: `model` (URL, required), `system` (the system message), `theme` (`light`, `dark` or `auto`), `placeholder`,
 * `autoload` (load the model without asking), `max-tokens` and `temperature` of answers, and `texts`. The content of the element is
 * shown above the conversation.
 *
 * The attribute `state` is the current state: `idle`, `asking` (for permission to download the model), `loading`, `ready`,
 * `answering` or `error`.
 *
 * @fires demitasse-ready with `detail` {model, device} when the model is loaded
 * @fires demitasse-answer with `detail` {question, content, reasoning, finishReason, usage} when an answer has ended; if it was
 *   stopped, `finishReason` is `abort`
 */
export class DemitasseChat extends HTMLElement {
  static observedAttributes = ATTRIBUTES;

  /** @type {ChatView | null} null until the element is connected */
  #view = null;
  /** The messages of the answered turns. */
  #conversation = [];
  /** The question that waits for the model or for a retry, with its element. */
  #question = null;
  /** The element of an answer that failed. */
  #failed = null;
  /** The shared engine, and this conversation's session of it. */
  #shared = null;
  #engine = null;
  #session = null;
  /** Aborts the current answer. */
  #stop = null;

  connectedCallback() {
    if (!this.#view) {
      this.#build();
      this.#show('idle');
      styles.then((sheets) => {
        this.shadowRoot.adoptedStyleSheets = sheets;
        this.#view.parts.chat.hidden = false;
      });
    }
    this.#autoload();
  }

  disconnectedCallback() {
    // A moved element is connected again by then.
    queueMicrotask(() => {
      if (!this.isConnected) {
        this.#release();
        this.#show('idle');
      }
    });
  }

  attributeChangedCallback(name, before, now) {
    if (!this.#view || before === now) {
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

  #build() {
    const { parts } = (this.#view = new ChatView());
    this.attachShadow({ mode: 'open', delegatesFocus: false }).append(parts.chat);
    parts.send.onclick = () => (this.#stop ? this.#stop.abort() : this.#submit());
    parts.input.oninput = () => this.#view.fit();
    parts.input.onkeydown = (event) => {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.#submit();
      }
    };
    parts.chat.onkeydown = (event) => {
      const end = this.#stop ? () => this.#stop.abort() : this.#view.dismiss;
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
    this.#view.label(this.#ownTexts(), this.getAttribute('placeholder'), this.#engine?.model.name ?? '');
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
    this.#view.parts.send.textContent = this.#stop ? this.#view.texts.stop : this.#view.texts.send;
  }

  #text(name, values = {}) {
    return filled(this.#view.texts[name], values);
  }

  #show(state) {
    this.setAttribute('state', state);
    this.#view.parts.restart.hidden = this.#view.parts.messages.childElementCount === 0;
    this.#labelSend();
  }

  #fail(title, error, again) {
    const text = `${title} ${error.message}`;
    this.#view.notice(text, { confirm: [this.#view.texts.retry, again] });
    this.#view.parts.alert.textContent = text;
    this.#show('error');
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
    const { cancel, download } = this.#view.texts;
    this.#show('asking');
    this.#view.notice(this.#view.texts.checking, { progress: 0, cancel: [cancel, () => this.#giveUp()] });
    const question = this.#question;
    let needs;
    try {
      needs = await Demitasse.needs(this.#modelUrl());
    } catch (error) {
      this.#fail(this.#view.texts.loadFailed, error, () => this.#askToLoad());
      return;
    }
    if (this.#question !== question || this.getAttribute('state') !== 'asking') {
      return; // the question was withdrawn
    }
    const { disk } = needs;
    if (disk && disk.total > 0 && disk.stored >= disk.total) {
      this.#load();
      return;
    }
    const text = !disk ? 'consentUncached' : disk.total > 0 ? 'consent' : 'consentUnknown';
    this.#view.notice(this.#text(text, { size: size(disk ? disk.total : needs.memory.empty) }), {
      warning: this.#isTooLarge(needs) ? this.#view.texts.tooLarge : '',
      confirm: [download, () => this.#load()],
      cancel: [cancel, () => this.#giveUp()],
    });
    this.#view.announce(this.#view.parts.noticeText.textContent);
    this.#view.parts.confirm.focus();
  }

  #isTooLarge(/** @type {import('./demitasse.js').Needs} */ { memory, disk }) {
    return !fits(memory) || (disk && disk.available >= 0 && disk.total - disk.stored > disk.available);
  }

  /** Cancels the load and moves the question back into the composer. */
  #giveUp() {
    this.#release();
    this.#view.hideNotice();
    this.#view.announce('');
    if (this.#question) {
      this.#view.takeBack(this.#question);
      this.#question = null;
    }
    this.#show('idle');
    this.#view.parts.input.focus();
  }

  async #load() {
    this.#release();
    this.#show('loading');
    this.#view.announce(this.#view.texts.preparing);
    const cancel = [this.#view.texts.cancel, () => this.#giveUp()];
    this.#view.notice(this.#view.texts.preparing, { progress: 0, cancel });
    let warning = '';
    let shared;
    try {
      shared = joinEngine(this.#modelUrl(), {
        onNeeds: (needs) => {
          warning = needs.disk ? '' : this.#view.texts.uncached;
          warning = this.#isTooLarge(needs) ? `${this.#view.texts.tooLarge} ${warning}` : warning;
        },
        onProgress: (progress) => {
          if (this.#shared === shared) {
            this.#view.notice(this.#describe(progress), { warning, progress: progress.loaded / progress.total, cancel });
          }
        },
      });
      this.#shared = shared;
      const engine = await shared.engine;
      if (this.#shared !== shared) {
        return; // cancelled
      }
      this.#engine = engine;
      this.#session = engine.session();
    } catch (error) {
      if (this.#shared === shared) {
        this.#release();
        this.#fail(this.#view.texts.loadFailed, error, () => this.#load());
      }
      return;
    }
    this.#view.hideNotice();
    this.#label();
    this.#view.announce('');
    this.#show('ready');
    this.#tell('demitasse-ready', { model: this.#engine.model, device: this.#engine.device });
    if (this.#question) {
      this.#answer();
    }
  }

  #describe({ phase, loaded, total }) {
    const percent = Math.floor((100 * loaded) / total);
    if (total > 0 && loaded >= total) {
      return this.#view.texts.preparing;
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
    const { input } = this.#view.parts;
    const text = input.value.trim();
    const state = this.getAttribute('state');
    const mayAsk = ['idle', 'ready', 'error'].includes(state) || (state === 'loading' && !this.#question);
    if (text === '' || !mayAsk) {
      return;
    }
    input.value = '';
    this.#view.fit();
    this.#question?.item.remove(); // it failed; the new question replaces it
    this.#failed?.remove();
    this.#failed = null;
    this.#question = { text, item: this.#view.addMessage('user', this.#view.texts.you, text).item };
    this.#view.parts.log.scrollTop = this.#view.parts.log.scrollHeight;
    if (this.#session && !this.#engine.closed) {
      this.#answer();
    } else if (state !== 'loading') {
      this.#askToLoad();
    }
  }

  async #answer() {
    const question = this.#question;
    const conversation = this.#conversation;
    const stop = (this.#stop = new AbortController());
    const asked = { role: 'user', content: question.text };
    const built = new AnswerBuilder();
    const view = new AnswerView(this.#view);
    this.#view.hideNotice();
    this.#show('answering');
    this.#view.announce(this.#view.texts.answering);
    view.scroll();
    try {
      const stream = await this.#session.chat.completions.create(
        { ...this.#request(), messages: [...this.#system(), ...conversation, asked], stream: true },
        {
          signal: stop.signal,
          onProgress: ({ loaded, total }) => view.wait(this.#text('reading', { percent: Math.floor((100 * loaded) / total) })),
        },
      );
      for await (const chunk of stream) {
        built.add(chunk);
        view.grow(built);
      }
      const { content, reasoning, finishReason = 'abort', usage } = built;
      view.finish(built, { length: this.#view.texts.cut, abort: this.#view.texts.stopped }[finishReason] ?? '');
      this.#end(stop);
      // The model would imitate an empty answer.
      if (content !== '') {
        conversation.push(asked, { role: 'assistant', content });
      }
      this.#question = null;
      if (this.#conversation === conversation && this.#session) {
        this.#show('ready');
        this.#view.announce(view.text);
      }
      this.#tell('demitasse-answer', { question: question.text, content, reasoning, finishReason, usage });
    } catch (error) {
      view.finish(built, '');
      this.#end(stop);
      if (this.#question === question && this.#session) {
        this.#failed = view.item;
        this.#view.announce('');
        this.#fail(this.#view.texts.answerFailed, error, () => this.#retry());
      }
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
    this.#view.parts.messages.replaceChildren();
    this.#view.hideNotice();
    this.#view.announce('');
    this.#show(this.#session && !this.#engine.closed ? 'ready' : 'idle');
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

if (!customElements.get('demitasse-chat')) {
  customElements.define('demitasse-chat', DemitasseChat);
}
