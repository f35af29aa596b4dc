// Q4_K: sub-blocks 2p and 2p + 1 are the low and the high nibbles of 32 bytes. Regions: x scales, y quants.
fn load_unit(regions: Regions, i: u32) -> Unit {
  let block = i / 16u;
  let sub = (i / 2u) % 8u;
  let scale = k_scale(words4[regions.x / 4u + block], sub);
  let quants = words4[regions.y / 4u + block * 8u + (sub / 2u) * 2u + i % 2u];
  return nibbles(quants >> vec4u(4u * (sub & 1u)), scale.x, scale.y);
}
