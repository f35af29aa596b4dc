// Q5_0: d · (q − 16). Regions: x d, y fifth bits, z nibbles.
const UNIT = 32u;

fn load_unit(regions: Regions, i: u32, q: ptr<function, array<vec4f, 8>>) -> vec2f {
  load_quants(words4[regions.z / 4u + i], words[regions.y + i], q);
  let d = half_at(regions.x, i);
  return vec2f(d, -16.0 * d);
}
