// IQ4_NL: d · table[q]. Planes: x d, y quants.
fn load_sub_block(planes: Planes, i: u32) -> SubBlock {
  return load_iq4(planes_vec4u[planes.y / 4u + i / 2u], i, half_at(planes.x, i / 2u));
}
