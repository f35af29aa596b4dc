// Stores records in the browser's IndexedDB. A database that fails is reported, and opened again at the next use.

const NAME = 'demitasse';
/** Must grow with every change of STORES. Tabs with another version then stop storing, and say so. */
const VERSION = 1;
const STORES = ['conversations', 'benchmarks'];
/** The time after which a database that does not answer is given up. It may still answer later. */
const LIMIT_MS = 10_000;

/**
 * The state of the database:
 * - `opening`, `open`
 * - `missing`: the browser has none, or refuses it
 * - `silent`: it does not answer
 * - `blocked`: another tab keeps an older version open
 * - `newer`: another tab has a newer version of the page, which has changed the database
 * - `closed`: the browser has closed or deleted it; the next use opens it again
 *
 * @typedef {'opening' | 'open' | 'missing' | 'silent' | 'blocked' | 'newer' | 'closed'} DatabaseState
 */

/** The error of a database that can't be used. */
export class DatabaseError extends Error {
  /**
   * @param {DatabaseState} state
   * @param {unknown} [cause]
   */
  constructor(state, cause) {
    super(`the database is ${state}${cause ? `: ${cause}` : ''}`, { cause });
    this.name = 'DatabaseError';
    this.state = state;
  }
}

/** @type {Promise<IDBDatabase> | null} */
let connection = null;
/** @type {DatabaseState} */
let state = 'opening';
/** @type {((state: DatabaseState) => void)[]} */
const listeners = [];

/** @param {(state: DatabaseState) => void} listener called when the state has changed */
export function onDatabase(listener) {
  listeners.push(listener);
}

/** @param {DatabaseState} next */
function become(next) {
  if (next !== state) {
    state = next;
    listeners.forEach((listener) => listener(state));
  }
}

/** Returns the open database. A request that is late fails for now; if it succeeds later, its database is used from then on. */
function connect() {
  connection ??= open();
  return connection;
}

function open() {
  /** @type {(reason: DatabaseError) => void} */
  let giveUp = () => {};
  const tooLate = new Promise((_, reject) => {
    giveUp = reject;
  });
  const timer = setTimeout(() => giveUp(new DatabaseError('silent')), LIMIT_MS);
  /** @type {Promise<IDBDatabase>} */
  const opened = new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => createStores(request.result);
    request.onblocked = () => giveUp(new DatabaseError('blocked'));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  tooLate.catch((cause) => become(cause.state));
  return Promise.race([tooLate, opened.then(use, refuse).finally(() => clearTimeout(timer))]);
}

/** @param {IDBDatabase} database */
function createStores(database) {
  STORES.filter((store) => !database.objectStoreNames.contains(store)).forEach((store) => database.createObjectStore(store, { keyPath: 'id' }));
}

/** @param {IDBDatabase} database */
function use(database) {
  const end = (/** @type {DatabaseState} */ next) => {
    connection = null;
    become(next);
  };
  database.onversionchange = ({ newVersion }) => {
    database.close();
    end(newVersion === null ? 'closed' : 'newer');
  };
  database.onclose = () => end('closed');
  connection = Promise.resolve(database);
  become('open');
  return database;
}

/**
 * Calls an operation with the open database; once more if the browser has closed the connection.
 *
 * @template T
 * @param {(database: IDBDatabase) => Promise<T>} operation
 * @returns {Promise<T>}
 */
async function withDatabase(operation) {
  try {
    return await operation(await connect());
  } catch (cause) {
    if (!(cause instanceof DatabaseError && cause.state === 'closed')) {
      throw cause;
    }
    return operation(await connect());
  }
}

/**
 * Begins a transaction.
 *
 * @param {IDBDatabase} database
 * @param {string} store
 * @param {IDBTransactionMode} mode
 */
function begin(database, store, mode) {
  try {
    return database.transaction(store, mode);
  } catch (cause) {
    // WebKit may close a connection without an event.
    connection = null;
    database.close();
    const error = new DatabaseError(cause.name === 'NotFoundError' ? 'missing' : 'closed', cause);
    become(error.state);
    throw error;
  }
}

/**
 * @param {any} cause
 * @returns {never}
 */
function refuse(cause) {
  const error = new DatabaseError(cause?.name === 'VersionError' ? 'newer' : 'missing', cause);
  connection = null;
  become(error.state);
  throw error;
}

/**
 * A record as it is stored.
 *
 * @typedef {{id: string, record?: any, cause?: unknown}} Stored `cause`: the reason why the browser can't read the record
 */

/**
 * Returns all records of a store.
 *
 * @param {string} store
 * @returns {Promise<Stored[]>}
 */
export const all = (store) =>
  withDatabase(async (database) => {
    try {
      const records = await read(database, store, (from) => from.getAll());
      return records.map((record) => ({ id: record.id, record }));
    } catch (cause) {
      if (cause instanceof DatabaseError) {
        throw cause;
      }
      // One damaged record fails all of them.
      const ids = /** @type {string[]} */ (await read(database, store, (from) => from.getAllKeys()));
      const one = (/** @type {string} */ id) => read(database, store, (from) => from.get(id));
      return Promise.all(ids.map((id) => one(id).then((record) => ({ id, record }), (why) => ({ id, cause: why }))));
    }
  });

/**
 * Returns a record.
 *
 * @param {string} store
 * @param {string} id
 * @returns {Promise<any>} undefined if there is none
 */
export const get = (store, id) => withDatabase((database) => read(database, store, (records) => records.get(id)));

/**
 * Changes a record atomically, also across tabs.
 *
 * @template T
 * @param {string} store
 * @param {string} id
 * @param {(record: T | undefined) => T | undefined} change returns the new record; undefined deletes it. Called with undefined if there
 *   is none, or if the browser can't read it.
 */
export const update = (store, id, change) => withDatabase((database) => inTime(changed(database, store, id, change)));

/**
 * @template T
 * @param {IDBDatabase} database
 * @param {string} store
 * @param {string} id
 * @param {(record: T | undefined) => T | undefined} change
 */
const changed = (database, store, id, change) =>
  new Promise((resolve, reject) => {
    const transaction = begin(database, store, 'readwrite');
    const records = transaction.objectStore(store);
    const put = (/** @type {T | undefined} */ record) => {
      try {
        const next = change(record);
        next ? records.put(next) : records.delete(id);
      } catch (cause) {
        reject(cause);
        transaction.abort();
      }
    };
    const reading = records.get(id);
    reading.onsuccess = () => put(reading.result);
    reading.onerror = (event) => {
      if (reading.error?.name !== 'AbortError') {
        event.preventDefault(); // the transaction goes on
        put(undefined);
      }
    };
    transaction.oncomplete = () => resolve(undefined);
    transaction.onabort = () => reject(transaction.error ?? new DatabaseError('closed'));
  });

/**
 * @template T
 * @param {IDBDatabase} database
 * @param {string} store
 * @param {(records: IDBObjectStore) => IDBRequest<T>} ask
 * @returns {Promise<T>}
 */
const read = (database, store, ask) =>
  inTime(new Promise((resolve, reject) => {
    const request = ask(begin(database, store, 'readonly').objectStore(store));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  }));

/**
 * Rejects if an operation takes longer than the limit.
 *
 * @template T
 * @param {Promise<T>} operation
 * @returns {Promise<T>}
 */
async function inTime(operation) {
  let timer = 0;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new DatabaseError('silent')), LIMIT_MS);
  });
  try {
    return await Promise.race([operation, late]);
  } finally {
    clearTimeout(timer);
  }
}
