// Renders the Markdown that a model has written. A model's text is untrusted: it may repeat what an attacker put into a page or a file
// that the model has read. So raw HTML is shown as text, nothing is fetched (images are links), and the sanitizer allows only the
// elements of Markdown. The work for a text is bounded: what would take too long is shown as plain text.
import { highlight, highlightWhenIdle } from './highlighting.js';
import DOMPurify from './lib/dompurify.js';
import MarkdownIt from './lib/markdown-it.js';
import { parseUrl } from './urls.js';

/**
 * A token of markdown-it.
 *
 * @typedef {object} Token
 * @property {string} type
 * @property {string} tag
 * @property {string} info
 * @property {string} content
 * @property {[string, string][] | null} attrs
 * @property {Token[] | null} children
 * @property {number} nesting 1 at the begin of an element, -1 at its end, otherwise 0
 * @property {[number, number] | null} map the first line, and the line after the last one
 */

/**
 * A block at the top level of a text.
 *
 * @typedef {object} Block
 * @property {number} start position in the text
 * @property {string} source
 * @property {number} work
 * @property {string | null} html not sanitized yet; null if the block is shown as plain text
 * @property {string[]} languages the language of each block of code that is highlighted later, otherwise ''
 */

/** The most characters of a text that is parsed. */
const MAX_TEXT = 2 ** 17;
/** The work of a block and of a text. The parser's work can grow with the square of the length of a paragraph. */
const MAX_BLOCK_WORK = 2 ** 28;
const MAX_TEXT_WORK = 2 ** 30;
/** The work of drawing a block and a token, in the same unit. */
const BLOCK_WORK = 2 ** 17;
const TOKEN_WORK = 2 ** 14;
/** The squares of the lengths of all code of a text that is highlighted at once. */
const MAX_HIGHLIGHTING = 2 ** 24;
/** The most characters of a block's HTML. References can make it much longer than the text. */
const MAX_HTML = 2 ** 18;
/** The most levels of lists and quotations, of which a list takes two. Each line is read once per level. */
const MAX_NESTING = 32;

const PROTOCOLS = ['http:', 'https:', 'mailto:'];
const isSafe = (/** @type {string} */ url) => PROTOCOLS.includes(parseUrl(url)?.protocol ?? '');

/** The classes that highlight.js gives to parts of code. */
const HIGHLIGHT_CLASSES = /^hljs-[a-z_-]+( [a-z]+_+)*$/;

/** The levels of headings above a text: the page's title, its sections, and the speaker. */
const HEADINGS_ABOVE = 3;

const ALIGNMENT = 'text-align:';

/** Parses texts into blocks. */
const parser = newParser();
parser.core.ruler.enableOnly(['normalize', 'block', 'strip_references']);

/** Parses what is inside of blocks. */
const inline = newParser();
inline.core.ruler.disable(['normalize', 'block', 'strip_references']);
inline.core.ruler.push('adapt', (/** @type {{tokens: Token[]}} */ { tokens }) => tokens.forEach(adapt));

function newParser() {
  const created = new MarkdownIt({
    linkify: true,
    breaks: true, // models break lines on purpose, for example in verses and addresses
    maxNesting: MAX_NESTING,
  });
  created.linkify.set({ fuzzyLink: false }); // README.md is not a host
  created.validateLink = isSafe;
  return created;
}

const { escapeHtml } = parser.utils;

/**
 * @typedef {{work: number, highlighting: number}} Budget what the rest of a text may take
 * @typedef {{references: object, budget: Budget, languages: string[]}} Environment the surroundings of a block that is rendered
 */

/** @type {Record<string, (tokens: Token[], i: number, options: object, environment: Environment) => string>} */
const rules = {
  fence: (tokens, i, options, environment) => code(tokens[i], environment),
  code_block: (tokens, i, options, environment) => code(tokens[i], environment),
  // Nothing is fetched.
  image: (tokens, i) => {
    const { content, attrs } = tokens[i];
    const url = new Map(attrs).get('src');
    const text = escapeHtml(content || url);
    return isInLink(tokens, i) ? text : `<a href="${escapeHtml(url)}">${text}</a>`;
  },
};
Object.assign(inline.renderer.rules, rules);

/**
 * @param {Token} token
 * @param {Environment} environment
 */
function code({ info, content }, { languages, budget }) {
  const [language] = info.trim().split(/\s/);
  const text = content.replace(/\n$/, '');
  const html = highlight(text, language, budget);
  languages.push(html === null ? language : '');
  return `<pre><code>${html ?? escapeHtml(text)}</code></pre>`;
}

/**
 * @param {Token[]} tokens
 * @param {number} i
 */
function isInLink(tokens, i) {
  const last = tokens.slice(0, i).findLast(({ type }) => type === 'link_open' || type === 'link_close');
  return last?.type === 'link_open';
}

/**
 * Changes tokens of the parser: heading levels, alignment and task lists.
 *
 * @param {Token} token
 * @param {number} i
 * @param {Token[]} tokens
 */
function adapt(token, i, tokens) {
  const { type, attrs, children } = token;
  if (type.startsWith('heading_')) {
    token.tag = `h${Math.min(6, HEADINGS_ABOVE + Number(token.tag.slice(1)))}`;
  } else if (type === 'th_open' || type === 'td_open') {
    token.attrs = attrs && attrs.map(([, style]) => ['align', style.slice(ALIGNMENT.length)]);
  } else if (type === 'inline' && tokens[i - 2]?.type === 'list_item_open' && children?.[0]?.type === 'text') {
    children[0].content = children[0].content.replace(/^\[ \] /, '☐ ').replace(/^\[x\] /i, '☑ ');
  }
}

/** An instance of its own, so that other users of the library on the page keep their settings. */
const purifier = DOMPurify(window);
purifier.setConfig({
  RETURN_DOM_FRAGMENT: true,
  ALLOWED_NAMESPACES: ['http://www.w3.org/1999/xhtml'],
  ALLOWED_TAGS: [
    ...['#text', 'p', 'br', 'hr', 'h4', 'h5', 'h6', 'blockquote', 'ul', 'ol', 'li', 'pre', 'code', 'span'],
    ...['em', 'strong', 's', 'a', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
  ],
  ALLOWED_ATTR: ['href', 'class', 'start', 'align'],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
});
purifier.addHook('uponSanitizeAttribute', (/** @type {Element} */ element, /** @type {any} */ attribute) => {
  const { attrName: name, attrValue: value } = attribute;
  if (name === 'href') {
    attribute.keepAttr = isSafe(value);
  } else if (name === 'class') {
    attribute.keepAttr = element.localName === 'span' && HIGHLIGHT_CLASSES.test(value);
  }
});
purifier.addHook('afterSanitizeAttributes', (/** @type {Element} */ element) => {
  if (element.localName === 'a' && element.hasAttribute('href')) {
    element.setAttribute('rel', 'noopener noreferrer nofollow');
    element.setAttribute('target', '_blank');
  }
});

/**
 * Renders a Markdown text. `markdown.css` styles the elements inside an element of the class `markdown`. A block is shown as plain text,
 * in a paragraph of the class `plain`, if it is so large or nested that formatting it would block the page; so is the whole text, if the
 * page's Trusted Types don't allow the policy `dompurify`.
 *
 * @param {string} text CommonMark with tables, strikethrough and task lists; its line breaks are kept
 * @returns {DocumentFragment} elements with links to http, https and mailto only, and without images, ids, names and styles
 */
export function renderMarkdown(text) {
  const fragment = document.createDocumentFragment();
  try {
    fragment.append(...elementsOf(blocksOf(normalized(text), NOTHING).blocks));
  } catch {
    fragment.replaceChildren(plain(text));
  }
  return fragment;
}

/**
 * The text that {@link updateMarkdown} has drawn in an element, and its blocks with their elements.
 *
 * @type {WeakMap<Element, {text: string, hasReferences: boolean, blocks: (Block & {element: Element})[]}>}
 */
const drawn = new WeakMap();

const NOTHING = { text: '', hasReferences: false, blocks: [] };

/**
 * Draws a growing text. Unchanged blocks stay, with the user's selection in them. If the text has grown, only its last two blocks are
 * parsed again, unless it contains link definitions.
 *
 * @param {Element} element the container, whose content only this function changes
 * @param {string} text as for {@link renderMarkdown}
 */
export function updateMarkdown(element, text) {
  const before = drawn.get(element) ?? NOTHING;
  try {
    const now = normalized(text);
    const { blocks, hasReferences } = blocksOf(now, before);
    const firstChanged = blocks.findIndex(({ html, source }, i) => html !== before.blocks[i]?.html || source !== before.blocks[i].source);
    const same = firstChanged < 0 ? blocks.length : firstChanged;
    const kept = before.blocks.slice(0, same);
    const elements = elementsOf(blocks.slice(same));
    if (before === NOTHING) {
      element.replaceChildren();
    }
    before.blocks.slice(same).forEach((block) => block.element.remove());
    element.append(...elements);
    const changed = elements.map((created, i) => ({ ...blocks[same + i], element: created }));
    drawn.set(element, { text: now, hasReferences, blocks: [...kept, ...changed] });
  } catch {
    drawn.delete(element);
    element.replaceChildren(plain(text));
  }
}

/**
 * Returns a text with the line ends of the parser, so that its line numbers give positions.
 *
 * @param {string} text
 */
const normalized = (text) => (text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text);

/**
 * Returns the blocks of a text.
 *
 * @param {string} text
 * @param {{text: string, hasReferences: boolean, blocks: Block[]}} before the state of a text that may be the begin of this one
 * @returns {{blocks: Block[], hasReferences: boolean}}
 */
function blocksOf(text, before) {
  if (text.length > MAX_TEXT) {
    return { blocks: [plainBlock(text, 0)], hasReferences: false };
  }
  // Text at the end can change the last block and, if that is a number that becomes a list item, the block before it.
  const { start = 0 } = before.blocks.at(-2) ?? {};
  if (start > 0 && !before.hasReferences && text.startsWith(before.text.slice(0, start))) {
    const references = {};
    const blocks = parse(text, start, before.blocks.slice(0, -2), references);
    if (Object.keys(references).length === 0) {
      return { blocks, hasReferences: false };
    } // else earlier blocks can refer to them
  }
  const references = {};
  return { blocks: parse(text, 0, [], references), hasReferences: Object.keys(references).length > 0 };
}

/**
 * @param {string} source
 * @param {number} start
 * @returns {Block}
 */
const plainBlock = (source, start) => ({ start, source, work: BLOCK_WORK, html: null, languages: [] });

/**
 * Parses the end of a text.
 *
 * @param {string} text
 * @param {number} start position of the begin of a block
 * @param {Block[]} before the blocks before it
 * @param {object} references receives the link definitions of the end
 * @returns {Block[]} all blocks; if the budget is used up, the last one is the rest of the text
 */
function parse(text, start, before, references) {
  const blocks = [...before];
  const budget = { work: MAX_TEXT_WORK - before.reduce((sum, block) => sum + block.work, 0), highlighting: MAX_HIGHLIGHTING };
  /** @type {Token[]} */
  let tokens = [];
  let depth = 0;
  let line = 0;
  let position = start;
  const positionOf = (/** @type {number} */ wanted) => {
    for (; line < wanted; line++) {
      position = text.indexOf('\n', position) + 1 || text.length;
    }
    return position;
  };
  for (const token of parser.parse(text.slice(start), { references })) {
    tokens.push(token);
    depth += token.nesting;
    if (depth === 0) {
      const [first, end] = tokens[0].map ?? [line, line];
      const from = positionOf(first);
      if (budget.work <= 0) {
        blocks.push(plainBlock(text.slice(from), from));
        break;
      }
      blocks.push(render(tokens, from, text.slice(from, positionOf(end)), references, budget));
      tokens = [];
    }
  }
  return blocks;
}

/**
 * Renders a block, unless it takes too much work.
 *
 * @param {Token[]} tokens
 * @param {number} start
 * @param {string} source
 * @param {object} references
 * @param {Budget} budget is reduced by the work of the block
 * @returns {Block}
 */
function render(tokens, start, source, references, budget) {
  const max = Math.min(MAX_BLOCK_WORK, budget.work);
  const block = plainBlock(source, start);
  const sum = (/** @type {(token: Token) => number} */ workOf) => tokens.reduce((work, token) => work + workOf(token), 0);
  const blockWork = BLOCK_WORK + sum(({ type, content }) => TOKEN_WORK + (type === 'inline' ? content.length ** 2 : 0));
  if (blockWork <= max) {
    const environment = { references, budget, languages: block.languages };
    const state = new inline.core.State('', inline, environment);
    state.tokens = tokens;
    inline.core.process(state);
    block.work = blockWork + sum(({ children }) => TOKEN_WORK * (children?.length ?? 0));
    const html = block.work <= max ? inline.renderer.render(tokens, inline.options, environment) : '';
    block.html = block.work <= max && html.length <= MAX_HTML ? html : null;
  }
  budget.work -= block.work;
  return block;
}

/**
 * Returns the element of each block. All blocks are sanitized at once, because each call of the sanitizer creates a document.
 *
 * @param {Block[]} blocks
 * @returns {Element[]}
 */
function elementsOf(blocks) {
  const formatted = blocks.filter(({ html }) => html !== null);
  /** @type {DocumentFragment} */
  const fragment = purifier.sanitize(formatted.map(({ html }) => html).join(''));
  fragment.querySelectorAll('pre').forEach((block) => (block.tabIndex = 0)); // a wide block is scrolled with keys
  fragment.querySelectorAll('table').forEach(inScroller);
  const elements = [...fragment.children];
  if (elements.length !== formatted.length) {
    throw new Error(`${formatted.length} blocks have ${elements.length} elements`);
  }
  const rest = elements.values();
  return blocks.map(({ html, source, languages }) => {
    const element = html === null ? undefined : rest.next().value;
    languages.forEach((language, i) => {
      if (element && language) {
        highlightWhenIdle(element.querySelectorAll('pre > code')[i], language, (highlighted) => purifier.sanitize(highlighted));
      }
    });
    return element ?? plain(source.replace(/\n+$/, ''));
  });
}

/** @param {string} text */
function plain(text) {
  const paragraph = document.createElement('p');
  paragraph.className = 'plain';
  paragraph.textContent = text;
  return paragraph;
}

/** @param {Element} table */
function inScroller(table) {
  const scroller = document.createElement('div');
  scroller.className = 'scroller';
  scroller.tabIndex = 0;
  table.replaceWith(scroller);
  scroller.append(table);
}
