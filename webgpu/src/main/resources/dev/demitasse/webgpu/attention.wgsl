// out = softmax(scale · q · keysᵀ) · values, over the KV cache (FlashAttention: Dao et al. 2022; shares of the positions side by side: Dao
// et al. 2023, "Flash-Decoding"). A workgroup has QUERIES queries that read the same KV head, of one or several tokens, and a share of the
// positions. It goes through these SPLIT at a time: scores, their greatest and their sum, then values.
//
// Text before this file says: const QUERIES, const HEAD_QUADS (a head's elements / 4).

const SIZE = 64u;
const SPLIT = 256u;
const LEAST_SHARE = 128u; // positions that are worth a workgroup of their own
const LOWEST = -3.0e38;

struct Params {
  group: u32, // query heads of a KV head
  kv_heads: u32,
  q: u32, // in vec4s, as strides and out
  q_stride: u32,
  out: u32,
  out_stride: u32,
  context: u32,
  window: u32, // positions that a token sees, its own the last
  scale: f32,
  soft_cap: f32, // 0 for none
  shares: u32, // most shares of the positions: 1 for batches
  partials: u32, // where in the arena shares leave what combine puts together, in vec4s
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(3) var<storage, read_write> arena: array<vec4f>;
@group(0) @binding(5) var<storage, read> step: Step;
@group(0) @binding(6) var<storage, read> keys: array<vec2u>; // four float16
@group(0) @binding(7) var<storage, read> values: array<vec2u>;

const POSITION_GROUPS = SIZE / HEAD_QUADS; // of invocations, when values are added up

var<workgroup> queries: array<vec4f, QUERIES * HEAD_QUADS>;
var<workgroup> scores: array<f32, QUERIES * SPLIT>;
var<workgroup> partial: array<f32, QUERIES * SIZE>;
var<workgroup> sums: array<vec4f, SIZE>;

fn floats(pairs: vec2u) -> vec4f {
  return vec4f(unpack2x16float(pairs.x), unpack2x16float(pairs.y));
}

/** Shares of the positions that one token sees; Lowering counts the same. */
fn share_count() -> u32 {
  let seen = min(params.window, step.position + 1u);
  return min(params.shares, (seen + LEAST_SHARE - 1u) / LEAST_SHARE);
}

@compute @workgroup_size(SIZE)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let number = workgroup_number(id, grid);
  let shares = share_count();
  let share = number % shares;
  let kv_head = number / shares % params.kv_heads;
  let first_query = number / shares / params.kv_heads * QUERIES;
  let query_count = step.count * params.group;
  if (first_query >= query_count) {
    return;
  }
  let first_position = step.position + first_query / params.group;
  let last_query = min(first_query + QUERIES, query_count) - 1u;
  let last_position = step.position + last_query / params.group;
  let window_begin = first_position + 1u - min(params.window, first_position + 1u);
  let share_size = (last_position - window_begin + shares) / shares; // rounded up
  let begin = window_begin + share * share_size;
  let end = min(begin + share_size, last_position + 1u);

  for (var i = index; i < QUERIES * HEAD_QUADS; i += SIZE) {
    let query = first_query + i / HEAD_QUADS;
    var q = vec4f();
    if (query < query_count) {
      let head = kv_head * params.group + query % params.group;
      q = params.scale * arena[params.q + query / params.group * params.q_stride + head * HEAD_QUADS + i % HEAD_QUADS];
    }
    queries[i] = q;
  }

  let quad = index % HEAD_QUADS;
  let position_group = index / HEAD_QUADS;
  var out: array<vec4f, QUERIES>;
  var greatest: array<f32, QUERIES>;
  var total: array<f32, QUERIES>;
  for (var j = 0u; j < QUERIES; j++) {
    greatest[j] = LOWEST;
  }
  let cache = kv_head * params.context;

  for (var split = begin; split < end; split += SPLIT) {
    let count = min(SPLIT, end - split);
    workgroupBarrier();
    // Scores: an invocation for each position. (Arrays are set to zero in words: Chromium's compiler forgets it in loops.)
    var local = array<f32, QUERIES>();
    for (var j = 0u; j < QUERIES; j++) {
      local[j] = LOWEST;
    }
    for (var p = index; p < count; p += SIZE) {
      let position = split + p;
      let key = (cache + position) * HEAD_QUADS;
      var s = array<f32, QUERIES>();
      for (var i = 0u; i < HEAD_QUADS; i++) {
        let k = floats(keys[key + i]);
        for (var j = 0u; j < QUERIES; j++) {
          s[j] += dot(queries[j * HEAD_QUADS + i], k);
        }
      }
      for (var j = 0u; j < QUERIES; j++) {
        let own = step.position + (first_query + j) / params.group;
        var score = s[j];
        if (params.soft_cap != 0.0) {
          score = params.soft_cap * tanh(clamp(score / params.soft_cap, -15.0, 15.0));
        }
        if (position > own || own - position >= params.window) {
          score = LOWEST;
        }
        scores[j * SPLIT + p] = score;
        local[j] = max(local[j], score);
      }
    }
    // Their greatest.
    for (var j = 0u; j < QUERIES; j++) {
      partial[j * SIZE + index] = local[j];
    }
    for (var half = SIZE / 2u; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (index < half) {
        for (var j = 0u; j < QUERIES; j++) {
          partial[j * SIZE + index] = max(partial[j * SIZE + index], partial[j * SIZE + index + half]);
        }
      }
    }
    workgroupBarrier();
    for (var j = 0u; j < QUERIES; j++) {
      let now = max(greatest[j], partial[j * SIZE]);
      let shrunk = exp(greatest[j] - now);
      out[j] *= shrunk;
      total[j] *= shrunk;
      greatest[j] = now;
      local[j] = 0.0;
    }
    workgroupBarrier();
    // Their exponentials, and the sum of these; a position outside a query's window counts nothing, though all may be outside.
    for (var p = index; p < count; p += SIZE) {
      for (var j = 0u; j < QUERIES; j++) {
        let score = scores[j * SPLIT + p];
        let weight = select(exp(score - greatest[j]), 0.0, score == LOWEST);
        scores[j * SPLIT + p] = weight;
        local[j] += weight;
      }
    }
    for (var j = 0u; j < QUERIES; j++) {
      total[j] += local[j]; // this invocation's part
    }
    workgroupBarrier();
    // Values: an invocation for each vec4 of the head, and position_group takes every POSITION_GROUPS-th position.
    if (position_group < POSITION_GROUPS) {
      for (var p = position_group; p < count; p += POSITION_GROUPS) {
        let v = floats(values[(cache + split + p) * HEAD_QUADS + quad]);
        for (var j = 0u; j < QUERIES; j++) {
          out[j] += scores[j * SPLIT + p] * v;
        }
      }
    }
  }

  // The parts of all invocations together.
  workgroupBarrier();
  for (var j = 0u; j < QUERIES; j++) {
    partial[j * SIZE + index] = total[j];
  }
  for (var half = SIZE / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (index < half) {
      for (var j = 0u; j < QUERIES; j++) {
        partial[j * SIZE + index] += partial[j * SIZE + index + half];
      }
    }
  }
  workgroupBarrier();
  for (var j = 0u; j < QUERIES; j++) {
    workgroupBarrier();
    sums[index] = out[j];
    workgroupBarrier();
    let query = first_query + j;
    if (position_group == 0u && query < query_count) {
      var sum = sums[quad];
      for (var g = 1u; g < POSITION_GROUPS; g++) {
        sum += sums[g * HEAD_QUADS + quad];
      }
      let head = kv_head * params.group + query % params.group;
      if (shares == 1u) {
        let at = params.out + query / params.group * params.out_stride + head * HEAD_QUADS;
        arena[at + quad] = sum / partial[j * SIZE];
      } else {
        let at = params.partials + (head * params.shares + share) * (HEAD_QUADS + 1u);
        arena[at + quad] = sum;
        if (quad == 0u) {
          arena[at + HEAD_QUADS] = vec4f(greatest[j], partial[j * SIZE], 0.0, 0.0);
        }
      }
    }
  }
}

/** Puts the shares of one token's attention together, where there are several: a workgroup for each head. */
@compute @workgroup_size(HEAD_QUADS)
fn combine(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) quad: u32) {
  let head = id.x;
  let shares = share_count();
  let first = params.partials + head * params.shares * (HEAD_QUADS + 1u);
  var greatest = LOWEST;
  for (var i = 0u; i < shares; i++) {
    greatest = max(greatest, arena[first + i * (HEAD_QUADS + 1u) + HEAD_QUADS].x);
  }
  var sum = vec4f();
  var total = 0.0;
  for (var i = 0u; i < shares; i++) {
    let at = first + i * (HEAD_QUADS + 1u);
    let figures = arena[at + HEAD_QUADS];
    let shrunk = exp(figures.x - greatest);
    total += shrunk * figures.y;
    sum += shrunk * arena[at + quad];
  }
  arena[params.out + head * HEAD_QUADS + quad] = sum / total;
}
