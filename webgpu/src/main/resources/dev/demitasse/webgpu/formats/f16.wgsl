// F16: float16. Planes: x the elements.
fn floats(pairs: vec2u) -> vec4f {
  return vec4f(unpack2x16float(pairs.x), unpack2x16float(pairs.y));
}

fn load_sub_block(planes: Planes, i: u32) -> SubBlock {
  let first = planes_vec4u[planes.x / 4u + 2u * i];
  let second = planes_vec4u[planes.x / 4u + 2u * i + 1u];
  return SubBlock(floats(first.xy), floats(first.zw), floats(second.xy), floats(second.zw), 1.0, 0.0);
}
