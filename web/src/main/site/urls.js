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
