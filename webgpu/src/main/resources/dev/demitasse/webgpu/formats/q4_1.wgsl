// Q4_1: d · q + m. The low nibbles are the first 16 columns of a block. Planes: x d and m, y quants.
fn load_sub_block(planes: Planes, i: u32) -> SubBlock {
  let d = unpack2x16float(planes_u32[planes.x + i / 2u]);
  return nibbles(planes_vec4u[planes.y / 4u + i / 2u] >> vec4u(4u * (i & 1u)), d.x, d.y);
}
