// Q6_K: d · scale · (q − 32), with a signed 8-bit scale for 16 columns. Each half of a block, 128 columns, has 64 bytes of nibbles and 32 bytes
// of upper bits. Its columns 32j to 32j + 31 are nibbles of the bytes from 32(j mod 2) on, the low ones for j < 2, and the bits 2j and 2j + 1.
// Planes: x nibbles, y the upper 2 bits, z scales, w d.
fn six_bits(nibble_word: u32, bit_word: u32) -> vec4f {
  return vec4f(bytes(nibble_word, 15) | (bytes(bit_word, 3) << vec4u(4u)));
}

fn load_sub_block(planes: Planes, i: u32) -> SubBlock {
  let block = i / 16u;
  let half_block = (i / 8u) % 2u;
  let j = (i / 2u) % 4u;
  let part = i % 2u; // the first or the second 16 columns of 32
  let low = planes_vec4u[planes.x / 4u + block * 8u + half_block * 4u + (j & 1u) * 2u + part] >> vec4u(4u * (j >> 1u));
  let high = planes_vec4u[planes.y / 4u + block * 4u + half_block * 2u + part] >> vec4u(2u * j);
  let scale = f32(bitcast<i32>(byte_at(planes.z, i) << 24u) >> 24u) * half_at(planes.w, block);
  return SubBlock(
    six_bits(low.x, high.x),
    six_bits(low.y, high.y),
    six_bits(low.z, high.z),
    six_bits(low.w, high.w),
    scale,
    -32.0 * scale,
  );
}
