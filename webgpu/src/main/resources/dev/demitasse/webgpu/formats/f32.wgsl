// F32. Regions: x the numbers.
const UNIT = 4u;

fn load_unit(regions: Regions, i: u32, q: ptr<function, array<vec4f, 1>>) -> vec2f {
  (*q)[0] = bitcast<vec4f>(words4[regions.x / 4u + i]);
  return vec2f(1.0, 0.0);
}
