// Q4_0: d · (q − 8). A block's low nibbles are its first 16 columns. Regions: x d, y quants.
const UNIT = 32u;

fn load_unit(regions: Regions, i: u32, q: ptr<function, array<vec4f, 8>>) -> vec2f {
  let block = words4[regions.y / 4u + i];
  (*q)[0] = nibbles(block.x);
  (*q)[1] = nibbles(block.y);
  (*q)[2] = nibbles(block.z);
  (*q)[3] = nibbles(block.w);
  (*q)[4] = nibbles(block.x >> 4u);
  (*q)[5] = nibbles(block.y >> 4u);
  (*q)[6] = nibbles(block.z >> 4u);
  (*q)[7] = nibbles(block.w >> 4u);
  let d = half_at(regions.x, i);
  return vec2f(d, -8.0 * d);
}
