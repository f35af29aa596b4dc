// Arithmetic from text, without eval: the page's policy forbids it, and a model's text must not run.

/** @type {Record<string, (x: number) => number>} */
const FUNCTIONS = {
  sqrt: Math.sqrt,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  ln: Math.log,
  log: Math.log10,
  exp: Math.exp,
  abs: Math.abs,
  round: Math.round,
};
/** @type {Record<string, number>} */
const CONSTANTS = { pi: Math.PI, e: Math.E };
const MAX_LENGTH = 1000;
const TOKEN = /\s*(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+|[a-z]+|\*\*|.)/giy;

/**
 * Calculates the value of an expression.
 *
 * @param {string} expression such as `2 * (3 + sqrt(2))`
 * @returns {number}
 * @throws {Error} if the expression is wrong or has no finite value
 */
export function calculate(expression) {
  if (expression.length > MAX_LENGTH) {
    throw new Error(`the expression has more than ${MAX_LENGTH} characters`);
  }
  const value = new Parser(expression).value();
  if (!Number.isFinite(value)) {
    throw new Error(`${expression} has no value`);
  }
  return Number(value.toPrecision(15));
}

/** A recursive descent parser that calculates while it reads. */
class Parser {
  #expression;
  #tokens;
  #at = 0;

  /** @param {string} expression */
  constructor(expression) {
    this.#expression = expression;
    this.#tokens = [...expression.trim().matchAll(TOKEN)].map(([, token]) => token.toLowerCase());
  }

  /** @returns {number} */
  value() {
    const value = this.#sum();
    if (this.#at < this.#tokens.length) {
      throw this.#unreadable(this.#tokens[this.#at]);
    }
    return value;
  }

  /** @returns {number} */
  #sum() {
    let value = this.#product();
    for (let operator; (operator = this.#take('+', '-', '−'));) {
      const right = this.#product();
      value = operator === '+' ? value + right : value - right;
    }
    return value;
  }

  /** @returns {number} */
  #product() {
    let value = this.#signed();
    for (let operator; (operator = this.#take('*', '×', '·', '/', '÷', '%'));) {
      const right = this.#signed();
      value = '/÷'.includes(operator) ? value / right : operator === '%' ? value % right : value * right;
    }
    return value;
  }

  /** @returns {number} */
  #signed() {
    if (this.#take('-', '−')) {
      return -this.#signed();
    }
    return this.#take('+') ? this.#signed() : this.#power();
  }

  /** @returns {number} */
  #power() {
    const base = this.#operand();
    return this.#take('^', '**') ? base ** this.#signed() : base;
  }

  /** @returns {number} */
  #operand() {
    if (this.#take('(')) {
      return this.#closed();
    }
    const token = this.#tokens[this.#at++];
    if (/^[\d.]/.test(token)) {
      return Number(token);
    }
    if (Object.hasOwn(CONSTANTS, token)) {
      return CONSTANTS[token];
    }
    if (Object.hasOwn(FUNCTIONS, token)) {
      this.#expect('(');
      return FUNCTIONS[token](this.#closed());
    }
    throw this.#unreadable(token);
  }

  /** The sum in parentheses, of which the first is read. */
  #closed() {
    const value = this.#sum();
    this.#expect(')');
    return value;
  }

  /**
   * Returns the next token and moves on, if it is one of these.
   *
   * @param {string[]} wanted
   */
  #take(...wanted) {
    return wanted.includes(this.#tokens[this.#at]) ? this.#tokens[this.#at++] : null;
  }

  /** @param {string} wanted */
  #expect(wanted) {
    if (!this.#take(wanted)) {
      throw new Error(`expected ${wanted} but found ${this.#tokens[this.#at] ?? 'the end'} in ${this.#expression}`);
    }
  }

  /** @param {string | undefined} token */
  #unreadable(token) {
    return new Error(`cannot read ${token ?? 'the end'} in ${this.#expression}`);
  }
}
