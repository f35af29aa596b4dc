// Stores records in the browser's IndexedDB, or in memory if there is none.

const NAME = 'demitasse';
const STORES = ['conversations', 'benchmarks'];

/** @type {Promise<IDBDatabase | null> | undefined} */
let opened;
/** @type {Record<string, Map<string, any>>} */
const memory = Object.fromEntries(STORES.map((store) => [store, new Map()]));

function open() {
  opened ??= new Promise((resolve) => {
    try {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => STORES.forEach((store) => request.result.createObjectStore(store, { keyPath: 'id' }));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
  return opened;
}

/** Returns whether records persist after the page is closed. */
export const isKept = async () => (await open()) !== null;

/**
 * Returns all records of a store.
 *
 * @param {string} store
 * @returns {Promise<any[]>}
 */
export async function all(store) {
  const database = await open();
  return database ? result(database.transaction(store).objectStore(store).getAll()) : [...memory[store].values()];
}

/**
 * Returns a record.
 *
 * @param {string} store
 * @param {string} id
 * @returns {Promise<any>} undefined if there is none
 */
export async function get(store, id) {
  const database = await open();
  return database ? result(database.transaction(store).objectStore(store).get(id)) : memory[store].get(id);
}

/**
 * Changes a record atomically, also across tabs.
 *
 * @template T
 * @param {string} store
 * @param {string} id
 * @param {(record: T | undefined) => T | undefined} change returns the new record; undefined deletes it
 */
export async function update(store, id, change) {
  const database = await open();
  if (!database) {
    const next = change(memory[store].get(id));
    return void (next ? memory[store].set(id, next) : memory[store].delete(id));
  }
  const transaction = database.transaction(store, 'readwrite');
  const records = transaction.objectStore(store);
  const reading = records.get(id);
  reading.onsuccess = () => {
    const next = change(reading.result);
    next ? records.put(next) : records.delete(id);
  };
  await new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(undefined);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
const result = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
