// Q2_K: d · scale · q − dmin · min, with a byte of 4-bit scale and minimum for 16 columns. Each half of a block has 32 bytes of quants; its
// columns 32j to 32j + 31 are their bits 2j and 2j + 1. Planes: x scales and minima, y quants, z d and dmin.
fn load_sub_block(planes: Planes, i: u32) -> SubBlock {
  let block = i / 16u;
  let half_block = (i / 8u) % 2u;
  let quants = planes_vec4u[planes.y / 4u + block * 4u + half_block * 2u + i % 2u] >> vec4u(2u * ((i / 2u) % 4u));
  let scale = byte_at(planes.x, i);
  let d = unpack2x16float(planes_u32[planes.z + block]);
  return SubBlock(
    vec4f(bytes(quants.x, 3)),
    vec4f(bytes(quants.y, 3)),
    vec4f(bytes(quants.z, 3)),
    vec4f(bytes(quants.w, 3)),
    d.x * f32(scale & 15u),
    -d.y * f32(scale >> 4u),
  );
}
