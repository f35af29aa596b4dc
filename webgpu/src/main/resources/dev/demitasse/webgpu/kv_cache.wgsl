// Where keys and values lie: [tile][KV head][position in the tile], a row of KV_ROW words each. The file of the type, which follows, says what a
// word is, and how four elements are made one.
//
// Text before this file says: const HEAD_QUADS, a head's elements / 4.

const TILE = 64u; // positions
const WHOLE = 0x7fffffffu; // of a layer that keeps all tiles

/** Number of a row; tile number `ring` of a layer lies where its first did. */
fn kv_row(position: u32, kv_head: u32, kv_heads: u32, ring: u32) -> u32 {
  var tile = position / TILE;
  if (ring != WHOLE) {
    tile %= ring;
  }
  return (tile * kv_heads + kv_head) * TILE + position % TILE;
}
