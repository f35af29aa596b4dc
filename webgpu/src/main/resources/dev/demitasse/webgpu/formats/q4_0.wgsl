// Q4_0: d · (q − 8). The low nibbles are the first 16 columns of a block. Planes: x d, y quants.
fn load_sub_block(planes: Planes, i: u32) -> SubBlock {
  let d = half_at(planes.x, i / 2u);
  return nibbles(planes_vec4u[planes.y / 4u + i / 2u] >> vec4u(4u * (i & 1u)), d, -8.0 * d);
}
