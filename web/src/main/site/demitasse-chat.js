// <demitasse-chat>: a chat with a model for any page.
import { AnswerBuilder } from './answer-builder.js';
import { describeProgress, filled, ownTexts, size } from './demitasse-chat-texts.js';
import { AnswerView, ChatView, styles } from './demitasse-chat-view.js';
import { Demitasse } from './engine.js';
import { addressUrl, hostOf } from './model-address.js';
import { isTooLarge } from './remote.js';
import { joinEngine } from './shared-engines.js';
import { isFromLink } from './urls.js';

/**
 * @typedef {import('./demitasse.js').ChatCompletionMessageParam} Message
 * @typedef {{text: string, item: HTMLElement}} Question
 * @typedef {keyof import('./demitasse-chat-texts.js').Texts} TextName
 */

const ATTRIBUTES = ['model', 'placeholder', 'texts', 'autoload'];
const DEFAULT_MAX_TOKENS = 1024;

/**
 * A chat. Attributes: `model` (address, required), `system` (the system message), `theme` (`light`, `dark` or `auto`), `placeholder`,
 * `autoload` (load the model without asking, unless the page's URL contains its host), `max-tokens` and `temperature` of answers, and
 * `texts`. The content of the element is shown above the conversation.
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

  #view = new ChatView();
  /** Whether the view is part of the element: when it has been connected. */
  #isBuilt = false;
  /** @type {Message[]} the messages of the answered turns */
  #conversation = [];
  /** @type {Question | null} the question that waits for the model or for a retry */
  #question = null;
  /** @type {HTMLElement | null} the element of an answer that failed */
  #failed = null;
  /** @type {ReturnType<typeof joinEngine> | null} the shared engine */
  #shared = null;
  /** @type {Demitasse | null} */
  #engine = null;
  /** @type {import('./demitasse.js').Session | null} this conversation's session of the engine */
  #session = null;
  /** @type {AbortController | null} aborts the current answer */
  #stop = null;

  connectedCallback() {
    if (!this.#isBuilt) {
      const root = this.#build();
      this.#show('idle');
      styles.then((sheets) => {
        root.adoptedStyleSheets = sheets;
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

  /**
   * @param {string} name
   * @param {string | null} before
   * @param {string | null} now
   */
  attributeChangedCallback(name, before, now) {
    if (!this.#isBuilt || before === now) {
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
    const { parts } = this.#view;
    this.#isBuilt = true;
    const root = this.attachShadow({ mode: 'open', delegatesFocus: false });
    root.append(parts.chat);
    parts.send.onclick = () => (this.#stop ? this.#stop.abort() : this.#submit());
    parts.input.oninput = () => this.#view.fit();
    parts.input.onkeydown = (/** @type {KeyboardEvent} */ event) => {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.#submit();
      }
    };
    parts.chat.onkeydown = (/** @type {KeyboardEvent} */ event) => {
      const stop = this.#stop;
      const end = stop ? () => stop.abort() : this.#view.dismiss;
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
    return root;
  }

  #label() {
    this.#view.label(ownTexts(this.getAttribute('texts')), this.getAttribute('placeholder'), this.#engine?.model.name ?? '');
    this.#labelSend();
  }

  #labelSend() {
    this.#view.parts.send.textContent = this.#text(this.#stop ? 'stop' : 'send');
  }

  /**
   * @param {TextName} name
   * @param {Record<string, string | number>} [values]
   */
  #text(name, values = {}) {
    return filled(this.#view.texts[name], values);
  }

  /** @param {'idle' | 'asking' | 'loading' | 'ready' | 'answering' | 'error'} state */
  #show(state) {
    this.setAttribute('state', state);
    this.#view.parts.restart.hidden = this.#view.parts.messages.childElementCount === 0;
    this.#labelSend();
  }

  /**
   * @param {string} title
   * @param {unknown} error
   * @param {() => void} again
   */
  #fail(title, error, again) {
    this.#view.fail(`${title} ${error instanceof Error ? error.message : error}`, again);
    this.#show('error');
  }

  #autoload() {
    const url = addressUrl(this.getAttribute('model') ?? '');
    const isIdle = this.hasAttribute('model') && this.getAttribute('state') === 'idle';
    if (this.hasAttribute('autoload') && isIdle && !(url && isFromLink(url))) {
      this.#load();
    }
  }

  #modelUrl() {
    const model = this.getAttribute('model') ?? '';
    const url = addressUrl(model);
    if (model === '' || !url) {
      throw new TypeError(`The attribute model is not an address of a model: ${model}`);
    }
    return url;
  }

  /** Asks whether the model may be downloaded, unless it is stored here already. */
  async #askToLoad() {
    const { cancel, checking } = this.#view.texts;
    const question = this.#question;
    const [load, giveUp] = [() => this.#load(), () => this.#giveUp()];
    this.#show('asking');
    let needs;
    try {
      const url = this.#modelUrl();
      if (isFromLink(url)) {
        this.#view.ask(this.#text('consentHost', { host: hostOf(url) }), load, giveUp);
        return;
      }
      this.#view.notice(checking, { progress: 0, cancel: [cancel, giveUp] });
      needs = await Demitasse.needs(url.href);
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
    const warning = isTooLarge(needs) ? this.#view.texts.tooLarge : undefined;
    this.#view.ask(this.#text(text, { size: size(disk ? disk.total : needs.memory.empty) }), load, giveUp, warning);
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
    /** @type {[string, () => void]} */
    const cancel = [this.#view.texts.cancel, () => this.#giveUp()];
    this.#view.notice(this.#view.texts.preparing, { progress: 0, cancel });
    let warning = '';
    /** @type {ReturnType<typeof joinEngine> | undefined} */
    let shared;
    try {
      shared = joinEngine(this.#modelUrl().href, {
        onNeeds: (needs) => {
          warning = needs.disk ? '' : this.#view.texts.uncached;
          warning = isTooLarge(needs) ? `${this.#view.texts.tooLarge} ${warning}` : warning;
        },
        onProgress: (progress) => {
          if (this.#shared === shared) {
            this.#view.notice(describeProgress(this.#view.texts, progress), { warning, progress: progress.loaded / progress.total, cancel });
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
    const { model, device } = this.#engine;
    this.#tell('demitasse-ready', { model, device });
    this.#answer();
  }

  #release() {
    this.#stop?.abort();
    this.#session?.close().catch(() => {}); // with the engine
    this.#shared?.leave();
    this.#session = null;
    this.#engine = null;
    this.#shared = null;
  }

  #submit() {
    const { input } = this.#view.parts;
    const text = input.value.trim();
    const state = this.getAttribute('state') ?? '';
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
    if (this.#session && !this.#engine?.closed) {
      this.#answer();
    } else if (state !== 'loading') {
      this.#askToLoad();
    }
  }

  /** Answers the question, if there is one. */
  async #answer() {
    const question = this.#question;
    const session = this.#session;
    if (!question || !session) {
      return;
    }
    const conversation = this.#conversation;
    const stop = (this.#stop = new AbortController());
    /** @type {Message} */
    const asked = { role: 'user', content: question.text };
    const built = new AnswerBuilder();
    const view = new AnswerView(this.#view);
    this.#view.hideNotice();
    this.#show('answering');
    this.#view.announce(this.#view.texts.answering);
    view.scroll();
    try {
      const stream = await session.chat.completions.create(
        { ...this.#request([...conversation, asked]), stream: true },
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
      /** @type {Record<string, string>} */
      const remarks = { length: this.#view.texts.cut, abort: this.#view.texts.stopped };
      view.finish(built, remarks[finishReason] ?? '');
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

  /** @param {AbortController} stop */
  #end(stop) {
    this.#stop = this.#stop === stop ? null : this.#stop;
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

  /** @param {Message[]} conversation */
  #request(conversation) {
    const system = this.getAttribute('system');
    const temperature = this.getAttribute('temperature');
    return {
      messages: system ? [/** @type {Message} */ ({ role: 'system', content: system }), ...conversation] : conversation,
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
    this.#show(this.#session && !this.#engine?.closed ? 'ready' : 'idle');
  }

  /**
   * @param {'demitasse-ready' | 'demitasse-answer'} type
   * @param {object} detail
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

if (!customElements.get('demitasse-chat')) {
  customElements.define('demitasse-chat', DemitasseChat);
}
