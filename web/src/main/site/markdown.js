// Renders the Markdown that a model has written. A model's text is untrusted: it may repeat what an attacker put into a page or a file
// that the model has read. So raw HTML is shown as text, nothing is fetched (images are links), and the sanitizer allows only the
// elements of Markdown.
import DOMPurify from './lib/dompurify.js';
import hljs from './lib/highlight.js';
import MarkdownIt from './lib/markdown-it.js';
import { parseUrl } from './urls.js';

/**
 * A token of markdown-it.
 *
 * @typedef {{type: string, tag: string, info: string, content: string, attrs: [string, string][] | null, children: Token[]}} Token
 */

const PROTOCOLS = ['http:', 'https:', 'mailto:'];
const isSafe = (/** @type {string} */ url) => PROTOCOLS.includes(parseUrl(url)?.protocol ?? '');

/** The classes that highlight.js gives to parts of code. */
const HIGHLIGHT_CLASSES = /^hljs-[a-z_-]+( [a-z]+_+)*$/;

/** The levels of headings above a text: the page's title, its sections, and the speaker. */
const HEADINGS_ABOVE = 3;

const ALIGNMENT = 'text-align:';

const parser = new MarkdownIt({
  linkify: true,
  breaks: true, // models break lines on purpose, for example in verses and addresses
});
parser.linkify.set({ fuzzyLink: false }); // README.md is not a host
parser.validateLink = isSafe;
parser.core.ruler.push('adapt', (/** @type {{tokens: Token[]}} */ { tokens }) => tokens.forEach(adapt));

const { escapeHtml } = parser.utils;
/** @type {Record<string, (tokens: Token[], i: number) => string>} */
const rules = {
  fence: (tokens, i) => code(tokens[i]),
  code_block: (tokens, i) => code(tokens[i]),
  // Nothing is fetched.
  image: (tokens, i) => {
    const { content, attrs } = tokens[i];
    const url = new Map(attrs).get('src');
    const text = escapeHtml(content || url);
    return isInLink(tokens, i) ? text : `<a href="${escapeHtml(url)}">${text}</a>`;
  },
};
Object.assign(parser.renderer.rules, rules);

/** @param {Token} token */
function code({ info, content }) {
  const [language] = info.trim().split(/\s/);
  const text = content.replace(/\n$/, '');
  const html = hljs.getLanguage(language)
    ? hljs.highlight(text, { language, ignoreIllegals: true }).value
    : escapeHtml(text);
  return `<pre><code>${html}</code></pre>`;
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
  } else if (type === 'inline' && tokens[i - 2]?.type === 'list_item_open' && children[0]?.type === 'text') {
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
 * Renders a Markdown text. `markdown.css` styles the elements inside an element of the class `markdown`. If the page's Trusted Types
 * don't allow the policy `dompurify`, the text is shown unformatted in a paragraph of the class `plain`.
 *
 * @param {string} text CommonMark with tables, strikethrough and task lists; its line breaks are kept
 * @returns {DocumentFragment} elements with links to http, https and mailto only, and without images, ids, names and styles
 */
export function renderMarkdown(text) {
  const fragment = document.createDocumentFragment();
  try {
    fragment.append(...blocksOf(text).flatMap(nodesOf));
  } catch {
    fragment.replaceChildren(plain(text));
  }
  return fragment;
}

/**
 * The HTML and nodes of the blocks that {@link updateMarkdown} has drawn, by element.
 *
 * @type {WeakMap<Element, {html: string, nodes: Element[]}[]>}
 */
const drawn = new WeakMap();

/**
 * Draws a growing text. Unchanged blocks stay, with the user's selection in them.
 *
 * @param {Element} element the container, whose content only this function changes
 * @param {string} text as for {@link renderMarkdown}
 */
export function updateMarkdown(element, text) {
  const before = drawn.get(element) ?? [];
  const blocks = blocksOf(text);
  const firstChanged = blocks.findIndex((html, i) => html !== before[i]?.html);
  const same = firstChanged < 0 ? blocks.length : firstChanged;
  try {
    const changed = blocks.slice(same).map((html) => ({ html, nodes: nodesOf(html) }));
    before.slice(same).forEach(({ nodes }) => nodes.forEach((node) => node.remove()));
    element.append(...changed.flatMap(({ nodes }) => nodes));
    drawn.set(element, [...before.slice(0, same), ...changed]);
  } catch {
    element.replaceChildren(plain(text));
  }
}

/**
 * Returns the HTML of each block of a text, not sanitized yet.
 *
 * @param {string} text
 */
function blocksOf(text) {
  const environment = {};
  /** @type {string[]} */
  const blocks = [];
  /** @type {Token[]} */
  let tokens = [];
  let depth = 0;
  for (const token of parser.parse(text, environment)) {
    tokens.push(token);
    depth += token.nesting;
    if (depth === 0) {
      blocks.push(parser.renderer.render(tokens, parser.options, environment));
      tokens = [];
    }
  }
  return blocks;
}

/**
 * @param {string} html
 * @returns {Element[]}
 */
function nodesOf(html) {
  /** @type {DocumentFragment} */
  const fragment = purifier.sanitize(html);
  fragment.querySelectorAll('pre').forEach((block) => (block.tabIndex = 0)); // a wide block is scrolled with keys
  fragment.querySelectorAll('table').forEach(inScroller);
  return [...fragment.children];
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
