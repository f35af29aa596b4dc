// IQ4_NL: d · table[q]. Regions: x d, y quants.
const UNIT = 32u;

fn load_unit(regions: Regions, i: u32, q: ptr<function, array<vec4f, 8>>) -> vec2f {
  load_quants(words4[regions.y / 4u + i], q);
  return vec2f(half_at(regions.x, i), 0.0);
}
