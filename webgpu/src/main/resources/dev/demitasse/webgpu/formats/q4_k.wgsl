// Q4_K: sub-blocks 2p and 2p + 1 are the low and the high nibbles of 32 bytes. Regions: x scales, y quants.
const UNIT = 32u;

fn load_unit(regions: Regions, i: u32, q: ptr<function, array<vec4f, 8>>) -> vec2f {
  let block = i / 8u;
  let sub = i % 8u;
  let at = regions.y / 4u + block * 8u + (sub / 2u) * 2u;
  let shift = vec4u(4u * (sub & 1u));
  let first = words4[at] >> shift;
  let second = words4[at + 1u] >> shift;
  (*q)[0] = nibbles(first.x);
  (*q)[1] = nibbles(first.y);
  (*q)[2] = nibbles(first.z);
  (*q)[3] = nibbles(first.w);
  (*q)[4] = nibbles(second.x);
  (*q)[5] = nibbles(second.y);
  (*q)[6] = nibbles(second.z);
  (*q)[7] = nibbles(second.w);
  return k_scale(words4[regions.x / 4u + block], sub);
}
