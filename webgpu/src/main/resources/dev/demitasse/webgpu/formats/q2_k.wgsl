// Q2_K: d · scale · q − dmin · min, 16 columns a byte of 4-bit scale and minimum. Each half of a block has 32 bytes: columns 32j … 32j + 31 of it are
// their bits 2j, 2j + 1. Regions: x scales and minima, y quants, z d and dmin.
const UNIT = 16u;

fn two_bits(word: u32) -> vec4f {
  return vec4f((vec4u(word) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(3u));
}

fn load_unit(regions: Regions, i: u32, q: ptr<function, array<vec4f, 4>>) -> vec2f {
  let block = i / 16u;
  let half_block = (i / 8u) % 2u;
  let quants = words4[regions.y / 4u + block * 4u + half_block * 2u + i % 2u] >> vec4u(2u * ((i / 2u) % 4u));
  (*q)[0] = two_bits(quants.x);
  (*q)[1] = two_bits(quants.y);
  (*q)[2] = two_bits(quants.z);
  (*q)[3] = two_bits(quants.w);
  let scale = byte_at(regions.x, i);
  let d = unpack2x16float(words[regions.z + block]);
  return vec2f(d.x * f32(scale & 15u), -d.y * f32(scale >> 4u));
}
