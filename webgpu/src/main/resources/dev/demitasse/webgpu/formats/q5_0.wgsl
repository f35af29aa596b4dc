// Q5_0: d · (q − 16). Regions: x d, y fifth bits, z nibbles.
fn load_unit(regions: Regions, i: u32) -> Unit {
  let d = half_at(regions.x, i / 2u);
  return load_five(words4[regions.z / 4u + i / 2u], words[regions.y + i / 2u], i, d, -16.0 * d);
}
