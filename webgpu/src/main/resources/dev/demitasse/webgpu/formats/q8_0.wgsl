// Q8_0: d · q, with q a signed byte. Regions: x d, y quants.
const UNIT = 32u;

fn signed_bytes(word: u32) -> vec4f {
  return vec4f((vec4i(bitcast<i32>(word)) << vec4u(24u, 16u, 8u, 0u)) >> vec4u(24u));
}

fn load_unit(regions: Regions, i: u32, q: ptr<function, array<vec4f, 8>>) -> vec2f {
  let first = words4[regions.y / 4u + 2u * i];
  let second = words4[regions.y / 4u + 2u * i + 1u];
  (*q)[0] = signed_bytes(first.x);
  (*q)[1] = signed_bytes(first.y);
  (*q)[2] = signed_bytes(first.z);
  (*q)[3] = signed_bytes(first.w);
  (*q)[4] = signed_bytes(second.x);
  (*q)[5] = signed_bytes(second.y);
  (*q)[6] = signed_bytes(second.z);
  (*q)[7] = signed_bytes(second.w);
  return vec2f(half_at(regions.x, i), 0.0);
}
