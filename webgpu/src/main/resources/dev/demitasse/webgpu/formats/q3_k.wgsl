// Q3_K: d · (scale − 32) · (q − 4), 16 columns a 6-bit scale. Quants as in Q2_K, and 32 bytes whose bit 4h + j is the third of columns
// 32j … of half h. Scale s is a nibble of byte s mod 8, low for s < 8, and two bits of byte 8 + s mod 4.
// Regions: x third bits, y quants, z scales, w d.
fn three_bits(word: u32, bit_word: u32) -> vec4f {
  return vec4f(bytes(word, 3) | (bytes(bit_word, 1) << vec4u(2u)));
}

fn load_unit(regions: Regions, i: u32) -> Unit {
  let block = i / 16u;
  let s = i % 16u;
  let half_block = s / 8u;
  let j = (s / 2u) % 4u;
  let quants = words4[regions.y / 4u + block * 4u + half_block * 2u + s % 2u] >> vec4u(2u * j);
  let bits = words4[regions.x / 4u + block * 2u + s % 2u] >> vec4u(4u * half_block + j);
  let low = (byte_at(regions.z, 12u * block + s % 8u) >> (4u * (s / 8u))) & 15u;
  let high = (byte_at(regions.z, 12u * block + 8u + s % 4u) >> (2u * (s / 4u))) & 3u;
  let scale = (f32(low | (high << 4u)) - 32.0) * half_at(regions.w, block);
  return Unit(
    three_bits(quants.x, bits.x),
    three_bits(quants.y, bits.y),
    three_bits(quants.z, bits.z),
    three_bits(quants.w, bits.w),
    scale,
    -4.0 * scale,
  );
}
