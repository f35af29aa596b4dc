// F16. Regions: x the numbers.
fn floats(pairs: vec2u) -> vec4f {
  return vec4f(unpack2x16float(pairs.x), unpack2x16float(pairs.y));
}

fn load_unit(regions: Regions, i: u32) -> Unit {
  let first = words4[regions.x / 4u + 2u * i];
  let second = words4[regions.x / 4u + 2u * i + 1u];
  return Unit(floats(first.xy), floats(first.zw), floats(second.xy), floats(second.zw), 1.0, 0.0);
}
