// Q5_0: d · (q − 16). Planes: x d, y the fifth bits, z nibbles.
fn load_sub_block(planes: Planes, i: u32) -> SubBlock {
  let d = half_at(planes.x, i / 2u);
  return load_q5(planes_vec4u[planes.z / 4u + i / 2u], planes_u32[planes.y + i / 2u], i, d, -16.0 * d);
}
