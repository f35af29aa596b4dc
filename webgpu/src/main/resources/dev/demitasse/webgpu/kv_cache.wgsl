// The layout of the KV cache: [tile][KV head][position in the tile], rows of KV_ROW words each. The file of the format, which follows, defines
// a word, KvWord, and its conversion from and to four elements.

override HEAD_VEC4S: u32; // elements of a head / 4
override KV_TILE: u32; // positions
override NO_RING: u32; // the ring of a layer that keeps all tiles

/** Returns the index of a row. Tile `ring` of a layer overwrites its first. */
fn kv_row(position: u32, kv_head: u32, kv_heads: u32, ring: u32) -> u32 {
  var tile = position / KV_TILE;
  if (ring != NO_RING) {
    tile %= ring;
  }
  return (tile * kv_heads + kv_head) * KV_TILE + position % KV_TILE;
}
