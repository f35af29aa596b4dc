// The js-string builtins of WebAssembly, for browsers that lack them.

/**
 * A module that exports `get(array, index)` and `set(array, index, code)` for `(array (mut i16))`, the type of Java's `char[]` and of
 * the js-string builtins: JavaScript itself can't reach into arrays of WebAssembly.
 */
const CHAR_ARRAYS = [
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 18, 3, 0x5e, 0x77, 1, 0x60, 2, 0x63, 0, 0x7f, 1, 0x7f, 0x60, 3, 0x63, 0, 0x7f, 0x7f, 0],
  ...[3, 3, 2, 1, 2],
  ...[7, 13, 2, 3, 0x67, 0x65, 0x74, 0, 0, 3, 0x73, 0x65, 0x74, 0, 1],
  ...[10, 23, 2, 9, 0, 0x20, 0, 0x20, 1, 0xfb, 0x0d, 0, 0x0b, 11, 0, 0x20, 0, 0x20, 1, 0x20, 2, 0xfb, 0x0e, 0, 0x0b],
];

/**
 * The js-string builtins that the engine uses, as the proposal defines them, for browsers that lack them.
 *
 * @returns {import('./loader.js').Functions}
 */
export function stringImports() {
  const { get, set } = /** @type {any} */ (new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(CHAR_ARRAYS))).exports);
  return {
    fromCharCode: (code) => String.fromCharCode(code),
    fromCharCodeArray(array, start, end) {
      let text = '';
      for (let i = start; i < end; i++) {
        text += String.fromCharCode(get(array, i));
      }
      return text;
    },
    intoCharCodeArray(string, array, start) {
      for (let i = 0; i < string.length; i++) {
        set(array, start + i, string.charCodeAt(i));
      }
      return string.length;
    },
    concat: (a, b) => a + b,
    charCodeAt: (string, index) => string.charCodeAt(index),
    length: (string) => string.length,
    substring: (string, start, end) => string.substring(start, end),
  };
}
