// Q2_K: d · scale · q − dmin · min, 16 columns a byte of 4-bit scale and minimum. Each half of a block has 32 bytes: columns 32j … 32j + 31 of it are
// their bits 2j, 2j + 1. Regions: x scales and minima, y quants, z d and dmin.
fn load_unit(regions: Regions, i: u32) -> Unit {
  let block = i / 16u;
  let half_block = (i / 8u) % 2u;
  let quants = words4[regions.y / 4u + block * 4u + half_block * 2u + i % 2u] >> vec4u(2u * ((i / 2u) % 4u));
  let scale = byte_at(regions.x, i);
  let d = unpack2x16float(words[regions.z + block]);
  return Unit(
    vec4f(bytes(quants.x, 3)),
    vec4f(bytes(quants.y, 3)),
    vec4f(bytes(quants.z, 3)),
    vec4f(bytes(quants.w, 3)),
    d.x * f32(scale & 15u),
    -d.y * f32(scale >> 4u),
  );
}
