// Q5_1: d · q + m. Regions: x d and m, y fifth bits, z nibbles.
fn load_unit(regions: Regions, i: u32) -> Unit {
  let d = unpack2x16float(words[regions.x + i / 2u]);
  return load_five(words4[regions.z / 4u + i / 2u], words[regions.y + i / 2u], i, d.x, d.y);
}
