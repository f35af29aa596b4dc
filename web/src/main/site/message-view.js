// Draws a message of a model while it grows: its reasoning, and its text as Markdown.
import { updateMarkdown } from './markdown.js';

/**
 * @typedef {{content: string, reasoning?: string}} Answer a message as far as it has arrived
 *
 * @typedef {object} MessageElements
 * @property {() => HTMLElement} thoughts adds the element of the reasoning to the page, and returns it
 * @property {() => HTMLElement} text adds the element of the text to the page, and returns it
 */

/** The view of a message. It is drawn at most once per frame. */
export class MessageView {
  #elements;
  #around;
  /** @type {Text | null} */
  #thoughts = null;
  /** @type {HTMLElement | null} */
  #text = null;
  #frame = 0;

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
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#around(() => this.#draw(answer));
    });
  }

  /**
   * Draws a complete message.
   *
   * @param {Answer} answer
   * @returns {HTMLElement | null} the element of its text, if it has one
   */
  complete(answer) {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#around(() => this.#draw(answer));
    return this.#text;
  }

  /** @param {Answer} answer */
  #draw({ content, reasoning = '' }) {
    if (reasoning !== '') {
      this.#thoughts ??= this.#elements.thoughts().appendChild(new Text());
      this.#thoughts.appendData(reasoning.slice(this.#thoughts.length));
    }
    if (content !== '') {
      this.#text ??= this.#elements.text();
      updateMarkdown(this.#text, content);
    }
  }
}
