// F32. Regions: x the numbers.
fn load_unit(regions: Regions, i: u32) -> Unit {
  let at = regions.x / 4u + 4u * i;
  return Unit(
    bitcast<vec4f>(words4[at]),
    bitcast<vec4f>(words4[at + 1u]),
    bitcast<vec4f>(words4[at + 2u]),
    bitcast<vec4f>(words4[at + 3u]),
    1.0,
    0.0,
  );
}
