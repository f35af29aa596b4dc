// Q3_K: d · (scale − 32) · (q − 4), with a 6-bit scale for 16 columns. The lower 2 bits of the quants are as in Q2_K. The third bits of
// columns 32j to 32j + 31 of half h of a block are bits 4h + j of 32 bytes. Scale s is a nibble of byte s mod 8, the low one for s < 8, and
// 2 bits of byte 8 + s mod 4.
// Planes: x third bits, y quants, z scales, w d.
fn three_bits(word: u32, bit_word: u32) -> vec4f {
  return vec4f(bytes(word, 3) | (bytes(bit_word, 1) << vec4u(2u)));
}

fn load_sub_block(planes: Planes, i: u32) -> SubBlock {
  let block = i / 16u;
  let s = i % 16u;
  let half_block = s / 8u;
  let j = (s / 2u) % 4u;
  let quants = planes_vec4u[planes.y / 4u + block * 4u + half_block * 2u + s % 2u] >> vec4u(2u * j);
  let bits = planes_vec4u[planes.x / 4u + block * 2u + s % 2u] >> vec4u(4u * half_block + j);
  let low = (byte_at(planes.z, 12u * block + s % 8u) >> (4u * (s / 8u))) & 15u;
  let high = (byte_at(planes.z, 12u * block + 8u + s % 4u) >> (2u * (s / 4u))) & 3u;
  let scale = (f32(low | (high << 4u)) - 32.0) * half_at(planes.w, block);
  return SubBlock(
    three_bits(quants.x, bits.x),
    three_bits(quants.y, bits.y),
    three_bits(quants.z, bits.z),
    three_bits(quants.w, bits.w),
    scale,
    -4.0 * scale,
  );
}
