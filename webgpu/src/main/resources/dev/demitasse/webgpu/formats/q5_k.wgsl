// Q5_K: Q4_K, and 32 bytes whose bit s is the fifth of sub-block s. Regions: x scales, y fifth bits, z nibbles.
const UNIT = 32u;

fn five_bits(nibble_word: u32, bit_word: u32) -> vec4f {
  return nibbles(nibble_word) + vec4f(((vec4u(bit_word) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(1u)) << vec4u(4u));
}

fn load_unit(regions: Regions, i: u32, q: ptr<function, array<vec4f, 8>>) -> vec2f {
  let block = i / 8u;
  let sub = i % 8u;
  let at = regions.z / 4u + block * 8u + (sub / 2u) * 2u;
  let shift = vec4u(4u * (sub & 1u));
  let first = words4[at] >> shift;
  let second = words4[at + 1u] >> shift;
  let high = regions.y / 4u + block * 2u;
  let first_bits = words4[high] >> vec4u(sub);
  let second_bits = words4[high + 1u] >> vec4u(sub);
  (*q)[0] = five_bits(first.x, first_bits.x);
  (*q)[1] = five_bits(first.y, first_bits.y);
  (*q)[2] = five_bits(first.z, first_bits.z);
  (*q)[3] = five_bits(first.w, first_bits.w);
  (*q)[4] = five_bits(second.x, second_bits.x);
  (*q)[5] = five_bits(second.y, second_bits.y);
  (*q)[6] = five_bits(second.z, second_bits.z);
  (*q)[7] = five_bits(second.w, second_bits.w);
  return k_scale(words4[regions.x / 4u + block], sub);
}
