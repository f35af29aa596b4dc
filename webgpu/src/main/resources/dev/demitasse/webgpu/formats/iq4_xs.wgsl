// IQ4_XS: d · (scale − 32) · table[q]; sub-block s of 32 columns has 16 bytes, as IQ4_NL's, and a scale of a nibble and two bits.
// Regions: x d and, in the upper half, the pairs of bits, y nibbles of scales, z quants.
const UNIT = 32u;

fn load_unit(regions: Regions, i: u32, q: ptr<function, array<vec4f, 8>>) -> vec2f {
  load_quants(words4[regions.z / 4u + i], q);
  let block = i / 8u;
  let sub = i % 8u;
  let head = words[regions.x + block];
  let low = (words[regions.y + block] >> (4u * sub)) & 15u;
  let high = (head >> (16u + 2u * sub)) & 3u;
  return vec2f(unpack2x16float(head).x * (f32(low | (high << 4u)) - 32.0), 0.0);
}
