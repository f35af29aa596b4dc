// What Q5_0 and Q5_1 share: nibbles as in Q4_0, and a word with the fifth bit of each column.

/** Four quants: nibbles, and bits that begin at the lowest. */
fn five_bits(nibble_word: u32, bits: u32) -> vec4f {
  return nibbles(nibble_word) + vec4f(((vec4u(bits) >> vec4u(0u, 1u, 2u, 3u)) & vec4u(1u)) << vec4u(4u));
}

fn load_quants(block: vec4u, high: u32, q: ptr<function, array<vec4f, 8>>) {
  (*q)[0] = five_bits(block.x, high);
  (*q)[1] = five_bits(block.y, high >> 4u);
  (*q)[2] = five_bits(block.z, high >> 8u);
  (*q)[3] = five_bits(block.w, high >> 12u);
  (*q)[4] = five_bits(block.x >> 4u, high >> 16u);
  (*q)[5] = five_bits(block.y >> 4u, high >> 20u);
  (*q)[6] = five_bits(block.z >> 4u, high >> 24u);
  (*q)[7] = five_bits(block.w >> 4u, high >> 28u);
}
