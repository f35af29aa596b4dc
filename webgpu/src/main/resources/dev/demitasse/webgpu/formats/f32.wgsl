// F32: float32. Planes: x the elements.
fn load_sub_block(planes: Planes, i: u32) -> SubBlock {
  let at = planes.x / 4u + 4u * i;
  return SubBlock(
    bitcast<vec4f>(planes_vec4u[at]),
    bitcast<vec4f>(planes_vec4u[at + 1u]),
    bitcast<vec4f>(planes_vec4u[at + 2u]),
    bitcast<vec4f>(planes_vec4u[at + 3u]),
    1.0,
    0.0,
  );
}
