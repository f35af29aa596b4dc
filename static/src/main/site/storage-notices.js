// Tells the user when conversations can't be stored, and what to do.
import { toJson } from './conversation-files.js';
import { forget, list, onStoring, restore, saveAgain } from './conversation-store.js';
import { DatabaseError, onDatabase } from './database.js';
import { t } from './i18n.js';
import { openModels } from './models.js';
import { notify, withdraw } from './notices.js';
import { byId, saveFile } from './page.js';

/** @typedef {import('./database.js').DatabaseState} DatabaseState */

const EXPORT = { label: 'exportJson', run: async () => saveFile(toJson(await list(), `Demitasse ${new Date().toISOString().slice(0, 10)}`)) };
const AGAIN = { label: 'saveAgain', run: saveAgain };

/** @type {Partial<Record<DatabaseState, import('./notices.js').Notice>>} */
const NOTICES = {
  missing: { text: () => t('notKept'), actions: [EXPORT] },
  silent: { text: () => t('storageSilent'), actions: [EXPORT, AGAIN] },
  blocked: { text: () => t('storageBlocked'), actions: [EXPORT] },
  newer: { text: () => t('storageNewer'), actions: [EXPORT, { label: 'reload', run: () => location.reload() }] },
};

/** @type {DatabaseState} */
let state = 'opening';
/** @type {import('./conversation-store.js').Storing} */
let storing = { unsaved: 0, lost: 0, cause: null };

function show() {
  const failed = storing.cause instanceof DatabaseError ? storing.cause.state : state;
  const notice = NOTICES[failed] ?? (storing.unsaved > 0 ? notSaved(storing.cause) : null);
  byId('not-kept').hidden = state !== 'missing';
  notice ? notify('storage', notice) : withdraw('storage');
  if (storing.lost > 0) {
    const count = storing.lost;
    notify('lost', { text: () => t('storageLost', { count }), actions: [{ label: 'saveAgain', run: restore }, EXPORT], onClose: forget });
  } else {
    withdraw('lost');
  }
}

/**
 * @param {any} cause
 * @returns {import('./notices.js').Notice}
 */
function notSaved(cause) {
  if (cause?.name === 'QuotaExceededError') {
    return { text: () => t('storageFull'), actions: [{ label: 'freeSpace', run: openModels }, EXPORT, AGAIN] };
  }
  return { text: () => t('notSaved', { why: cause?.message ?? String(cause) }), actions: [EXPORT, AGAIN] };
}

onDatabase((next) => {
  state = next;
  show();
});
onStoring((next) => {
  storing = next;
  show();
});
byId('models').addEventListener('close', () => storing.unsaved > 0 && saveAgain()); // models may have been deleted
addEventListener('beforeunload', (event) => {
  if (storing.unsaved > 0) {
    event.preventDefault(); // the browser asks
  }
});
