// What IQ4_NL and IQ4_XS share: a nibble is an index into a table of unevenly spaced values.

const IQ4_VALUES = array<f32, 16>(
  -127.0, -104.0, -83.0, -65.0, -49.0, -35.0, -22.0, -10.0, 1.0, 13.0, 25.0, 38.0, 53.0, 69.0, 89.0, 113.0,
);

fn values(word: u32) -> vec4f {
  let index = (vec4u(word) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(15u);
  var table = IQ4_VALUES;
  return vec4f(table[index.x], table[index.y], table[index.z], table[index.w]);
}

fn load_quants(block: vec4u, q: ptr<function, array<vec4f, 8>>) {
  (*q)[0] = values(block.x);
  (*q)[1] = values(block.y);
  (*q)[2] = values(block.z);
  (*q)[3] = values(block.w);
  (*q)[4] = values(block.x >> 4u);
  (*q)[5] = values(block.y >> 4u);
  (*q)[6] = values(block.z >> 4u);
  (*q)[7] = values(block.w >> 4u);
}
