/**
 * Parses a URL, as `URL.parse` does in newer browsers.
 *
 * @param {string} text
 * @param {string} [base]
 * @returns {URL | null} null if the text is not a URL
 */
export function parseUrl(text, base) {
  try {
    return new URL(text, base);
  } catch {
    return null;
  }
}

/**
 * Whether a model's URL may come from the link that has opened the page: it leads to another site, or to the Hugging Face Hub, and the
 * page's URL contains its host or its name in the Hub.
 *
 * @param {URL} url
 */
export function isFromLink({ host, origin, pathname, protocol }) {
  const link = location.search + location.hash;
  const name = host || pathname;
  return origin !== location.origin && protocol !== 'local:' && (link.includes(name) || decoded(link).includes(decoded(name)));
}

/**
 * Decodes the percent signs of a URL.
 *
 * @param {string} text
 */
export function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // its percent signs are not an encoding
  }
}
