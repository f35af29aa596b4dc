// Q4_0: d · (q − 8). A block's low nibbles are its first 16 columns. Regions: x d, y quants.
fn load_unit(regions: Regions, i: u32) -> Unit {
  let d = half_at(regions.x, i / 2u);
  return nibbles(words4[regions.y / 4u + i / 2u] >> vec4u(4u * (i & 1u)), d, -8.0 * d);
}
