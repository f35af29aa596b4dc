// RoPE (Su et al. 2021) and the store to the KV cache. Rotates the heads of q in place, and those of k, which it writes to the cache together
// with v. An invocation computes four elements of k and v, or rotates two pairs of elements of q.

struct Params {
  heads: u32, // of q that are rotated; 0 without position embedding
  kv_heads: u32,
  pairs: u32, // of a head that are rotated; 0 for none
  neox: u32, // 1: element i is paired with i + pairs; 0: 2i with 2i + 1
  q: u32, // offset in the arena in float32s, as the other offsets
  q_stride: u32, // from one token's row to the next
  k: u32,
  k_stride: u32,
  v: u32,
  v_stride: u32,
  angles: u32, // index in the batch's data of the cosines and sines: [token, pair, 2]
  ring: u32, // tiles of the layer's ring, or NO_RING
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(3) var<storage, read_write> arena: array<f32>;
@group(0) @binding(5) var<storage, read> batch: BatchInputs;
@group(0) @binding(6) var<storage, read_write> keys: array<KvWord>;
@group(0) @binding(7) var<storage, read_write> values: array<KvWord>;

/** Returns element `e` of the head at `head`, rotated. */
fn rotated(head: u32, e: u32, token: u32) -> f32 {
  let x = arena[head + e];
  var pair = e / 2u;
  var is_first = (e & 1u) == 0u;
  var partner = e ^ 1u;
  if (params.neox == 1u) {
    is_first = e < params.pairs;
    pair = select(e - params.pairs, e, is_first);
    partner = select(e - params.pairs, e + params.pairs, is_first);
  }
  if (pair >= params.pairs) {
    return x;
  }
  let at = params.angles + 2u * (token * params.pairs + pair);
  let cosine = bitcast<f32>(batch.data[at]);
  let sine = bitcast<f32>(batch.data[at + 1u]);
  let y = arena[head + partner];
  return x * cosine + select(y, -y, is_first) * sine;
}

/** Rotates a pair of elements of q, which no other invocation accesses. */
fn rotate_pair(head: u32, pair: u32, token: u32) {
  if (pair >= params.pairs) {
    return;
  }
  let neox = params.neox == 1u;
  let a = select(2u * pair, pair, neox);
  let b = select(2u * pair + 1u, pair + params.pairs, neox);
  let x = rotated(head, a, token);
  let y = rotated(head, b, token);
  arena[head + a] = x;
  arena[head + b] = y;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let number = workgroup_index(id, grid) * WORKGROUP_SIZE + index;
  let column = number % HEAD_VEC4S;
  let head = number / HEAD_VEC4S % (params.heads + params.kv_heads);
  let token = number / HEAD_VEC4S / (params.heads + params.kv_heads);
  let is_token = token < batch.count;
  let is_stored = is_token && head >= params.heads;
  let kv_head = head - params.heads;
  var key = vec4f();
  var value = vec4f();
  if (is_stored) {
    let k = params.k + token * params.k_stride + kv_head * 4u * HEAD_VEC4S;
    let v = params.v + token * params.v_stride + kv_head * 4u * HEAD_VEC4S + 4u * column;
    let e = 4u * column;
    key = vec4f(rotated(k, e, token), rotated(k, e + 1u, token), rotated(k, e + 2u, token), rotated(k, e + 3u, token));
    value = vec4f(arena[v], arena[v + 1u], arena[v + 2u], arena[v + 3u]);
  }
  // In uniform control flow: the scales need barriers.
  let key_scale = kv_scale_of(key, index);
  let value_scale = kv_scale_of(value, index);
  if (is_stored) {
    let row = KV_ROW * kv_row(batch.position + token, kv_head, params.kv_heads, params.ring);
    keys[row + column] = kv_word(key, key_scale);
    values[row + column] = kv_word(value, value_scale);
    if (KV_SCALED && column % KV_BLOCK == 0u) {
      let scale = row + HEAD_VEC4S + column / KV_BLOCK;
      keys[scale] = kv_scale_word(key_scale);
      values[scale] = kv_scale_word(value_scale);
    }
  } else if (is_token) {
    let q = params.q + token * params.q_stride + head * 4u * HEAD_VEC4S;
    rotate_pair(q, 2u * column, token);
    rotate_pair(q, 2u * column + 1u, token);
  }
}
