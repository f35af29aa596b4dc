// The scales of Q4_K and Q5_K. A block of 256 columns has d and dmin (float16), then eight 6-bit scales and eight 6-bit minima in 12 bytes: a
// scale and a minimum for each group of 32 columns. A weight is d · scale · q − dmin · min.

/** Returns (d · scale, −dmin · min) of a group from the block's first 16 bytes. */
fn k_scale(head: vec4u, group: u32) -> vec2f {
  let d = unpack2x16float(head.x);
  let shift = 8u * (group & 3u);
  let low = (head.y >> shift) & 255u; // scales of groups 0 to 3, and in 2 bits the upper part of the scales of 4 to 7
  let middle = (head.z >> shift) & 255u; // the same for the minima
  let high = (head.w >> shift) & 255u; // lower 4 bits of the scales and minima of 4 to 7
  if (group < 4u) {
    return vec2f(d.x * f32(low & 63u), -d.y * f32(middle & 63u));
  }
  let scale = (high & 15u) | ((low >> 6u) << 4u);
  let minimum = (high >> 4u) | ((middle >> 6u) << 4u);
  return vec2f(d.x * f32(scale), -d.y * f32(minimum));
}
