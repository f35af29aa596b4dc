// Imports modules of the built site, and replaces features of browsers that Node lacks.

/** Imports a module of the site. */
export const load = (name) => import(new URL(`../../../../static/target/site/${name}`, import.meta.url).href);

/** A localStorage. */
export class FakeStorage {
  #items = new Map();

  getItem(key) {
    return this.#items.get(key) ?? null;
  }

  setItem(key, value) {
    this.#items.set(key, value);
  }
}
