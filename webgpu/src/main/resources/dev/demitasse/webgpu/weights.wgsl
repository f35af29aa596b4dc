// A matrix of weights in the format whose file follows: rows of units, each UNIT columns that share scale and offset.
// The format's load_unit gives the quants, and (scale, offset): weight = scale · quant + offset.

@group(0) @binding(1) var<storage, read> words: array<u32>;
@group(0) @binding(2) var<storage, read> words4: array<vec4u>; // the same buffer

/** Where the parts of a block lie: each kind of part has a region of its own (16-byte aligned; in words). */
alias Regions = vec4u;

/** A float16 of a region of them. */
fn half_at(region: u32, index: u32) -> f32 {
  let pair = unpack2x16float(words[region + (index >> 1u)]);
  return select(pair.x, pair.y, (index & 1u) == 1u);
}

/** A byte of a region. */
fn byte_at(region: u32, index: u32) -> u32 {
  return (words[region + (index >> 2u)] >> (8u * (index & 3u))) & 255u;
}

/** The low nibbles of a word's four bytes, as numbers. */
fn nibbles(word: u32) -> vec4f {
  return vec4f((vec4u(word) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(15u));
}

/** Makes both views part of a kernel's layout, though a format may read only one. */
fn bind_both() {
  _ = &words;
  _ = &words4;
}
