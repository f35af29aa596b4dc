// Turns the heads of q, in place, and of k, which goes to the KV cache with v as float16: [KV head, position, element]. An invocation does two
// pairs of elements that turn together: those at e and e + 1, or at e and e + pairs, of a head.

struct Params {
  heads: u32, // of q that turn: 0 where there is no position embedding
  kv_heads: u32,
  head_size: u32,
  pairs: u32, // of a head that turn; 0 for none
  halves: u32, // 1: element i turns with i + pairs; 0: 2i with 2i + 1
  q: u32, // where things begin in the arena, in float32s
  q_stride: u32,
  k: u32,
  k_stride: u32,
  v: u32,
  v_stride: u32,
  angles: u32, // in the step's data: cosines and sines in turns, for each position one for each pair
  context: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(3) var<storage, read_write> arena: array<f32>;
@group(0) @binding(5) var<storage, read> step: Step;
@group(0) @binding(6) var<storage, read_write> keys: array<u32>;
@group(0) @binding(7) var<storage, read_write> values: array<u32>;

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

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let half_size = params.head_size / 2u;
  let number = workgroup_number(id, grid) * 64u + index;
  let i = number % half_size;
  let head = number / half_size % (params.heads + params.kv_heads);
  let token = number / half_size / (params.heads + params.kv_heads);
  if (token >= step.count) {
    return;
  }
  if (head < params.heads) {
    // The pair that is turned in place belongs to this invocation alone.
    var a = 2u * i;
    var b = a + 1u;
    if (params.halves == 1u) {
      if (i < params.pairs) {
        a = i;
        b = i + params.pairs;
      } else {
        return; // beyond what turns
      }
    }
    let at = params.q + token * params.q_stride + head * params.head_size;
    let x = turned(at, a, token);
    let y = turned(at, b, token);
    arena[at + a] = x;
    arena[at + b] = y;
    return;
  }
  let kv_head = head - params.heads;
  let k = params.k + token * params.k_stride + kv_head * params.head_size;
  let v = params.v + token * params.v_stride + kv_head * params.head_size + 2u * i;
  let out = (kv_head * params.context + step.position + token) * half_size + i;
  keys[out] = pack2x16float(vec2f(turned(k, 2u * i, token), turned(k, 2u * i + 1u, token)));
  values[out] = pack2x16float(vec2f(arena[v], arena[v + 1u]));
}
