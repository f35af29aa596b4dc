// Q5_1: d · q + m. Regions: x d and m, y fifth bits, z nibbles.
const UNIT = 32u;

fn load_unit(regions: Regions, i: u32, q: ptr<function, array<vec4f, 8>>) -> vec2f {
  load_quants(words4[regions.z / 4u + i], words[regions.y + i], q);
  return unpack2x16float(words[regions.x + i]);
}
