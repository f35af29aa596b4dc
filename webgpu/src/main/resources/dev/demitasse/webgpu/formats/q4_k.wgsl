// Q4_K: d · scale · q − dmin · min. Groups 2p and 2p + 1 of 32 columns are the low and the high nibbles of 32 bytes.
// Planes: x scales, y quants.
fn load_sub_block(planes: Planes, i: u32) -> SubBlock {
  let block = i / 16u;
  let group = (i / 2u) % 8u;
  let scale = k_scale(planes_vec4u[planes.x / 4u + block], group);
  let quants = planes_vec4u[planes.y / 4u + block * 8u + (group / 2u) * 2u + i % 2u];
  return nibbles(quants >> vec4u(4u * (group & 1u)), scale.x, scale.y);
}
