// Q8_0: d · q; q is a signed byte. Planes: x d, y quants.
fn signed_bytes(word: u32) -> vec4f {
  return vec4f((vec4i(bitcast<i32>(word)) << vec4u(24u, 16u, 8u, 0u)) >> vec4u(24u));
}

fn load_sub_block(planes: Planes, i: u32) -> SubBlock {
  let q = planes_vec4u[planes.y / 4u + i];
  let d = half_at(planes.x, i / 2u);
  return SubBlock(signed_bytes(q.x), signed_bytes(q.y), signed_bytes(q.z), signed_bytes(q.w), d, 0.0);
}
