// A matrix of weights in the format whose file follows: rows of units, each 16 columns that share scale and offset. The format's load_unit gives
// a unit: weight = scale · quant + offset. Quants are named one by one: arrays that are indexed in loops are slow in some compilers.

const UNIT_QUADS = 4u;

struct Unit {
  q0: vec4f,
  q1: vec4f,
  q2: vec4f,
  q3: vec4f,
  scale: f32,
  offset: f32,
}

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

/** What `mask` leaves of a word's four bytes. */
fn bytes(word: u32, mask: i32) -> vec4i {
  return vec4i(vec4u(word) >> vec4u(0u, 8u, 16u, 24u)) & vec4i(mask);
}

/** The low nibbles of 16 bytes. */
fn nibbles(block: vec4u, scale: f32, offset: f32) -> Unit {
  return Unit(
    vec4f(bytes(block.x, 15)),
    vec4f(bytes(block.y, 15)),
    vec4f(bytes(block.z, 15)),
    vec4f(bytes(block.w, 15)),
    scale,
    offset,
  );
}

/** Makes both views part of a kernel's layout, though a format may read only one. */
fn bind_both() {
  _ = &words;
  _ = &words4;
}
