// Q5_1: d · q + m. Planes: x d and m, y the fifth bits, z nibbles.
fn load_sub_block(planes: Planes, i: u32) -> SubBlock {
  let d = unpack2x16float(planes_u32[planes.x + i / 2u]);
  return load_q5(planes_vec4u[planes.z / 4u + i / 2u], planes_u32[planes.y + i / 2u], i, d.x, d.y);
}
