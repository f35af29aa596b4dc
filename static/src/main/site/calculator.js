// Arithmetic from text: the page's policy forbids eval, and a model's text should not be run anyway.

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
const CONSTANTS = { pi: Math.PI, e: Math.E };
const MAX_LENGTH = 1000;
const TOKEN = /\s*(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+|[a-z]+|\*\*|.)/giy;

/** @param {string} expression such as `2 * (3 + sqrt(2))` @returns {number} */
export function calculate(expression) {
  if (expression.length > MAX_LENGTH) {
    throw new Error(`the expression has more than ${MAX_LENGTH} characters`);
  }
  const tokens = [...expression.trim().matchAll(TOKEN)].map(([, token]) => token.toLowerCase());
  let at = 0;
  const take = (...wanted) => (wanted.includes(tokens[at]) ? tokens[at++] : null);
  const expect = (wanted) => {
    if (!take(wanted)) {
      throw new Error(`expected ${wanted} but found ${tokens[at] ?? 'the end'} in ${expression}`);
    }
  };

  function sum() {
    let value = product();
    for (let operator; (operator = take('+', '-', '−'));) {
      const right = product();
      value = operator === '+' ? value + right : value - right;
    }
    return value;
  }

  function product() {
    let value = signed();
    for (let operator; (operator = take('*', '×', '·', '/', '÷', '%'));) {
      const right = signed();
      value = { '/': value / right, '÷': value / right, '%': value % right }[operator] ?? value * right;
    }
    return value;
  }

  function signed() {
    if (take('-', '−')) {
      return -signed();
    }
    return take('+') ? signed() : power();
  }

  function power() {
    const base = operand();
    return take('^', '**') ? base ** signed() : base;
  }

  function operand() {
    if (take('(')) {
      const value = sum();
      expect(')');
      return value;
    }
    const token = tokens[at++];
    if (/^[\d.]/.test(token)) {
      return Number(token);
    }
    if (Object.hasOwn(CONSTANTS, token)) {
      return CONSTANTS[token];
    }
    if (Object.hasOwn(FUNCTIONS, token)) {
      expect('(');
      const value = sum();
      expect(')');
      return FUNCTIONS[token](value);
    }
    throw new Error(`cannot read ${token ?? 'the end'} in ${expression}`);
  }

  const value = sum();
  if (at < tokens.length) {
    throw new Error(`cannot read ${tokens[at]} in ${expression}`);
  }
  if (!Number.isFinite(value)) {
    throw new Error(`${expression} has no value`);
  }
  return Number(value.toPrecision(15));
}
