// A matrix of weights. Rows consist of sub-blocks: 16 columns that share a scale and an offset. The function load_sub_block, in the file of
// the format, returns a sub-block by its index in the matrix: weight = scale · quant + offset.

const SUB_BLOCK_VEC4S = 4u;

/** The quants are not an array, because arrays that are indexed in loops are slow in some compilers. */
struct SubBlock {
  q0: vec4f,
  q1: vec4f,
  q2: vec4f,
  q3: vec4f,
  scale: f32,
  offset: f32,
}

@group(0) @binding(1) var<storage, read> planes_u32: array<u32>;
@group(0) @binding(2) var<storage, read> planes_vec4u: array<vec4u>; // the same buffer

/** The offsets of the planes in words, multiples of 4. A plane holds the same field of all blocks. */
alias Planes = vec4u;

/** Returns a float16 of a plane. */
fn half_at(plane: u32, index: u32) -> f32 {
  let pair = unpack2x16float(planes_u32[plane + (index >> 1u)]);
  return select(pair.x, pair.y, (index & 1u) == 1u);
}

/** Returns a byte of a plane. */
fn byte_at(plane: u32, index: u32) -> u32 {
  return (planes_u32[plane + (index >> 2u)] >> (8u * (index & 3u))) & 255u;
}

/** Returns the four bytes of a word, each masked. */
fn bytes(word: u32, mask: i32) -> vec4i {
  return vec4i(vec4u(word) >> vec4u(0u, 8u, 16u, 24u)) & vec4i(mask);
}

/** Returns the sub-block whose quants are the low nibbles of 16 bytes. */
fn nibbles(block: vec4u, scale: f32, offset: f32) -> SubBlock {
  return SubBlock(
    vec4f(bytes(block.x, 15)),
    vec4f(bytes(block.y, 15)),
    vec4f(bytes(block.z, 15)),
    vec4f(bytes(block.w, 15)),
    scale,
    offset,
  );
}
