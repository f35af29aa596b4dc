// IQ4_NL: d · table[q]. Regions: x d, y quants.
fn load_unit(regions: Regions, i: u32) -> Unit {
  return load_values(words4[regions.y / 4u + i / 2u], i, half_at(regions.x, i / 2u));
}
