// Markdown that is shown while it is written. What is finished stays; only the last block is rendered again as it grows.
import { t } from './i18n.js';
import { renderMarkdown } from './markdown.js';
import { copy, element, iconButton } from './page.js';

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
/** Lines that may go on with what stood before a blank line: list items, and what is indented. */
const GOES_ON = /^(\s|[-*+]\s|\d+[.)]\s|>)/;

export class GrowingMarkdown {
  #parent;
  /** How much of the text is rendered for good. */
  #finished = 0;
  /** The nodes of the rest. */
  #rest = [];

  /** @param {Element} parent that holds nothing else */
  constructor(parent) {
    this.#parent = parent;
  }

  /** Shows a text that begins with what was shown before. */
  grow(text) {
    const end = finishedBlocks(text, this.#finished);
    if (end > this.#finished) {
      this.#replaceRest(text.slice(this.#finished, end));
      this.#finished = end;
      this.#rest = [];
    }
    this.#replaceRest(text.slice(end));
  }

  /** Shows the whole text as one: blocks may refer to each other. */
  finish(text) {
    this.#parent.replaceChildren(rendered(text));
  }

  #replaceRest(text) {
    const fragment = rendered(text);
    const nodes = [...fragment.childNodes];
    this.#rest.forEach((node) => node.remove());
    this.#parent.append(fragment);
    this.#rest = nodes;
  }
}

/** Where the last block that may still grow begins. */
function finishedBlocks(text, from) {
  let end = from;
  let fence = null;
  let afterBlank = false;
  for (let start = from; start < text.length;) {
    const next = text.indexOf('\n', start);
    const line = text.slice(start, next < 0 ? text.length : next);
    const mark = FENCE.exec(line)?.[1];
    if (afterBlank && !fence && line !== '' && !GOES_ON.test(line)) {
      end = start;
    }
    if (mark && !fence) {
      fence = mark;
    } else if (mark?.startsWith(fence)) {
      fence = null;
    }
    afterBlank = line.trim() === '';
    start = next < 0 ? text.length : next + 1;
  }
  return end;
}

/** Markdown with a button on each block of code that copies it. */
function rendered(text) {
  const fragment = renderMarkdown(text);
  for (const pre of fragment.querySelectorAll('pre')) {
    const block = element('div', '', 'code-block');
    pre.replaceWith(block);
    pre.tabIndex = 0; // to be scrolled by keyboard
    const button = iconButton('copy', t('copyCode'), () => copy(pre.textContent.trimEnd(), button));
    block.append(pre, button);
  }
  return fragment;
}
