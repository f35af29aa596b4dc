// Q8_0: d · q, with q a signed byte. Regions: x d, y quants.
fn signed_bytes(word: u32) -> vec4f {
  return vec4f((vec4i(bitcast<i32>(word)) << vec4u(24u, 16u, 8u, 0u)) >> vec4u(24u));
}

fn load_unit(regions: Regions, i: u32) -> Unit {
  let q = words4[regions.y / 4u + i];
  let d = half_at(regions.x, i / 2u);
  return Unit(signed_bytes(q.x), signed_bytes(q.y), signed_bytes(q.z), signed_bytes(q.w), d, 0.0);
}
