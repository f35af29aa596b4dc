// F16. Regions: x the numbers.
const UNIT = 4u;

fn load_unit(regions: Regions, i: u32, q: ptr<function, array<vec4f, 1>>) -> vec2f {
  let at = regions.x + 2u * i;
  (*q)[0] = vec4f(unpack2x16float(words[at]), unpack2x16float(words[at + 1u]));
  return vec2f(1.0, 0.0);
}
