// IQ4_XS: d · (scale − 32) · table[q]. Each group of 32 columns has 16 bytes of quants as in IQ4_NL, and a 6-bit scale.
// Planes: x d and, in the upper half, the upper 2 bits of the scales; y the lower 4 bits of the scales; z quants.
fn load_sub_block(planes: Planes, i: u32) -> SubBlock {
  let block = i / 16u;
  let group = (i / 2u) % 8u;
  let head = planes_u32[planes.x + block];
  let low = (planes_u32[planes.y + block] >> (4u * group)) & 15u;
  let high = (head >> (16u + 2u * group)) & 3u;
  let scale = unpack2x16float(head).x * (f32(low | (high << 4u)) - 32.0);
  return load_iq4(planes_vec4u[planes.z / 4u + i / 2u], i, scale);
}
