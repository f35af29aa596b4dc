// BF16: the upper halves of float32. Regions: x the numbers.
fn floats(pairs: vec2u) -> vec4f {
  return bitcast<vec4f>(vec4u(pairs.x << 16u, pairs.x & 0xffff0000u, pairs.y << 16u, pairs.y & 0xffff0000u));
}

fn load_unit(regions: Regions, i: u32) -> Unit {
  let first = words4[regions.x / 4u + 2u * i];
  let second = words4[regions.x / 4u + 2u * i + 1u];
  return Unit(floats(first.xy), floats(first.zw), floats(second.xy), floats(second.zw), 1.0, 0.0);
}
