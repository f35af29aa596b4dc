// BF16: the upper halves of float32. Regions: x the numbers.
const UNIT = 4u;

fn load_unit(regions: Regions, i: u32, q: ptr<function, array<vec4f, 1>>) -> vec2f {
  let at = regions.x + 2u * i;
  let pairs = vec2u(words[at], words[at + 1u]);
  (*q)[0] = bitcast<vec4f>(vec4u(pairs.x << 16u, pairs.x & 0xffff0000u, pairs.y << 16u, pairs.y & 0xffff0000u));
  return vec2f(1.0, 0.0);
}
