// Functions of Q5_0 and Q5_1, which have nibbles as in Q4_0, and a word with the fifth bit of each column.

/** Returns four quants: the low nibbles of a word, and the lowest four bits of another. */
fn five_bits(nibble_word: u32, bits: u32) -> vec4f {
  let high = vec4i(vec4u(bits) << vec4u(4u, 3u, 2u, 1u)) & vec4i(16);
  return vec4f(bytes(nibble_word, 15) | high);
}

/** Returns sub-block `i`. */
fn load_q5(block: vec4u, bits: u32, i: u32, scale: f32, offset: f32) -> SubBlock {
  let low = block >> vec4u(4u * (i & 1u));
  let high = bits >> (16u * (i & 1u));
  return SubBlock(
    five_bits(low.x, high),
    five_bits(low.y, high >> 4u),
    five_bits(low.z, high >> 8u),
    five_bits(low.w, high >> 12u),
    scale,
    offset,
  );
}
