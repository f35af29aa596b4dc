// Scales of Q4_K and Q5_K: a block of 256 has d and dmin (float16), then eight 6-bit scales and eight 6-bit minima in 12 bytes, and each
// sub-block of 32 columns is d · scale · q − dmin · min.

/** (d · scale, −dmin · min) of sub-block `sub`, from the block's first 16 bytes. */
fn k_scale(head: vec4u, sub: u32) -> vec2f {
  let d = unpack2x16float(head.x);
  let shift = 8u * (sub & 3u);
  let low = (head.y >> shift) & 255u; // scale of sub-blocks 0 to 3, upper bits of 4 to 7's
  let middle = (head.z >> shift) & 255u; // the same of minima
  let high = (head.w >> shift) & 255u; // lower bits of 4 to 7's
  if (sub < 4u) {
    return vec2f(d.x * f32(low & 63u), -d.y * f32(middle & 63u));
  }
  let scale = (high & 15u) | ((low >> 6u) << 4u);
  let minimum = (high >> 4u) | ((middle >> 6u) << 4u);
  return vec2f(d.x * f32(scale), -d.y * f32(minimum));
}
