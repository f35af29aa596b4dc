// Notices that a worker has stopped: it says nothing, or its work makes no progress.

/** The time limits of a kind of work, in seconds. Before the first pass was measured, they are longer. */
const LIMITS = {
  /** Passes of the model, which report to the page in between. */
  answer: { silence: 10, firstSilence: 30, idle: Infinity, firstIdle: Infinity },
  /** Passes on a GPU, during which the worker can reply although the GPU may be stuck. */
  gpuAnswer: { silence: 10, firstSilence: 30, idle: 60, firstIdle: 120 },
  /** Loads and work with stored files, which may compute for long and wait for the network. */
  other: { silence: 60, firstSilence: 60, idle: Infinity, firstIdle: Infinity },
};

/** A slow device may take as many times the longest time that it has taken before. */
const PATIENCE = 4;

/** @typedef {keyof LIMITS} Work */

/**
 * Counts the seconds since a worker's last words. A timer counts them, so that time in which the page is suspended doesn't count, and a clock
 * that jumps has no effect.
 */
export class Watchdog {
  /** @type {Work | null} */
  #work = null;
  /** Seconds since the last message. */
  #silence = 0;
  /** Seconds since the last message other than a reply to a ping. */
  #idle = 0;
  /** The longest of these times that have ended by themselves. */
  #longestSilence = 0;
  #longestIdle = 0;
  /** Whether a pass has ended. */
  #isMeasured = false;
  /** Whether the work was stopped, so that it must end soon. */
  #isStopped = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  #ping = () => {};
  /** @type {(reason: string) => void} */
  #onStuck = () => {};

  /**
   * Watches a worker in place of the previous one.
   *
   * @param {() => void} ping asks the worker to say a word
   * @param {(reason: string) => void} onStuck called when the worker has stopped
   */
  attach(ping, onStuck) {
    this.end();
    this.#silence = this.#idle = 0;
    this.#ping = ping;
    this.#onStuck = onStuck;
  }

  /** @param {Work} work that begins */
  begin(work) {
    this.#work = work;
    this.#silence = this.#idle = 0;
    this.#isStopped = false;
    this.#timer ??= setInterval(() => this.#count(), 1000);
  }

  /** Ends to watch: the work has ended. */
  end() {
    this.#work = null;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Limits the time in which the work must end, because the user has stopped it. */
  hurry() {
    this.#isStopped = true;
    this.#idle = 0;
  }

  /**
   * Called for each message of the worker.
   *
   * @param {'alive' | 'progress' | 'pass'} kind `alive` for a reply to a ping, `pass` for the end of a pass
   */
  heard(kind) {
    this.#longestSilence = Math.max(this.#longestSilence, this.#silence);
    this.#silence = 0;
    if (kind !== 'alive' && !this.#isStopped) {
      this.#longestIdle = Math.max(this.#longestIdle, this.#idle);
      this.#idle = 0;
      this.#isMeasured ||= kind === 'pass';
    }
  }

  #count() {
    if (!this.#work) {
      return;
    }
    this.#silence++;
    this.#idle++;
    const { silence, firstSilence, idle, firstIdle } = LIMITS[this.#work];
    const silenceLimit = Math.max(this.#isMeasured ? silence : firstSilence, PATIENCE * this.#longestSilence);
    const idleLimit = this.#isStopped ? silenceLimit : Math.max(this.#isMeasured ? idle : firstIdle, PATIENCE * this.#longestIdle);
    if (this.#silence > silenceLimit) {
      this.#onStuck(`the engine has said nothing for ${silenceLimit} seconds`);
    } else if (this.#idle > idleLimit) {
      this.#onStuck(this.#isStopped ? `the engine has not stopped for ${idleLimit} seconds` : `no pass has ended for ${idleLimit} seconds`);
    } else {
      this.#ping();
    }
  }
}
