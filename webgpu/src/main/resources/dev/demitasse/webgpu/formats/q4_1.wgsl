// Q4_1: d · q + m. A block's low nibbles are its first 16 columns. Regions: x d and m, y quants.
fn load_unit(regions: Regions, i: u32) -> Unit {
  let d = unpack2x16float(words[regions.x + i / 2u]);
  return nibbles(words4[regions.y / 4u + i / 2u] >> vec4u(4u * (i & 1u)), d.x, d.y);
}
