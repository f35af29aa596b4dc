// Records an answer as it arrives, so that another worker can go on from its tokens.

/** The beginning of an answer. */
export class Recording {
  /** @type {number[]} */
  #tokens = [];
  #events = 0;
  #first = 0;
  #last = 0;

  /**
   * Adds an event.
   *
   * @param {number | undefined} token the answer's next token; undefined at the end of a choice
   */
  add(token) {
    this.#events++;
    if (token === undefined) {
      this.#first = 0;
    } else {
      this.#tokens.push(token);
      this.#last = performance.now();
      this.#first ||= this.#last;
    }
  }

  /**
   * Returns the beginning in the form in which a worker takes it.
   *
   * @returns {{tokens: Int32Array, events: number, milliseconds: number} | undefined} undefined if nothing has arrived
   */
  get replay() {
    const milliseconds = this.#first === 0 ? 0 : this.#last - this.#first;
    return this.#events === 0 ? undefined : { tokens: Int32Array.from(this.#tokens), events: this.#events, milliseconds };
  }
}
