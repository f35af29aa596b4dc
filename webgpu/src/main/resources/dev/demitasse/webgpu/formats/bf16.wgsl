// BF16: the upper half of a float32. Planes: x the elements.
fn floats(pairs: vec2u) -> vec4f {
  return bitcast<vec4f>(vec4u(pairs.x << 16u, pairs.x & 0xffff0000u, pairs.y << 16u, pairs.y & 0xffff0000u));
}

fn load_sub_block(planes: Planes, i: u32) -> SubBlock {
  let first = planes_vec4u[planes.x / 4u + 2u * i];
  let second = planes_vec4u[planes.x / 4u + 2u * i + 1u];
  return SubBlock(floats(first.xy), floats(first.zw), floats(second.xy), floats(second.zw), 1.0, 0.0);
}
