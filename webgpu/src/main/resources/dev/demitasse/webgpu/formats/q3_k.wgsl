// Q3_K: d · (scale − 32) · (q − 4), 16 columns a 6-bit scale. Quants as in Q2_K, and 32 bytes whose bit 4h + j is the third of columns
// 32j … of half h. Scale s is a nibble of byte s mod 8, low for s < 8, and two bits of byte 8 + s mod 4.
// Regions: x third bits, y quants, z scales, w d.
const UNIT = 16u;

fn three_bits(word: u32, bit_word: u32) -> vec4f {
  let low = (vec4u(word) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(3u);
  let high = (vec4u(bit_word) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(1u);
  return vec4f(low | (high << vec4u(2u)));
}

fn load_unit(regions: Regions, i: u32, q: ptr<function, array<vec4f, 4>>) -> vec2f {
  let block = i / 16u;
  let s = i % 16u;
  let half_block = s / 8u;
  let j = (s / 2u) % 4u;
  let quants = words4[regions.y / 4u + block * 4u + half_block * 2u + s % 2u] >> vec4u(2u * j);
  let bits = words4[regions.x / 4u + block * 2u + s % 2u] >> vec4u(4u * half_block + j);
  (*q)[0] = three_bits(quants.x, bits.x);
  (*q)[1] = three_bits(quants.y, bits.y);
  (*q)[2] = three_bits(quants.z, bits.z);
  (*q)[3] = three_bits(quants.w, bits.w);
  let low = (byte_at(regions.z, 12u * block + s % 8u) >> (4u * (s / 8u))) & 15u;
  let high = (byte_at(regions.z, 12u * block + 8u + s % 4u) >> (2u * (s / 4u))) & 3u;
  let scale = (f32(low | (high << 4u)) - 32.0) * half_at(regions.w, block);
  return vec2f(scale, -4.0 * scale);
}
