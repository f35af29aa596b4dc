// Q5_K: as Q4_K, with 32 bytes whose bits s are the fifth bits of group s of 32 columns.
// Planes: x scales, y the fifth bits, z nibbles.
fn five_bits(nibble_word: u32, bit_word: u32) -> vec4f {
  return vec4f(bytes(nibble_word, 15) | (bytes(bit_word, 1) << vec4u(4u)));
}

fn load_sub_block(planes: Planes, i: u32) -> SubBlock {
  let block = i / 16u;
  let group = (i / 2u) % 8u;
  let scale = k_scale(planes_vec4u[planes.x / 4u + block], group);
  let low = planes_vec4u[planes.z / 4u + block * 8u + (group / 2u) * 2u + i % 2u] >> vec4u(4u * (group & 1u));
  let high = planes_vec4u[planes.y / 4u + block * 2u + i % 2u] >> vec4u(group);
  return SubBlock(
    five_bits(low.x, high.x),
    five_bits(low.y, high.y),
    five_bits(low.z, high.z),
    five_bits(low.w, high.w),
    scale.x,
    scale.y,
  );
}
