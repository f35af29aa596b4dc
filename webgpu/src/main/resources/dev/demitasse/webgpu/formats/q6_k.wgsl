// Q6_K: d · scale · (q − 32), 16 columns a signed 8-bit scale. Each half of a block, 128 columns, has 64 bytes of nibbles and 32 of pairs of
// bits: columns 32j … 32j + 31 of it are nibbles of bytes 32(j mod 2) …, low for j < 2, and the bits 2j, 2j + 1.
// Regions: x nibbles, y pairs of bits, z scales, w d.
const UNIT = 16u;

fn six_bits(nibble_word: u32, bit_word: u32) -> vec4f {
  return nibbles(nibble_word) + vec4f(((vec4u(bit_word) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(3u)) << vec4u(4u));
}

fn load_unit(regions: Regions, i: u32, q: ptr<function, array<vec4f, 4>>) -> vec2f {
  let block = i / 16u;
  let half_block = (i / 8u) % 2u;
  let j = (i / 2u) % 4u;
  let part = i % 2u; // the first or the second 16 columns of 32
  let low = words4[regions.x / 4u + block * 8u + half_block * 4u + (j & 1u) * 2u + part] >> vec4u(4u * (j >> 1u));
  let high = words4[regions.y / 4u + block * 4u + half_block * 2u + part] >> vec4u(2u * j);
  (*q)[0] = six_bits(low.x, high.x);
  (*q)[1] = six_bits(low.y, high.y);
  (*q)[2] = six_bits(low.z, high.z);
  (*q)[3] = six_bits(low.w, high.w);
  let scale = f32(bitcast<i32>(byte_at(regions.z, i) << 24u) >> 24u) * half_at(regions.w, block);
  return vec2f(scale, -32.0 * scale);
}
