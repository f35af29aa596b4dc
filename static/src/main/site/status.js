// The state of the page: loading, ready, answering or error. It is in the attribute `data-state` and in texts.
import { t } from './i18n.js';
import { byId, messageOf } from './page.js';

const announcement = byId('announcement');
const error = byId('error');
const errorMessage = byId('error-message');
const errorTitle = byId('error-title');
const loading = byId('loading');
const retry = byId('retry');
const useServer = byId('use-server');

/** @type {(() => void)[]} */
const listeners = [];

/** @typedef {'loading' | 'ready' | 'answering' | 'error'} State */

/** @returns {State} */
export const state = () => /** @type {State} */ (document.body.dataset.state);

/** @param {() => void} listener called when the state has changed */
export function onState(listener) {
  listeners.push(listener);
}

/** @param {State} next */
export function show(next) {
  document.body.dataset.state = next;
  loading.hidden = next !== 'loading';
  error.hidden = next !== 'error';
  listeners.forEach((listener) => listener());
}

/**
 * Shows an error and ways to continue.
 *
 * @param {string} title
 * @param {unknown} cause
 * @param {object} ways
 * @param {() => void} [ways.again] tries again
 * @param {{label: string, use: () => void}} [ways.server] uses a server instead of this device
 */
export function fail(title, cause, { again, server }) {
  errorTitle.textContent = title;
  errorMessage.textContent = messageOf(cause);
  announcement.textContent = '';
  retry.hidden = !again;
  retry.onclick = again;
  useServer.hidden = !server;
  useServer.textContent = server?.label ?? '';
  useServer.onclick = server?.use;
  show('error');
}

/**
 * Announces a text to screen readers.
 *
 * @param {string} key of the text
 * @param {Record<string, any>} [values]
 */
export function announce(key, values) {
  announcement.textContent = t(key, values);
}
