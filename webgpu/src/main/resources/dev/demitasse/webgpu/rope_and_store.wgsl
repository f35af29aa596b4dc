// Turns the heads of q, in place, and of k, which goes to the KV cache with v. An invocation does four elements of k and v, or two pairs of q's
// elements that turn together: those at e and e + 1, or at e and e + pairs, of a head.

struct Params {
  heads: u32, // of q that turn: 0 where there is no position embedding
  kv_heads: u32,
  pairs: u32, // of a head that turn; 0 for none
  halves: u32, // 1: element i turns with i + pairs; 0: 2i with 2i + 1
  q: u32, // where things begin in the arena, in float32s
  q_stride: u32,
  k: u32,
  k_stride: u32,
  v: u32,
  v_stride: u32,
  angles: u32, // in the step's data: cosines and sines in turns, for each position one for each pair
  ring: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(3) var<storage, read_write> arena: array<f32>;
@group(0) @binding(5) var<storage, read> step: Step;
@group(0) @binding(6) var<storage, read_write> keys: array<KvWord>;
@group(0) @binding(7) var<storage, read_write> values: array<KvWord>;

/** Element `e` of the head at `head`, turned. */
fn turned(head: u32, e: u32, token: u32) -> f32 {
  let x = arena[head + e];
  var pair = e / 2u;
  var is_first = (e & 1u) == 0u;
  var partner = e ^ 1u;
  if (params.halves == 1u) {
    is_first = e < params.pairs;
    pair = select(e - params.pairs, e, is_first);
    partner = select(e - params.pairs, e + params.pairs, is_first);
  }
  if (pair >= params.pairs) {
    return x;
  }
  let at = params.angles + 2u * (token * params.pairs + pair);
  let cosine = bitcast<f32>(step.data[at]);
  let sine = bitcast<f32>(step.data[at + 1u]);
  let y = arena[head + partner];
  return x * cosine + select(y, -y, is_first) * sine;
}

/** Turns a pair of a head of q, which belongs to this invocation alone. */
fn turn(head: u32, pair: u32, token: u32) {
  if (pair >= params.pairs) {
    return;
  }
  let halves = params.halves == 1u;
  let a = select(2u * pair, pair, halves);
  let b = select(2u * pair + 1u, pair + params.pairs, halves);
  let x = turned(head, a, token);
  let y = turned(head, b, token);
  arena[head + a] = x;
  arena[head + b] = y;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let number = workgroup_number(id, grid) * 64u + index;
  let quad = number % HEAD_QUADS;
  let head = number / HEAD_QUADS % (params.heads + params.kv_heads);
  let token = number / HEAD_QUADS / (params.heads + params.kv_heads);
  let is_token = token < step.count;
  let is_stored = is_token && head >= params.heads;
  let kv_head = head - params.heads;
  var key = vec4f();
  var value = vec4f();
  if (is_stored) {
    let k = params.k + token * params.k_stride + kv_head * 4u * HEAD_QUADS;
    let v = params.v + token * params.v_stride + kv_head * 4u * HEAD_QUADS + 4u * quad;
    let e = 4u * quad;
    key = vec4f(turned(k, e, token), turned(k, e + 1u, token), turned(k, e + 2u, token), turned(k, e + 3u, token));
    value = vec4f(arena[v], arena[v + 1u], arena[v + 2u], arena[v + 3u]);
  }
  // All invocations of a workgroup come here.
  let key_scale = kv_scale_of(key, index);
  let value_scale = kv_scale_of(value, index);
  if (is_stored) {
    let row = KV_ROW * kv_row(step.position + token, kv_head, params.kv_heads, params.ring);
    keys[row + quad] = kv_word(key, key_scale);
    values[row + quad] = kv_word(value, value_scale);
    if (KV_SCALED && quad % KV_BLOCK == 0u) {
      let scale = row + HEAD_QUADS + quad / KV_BLOCK;
      keys[scale] = kv_scale_word(key_scale);
      values[scale] = kv_scale_word(value_scale);
    }
  } else if (is_token) {
    let q = params.q + token * params.q_stride + head * 4u * HEAD_QUADS;
    turn(q, 2u * quad, token);
    turn(q, 2u * quad + 1u, token);
  }
}
