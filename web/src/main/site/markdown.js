// Markdown that a model wrote, as elements. A model's text is hostile: it may repeat what an attacker put into a page or a file
// that the model was given. So raw HTML is text, nothing is fetched (images are links), and the sanitizer lets through only what
// Markdown makes.
import DOMPurify from './lib/dompurify.js';
import hljs from './lib/highlight.js';
import { Marked } from './lib/marked.js';

const PROTOCOLS = ['http:', 'https:', 'mailto:'];

/** As highlight.js names the parts of code. */
const HIGHLIGHT_CLASSES = /^hljs-[a-z_-]+( [a-z]+_+)*$/;

/** What comes before a text's headings on a page: its title, its sections and who is speaking. */
const HEADINGS_ABOVE = 3;

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text) => text.replace(/[&<>"]/g, (character) => ESCAPES[character]);

const marked = new Marked({
  gfm: true,
  breaks: true, // models end lines where they want them to end: in verses and addresses, say
  tokenizer: {
    // No HTML: what looks like it is text.
    html() {},
    tag() {},
  },
  renderer: {
    code({ text, lang }) {
      const language = lang?.match(/\S+/)?.[0] ?? '';
      const code = hljs.getLanguage(language)
        ? hljs.highlight(text, { language, ignoreIllegals: true }).value
        : escaped(text);
      return `<pre><code>${code}</code></pre>`;
    },
    heading({ tokens, depth }) {
      const tag = `h${Math.min(6, depth + HEADINGS_ABOVE)}`;
      return `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`;
    },
    checkbox: ({ checked }) => (checked ? '☑' : '☐'),
    image(image) {
      return this.link({ ...image, title: null, tokens: [altText(image)] });
    },
    link({ href, tokens }) {
      // There are no links in links.
      const content = tokens.map((token) => (token.type === 'image' ? altText(token) : token));
      return `<a href="${escaped(href)}">${this.parser.parseInline(content)}</a>`;
    },
  },
});

const altText = ({ href, text }) => ({ type: 'text', text: text || href });

/** Of our own, so that other users of the library on the page keep their settings. */
const purifier = DOMPurify(window);
purifier.setConfig({
  RETURN_DOM_FRAGMENT: true,
  ALLOWED_NAMESPACES: ['http://www.w3.org/1999/xhtml'],
  ALLOWED_TAGS: [
    ...['#text', 'p', 'br', 'hr', 'h4', 'h5', 'h6', 'blockquote', 'ul', 'ol', 'li', 'pre', 'code', 'span'],
    ...['em', 'strong', 'del', 'a', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
  ],
  ALLOWED_ATTR: ['href', 'class', 'start', 'align'],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
});
purifier.addHook('uponSanitizeAttribute', (element, attribute) => {
  const { attrName: name, attrValue: value } = attribute;
  if (name === 'href') {
    attribute.keepAttr = URL.canParse(value) && PROTOCOLS.includes(new URL(value).protocol);
  } else if (name === 'class') {
    attribute.keepAttr = element.localName === 'span' && HIGHLIGHT_CLASSES.test(value);
  }
});
purifier.addHook('afterSanitizeAttributes', (element) => {
  if (element.localName === 'a' && element.hasAttribute('href')) {
    element.setAttribute('rel', 'noopener noreferrer nofollow');
    element.setAttribute('target', '_blank');
  }
});

/**
 * A Markdown text as elements, which `markdown.css` gives their looks below an element of the class `markdown`. Text that can't be
 * rendered comes as it stands, in a paragraph of the class `plain`: where it is nested too deeply, and all text where a page's
 * Trusted Types don't allow the policy `dompurify`.
 *
 * @param {string} text with the Markdown of GitHub; its line breaks are kept
 * @returns {DocumentFragment} with links to http, https and mailto only, and without images, ids, names and styles
 */
export function renderMarkdown(text) {
  const fragment = document.createDocumentFragment();
  fragment.append(...blocksOf(text).flatMap(nodesOf));
  return fragment;
}

/** The blocks that {@link updateMarkdown} has drawn, with their nodes. */
const drawn = new WeakMap();

/**
 * Draws a text that grows: blocks that are as they were stay, with what is selected in them. It costs what the blocks that changed
 * do.
 *
 * @param {Element} element whose content this alone changes
 * @param {string} text as of {@link renderMarkdown}
 */
export function updateMarkdown(element, text) {
  const before = drawn.get(element) ?? [];
  const blocks = blocksOf(text);
  const firstChanged = blocks.findIndex(({ html }, i) => html !== before[i]?.html);
  const same = firstChanged < 0 ? blocks.length : firstChanged;
  before.slice(same).forEach(({ nodes }) => nodes.forEach((node) => node.remove()));
  const changed = blocks.slice(same).map((block) => ({ ...block, nodes: nodesOf(block) }));
  element.append(...changed.flatMap(({ nodes }) => nodes));
  drawn.set(element, [...before.slice(0, same), ...changed]);
}

/** A text's blocks: the Markdown and the HTML, not yet sanitized, of each. */
function blocksOf(text) {
  try {
    return marked.lexer(text).map((token) => ({ markdown: token.raw, html: marked.parser([token]) }));
  } catch {
    return [{ markdown: text, html: escaped(text) }];
  }
}

function nodesOf({ markdown, html }) {
  let fragment;
  try {
    fragment = purifier.sanitize(html);
  } catch {
    return [plain(markdown)];
  }
  fragment.querySelectorAll('pre').forEach((code) => (code.tabIndex = 0)); // it may be wide: keys scroll it
  fragment.querySelectorAll('table').forEach(inScroller);
  return [...fragment.childNodes].flatMap((node) => {
    if (node instanceof Element) {
      return [node];
    }
    return node.data.trim() === '' ? [] : [plain(node.data)];
  });
}

function plain(text) {
  const paragraph = document.createElement('p');
  paragraph.className = 'plain';
  paragraph.textContent = text;
  return paragraph;
}

function inScroller(table) {
  const scroller = document.createElement('div');
  scroller.className = 'scroller';
  scroller.tabIndex = 0;
  table.replaceWith(scroller);
  scroller.append(table);
}
