// What the page's scripts share.

export const byId = (id) => document.getElementById(id);

/** An element whose content is text. */
export function element(tag, content, className = '') {
  const made = document.createElement(tag);
  made.textContent = content;
  made.className = className;
  return made;
}

/** Bytes as text: "98.4 MB", or "61.2 / 98.4 MB" of a total. */
export function size(bytes, total) {
  const [unit, name] = (total ?? bytes) >= 1e9 ? [1e9, 'GB'] : [1e6, 'MB'];
  const [done, whole] = [bytes, total].map((value) => (value / unit).toFixed(1));
  return total === undefined ? `${done} ${name}` : `${done} / ${whole} ${name}`;
}

/** A model's URL, if the page can load a model from such an address: from the web, or `local:` for one that was imported. */
export function modelUrl(address, protocols = ['https:', 'http:', 'local:']) {
  const url = URL.canParse(address, document.baseURI) ? new URL(address, document.baseURI) : null;
  if (!protocols.includes(url?.protocol)) {
    throw new Error(`Not the web address of a model: ${address}`);
  }
  return url;
}

/** The name of a model's file, or folder. */
export function fileName({ host, pathname }) {
  return decoded(pathname.split('/').findLast((part) => part !== '') ?? host);
}

/** Text without the percent signs that addresses need. */
export function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // its percent signs mean something else
  }
}
