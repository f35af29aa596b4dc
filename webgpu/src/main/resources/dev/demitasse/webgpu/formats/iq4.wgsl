// Functions of IQ4_NL and IQ4_XS, whose quants are indices of a table of unevenly spaced values.

const IQ4_VALUES = array<f32, 16>(
  -127.0, -104.0, -83.0, -65.0, -49.0, -35.0, -22.0, -10.0, 1.0, 13.0, 25.0, 38.0, 53.0, 69.0, 89.0, 113.0,
);

fn iq4_values(word: u32) -> vec4f {
  let index = bytes(word, 15);
  var table = IQ4_VALUES;
  return vec4f(table[index.x], table[index.y], table[index.z], table[index.w]);
}

/** Returns sub-block `i`. The low nibbles of 16 bytes are the first 16 of 32 columns. */
fn load_iq4(block: vec4u, i: u32, scale: f32) -> SubBlock {
  let q = block >> vec4u(4u * (i & 1u));
  return SubBlock(iq4_values(q.x), iq4_values(q.y), iq4_values(q.z), iq4_values(q.w), scale, 0.0);
}
