// Q5_K: Q4_K, and 32 bytes whose bit s is the fifth of sub-block s. Regions: x scales, y fifth bits, z nibbles.
fn five_bits(nibble_word: u32, bit_word: u32) -> vec4f {
  return vec4f(bytes(nibble_word, 15) | (bytes(bit_word, 1) << vec4u(4u)));
}

fn load_unit(regions: Regions, i: u32) -> Unit {
  let block = i / 16u;
  let sub = (i / 2u) % 8u;
  let scale = k_scale(words4[regions.x / 4u + block], sub);
  let low = words4[regions.z / 4u + block * 8u + (sub / 2u) * 2u + i % 2u] >> vec4u(4u * (sub & 1u));
  let high = words4[regions.y / 4u + block * 2u + i % 2u] >> vec4u(sub);
  return Unit(
    five_bits(low.x, high.x),
    five_bits(low.y, high.y),
    five_bits(low.z, high.z),
    five_bits(low.w, high.w),
    scale.x,
    scale.y,
  );
}
