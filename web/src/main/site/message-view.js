// Draws a message of a model while it grows: its reasoning, and its text as Markdown.
import { updateMarkdown } from './markdown.js';

/**
 * @typedef {{content: string, reasoning?: string}} Answer a message as far as it has arrived
 *
 * @typedef {object} MessageElements
 * @property {() => HTMLElement} thoughts adds the element of the reasoning to the page, and returns it
 * @property {() => HTMLElement} text adds the element of the text to the page, and returns it
 */

/** A drawing that takes longer is followed by a pause as long, so that the page stays responsive. */
const LONG_MS = 8;

/** The view of a message. It is drawn at most once per frame. */
export class MessageView {
  #elements;
  #around;
  /** @type {Text | null} */
  #thoughts = null;
  /** @type {HTMLElement | null} */
  #text = null;
  #frame = 0;
  #pause = 0;
  #lastDrawMs = 0;

  /**
   * @param {MessageElements} elements called when they are needed
   * @param {(draw: () => void) => void} [around] calls its argument, which draws; it may scroll before and after
   */
  constructor(elements, around = (draw) => draw()) {
    this.#elements = elements;
    this.#around = around;
  }

  /** The text as it is drawn. */
  get text() {
    return this.#text?.textContent ?? '';
  }

  /**
   * Draws a growing message with the next frame.
   *
   * @param {Answer} answer is read when it is drawn
   */
  grow(answer) {
    if (this.#frame || this.#pause) {
      return;
    }
    const request = () => {
      this.#pause = 0;
      this.#frame = requestAnimationFrame(() => {
        this.#frame = 0;
        this.#around(() => this.#draw(answer));
      });
    };
    if (this.#lastDrawMs > LONG_MS) {
      this.#pause = setTimeout(request, this.#lastDrawMs);
    } else {
      request();
    }
  }

  /**
   * Draws a complete message.
   *
   * @param {Answer} answer
   * @returns {HTMLElement | null} the element of its text, if it has one
   */
  complete(answer) {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#pause);
    this.#frame = this.#pause = 0;
    this.#around(() => this.#draw(answer));
    return this.#text;
  }

  /** Whether a block of the text is shown as plain text, because formatting it would take too long. */
  get isPlain() {
    return Boolean(this.#text?.querySelector('.plain'));
  }

  /** @param {Answer} answer */
  #draw({ content, reasoning = '' }) {
    const begin = performance.now();
    if (reasoning !== '') {
      this.#thoughts ??= this.#elements.thoughts().appendChild(new Text());
      this.#thoughts.appendData(reasoning.slice(this.#thoughts.length));
    }
    if (content !== '') {
      this.#text ??= this.#elements.text();
      updateMarkdown(this.#text, content);
    }
    this.#lastDrawMs = performance.now() - begin;
  }
}
