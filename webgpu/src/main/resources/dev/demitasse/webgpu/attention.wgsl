// out = softmax(scale · q · keysᵀ) · values, over the KV cache (FlashAttention: Dao et al. 2022; shares of the positions side by side: Dao
// et al. 2023, "Flash-Decoding"). A workgroup has QUERIES queries that read the same KV head, of one or several tokens, and a share of the
// positions. It goes through these SPLIT at a time: scores, their greatest and their sum, then values.

const SIZE = 64u;
const QUERIES = 4u;
const SPLIT = 256u;
const LEAST_SHARE = 128u; // positions that are worth a workgroup of their own
const LOWEST = -3.0e38;
const ALL_LOWEST = vec4f(LOWEST, LOWEST, LOWEST, LOWEST);

struct Params {
  group: u32, // query heads of a KV head
  kv_heads: u32,
  q: u32, // in vec4s, as strides and out
  q_stride: u32,
  out: u32,
  out_stride: u32,
  ring: u32,
  window: u32, // positions that a token sees, its own the last
  scale: f32,
  soft_cap: f32, // 0 for none
  shares: u32, // most shares of the positions: 1 for batches
  partials: u32, // where in the arena shares leave what combine puts together, in vec4s
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(3) var<storage, read_write> arena: array<vec4f>;
@group(0) @binding(5) var<storage, read> step: Step;
@group(0) @binding(6) var<storage, read> keys: array<KvWord>;
@group(0) @binding(7) var<storage, read> values: array<KvWord>;

const POSITION_GROUPS = SIZE / HEAD_QUADS; // of invocations, when values are added up

var<workgroup> queries: array<vec4f, QUERIES * HEAD_QUADS>; // [quad, query]
var<workgroup> scores: array<vec4f, SPLIT>; // of the four queries, as all vectors of these below
var<workgroup> partial: array<vec4f, SIZE>;
var<workgroup> sums: array<vec4f, SIZE>;

/** Shares of the positions that one token sees; Lowering counts the same. */
fn share_count() -> u32 {
  let seen = min(params.window, step.position + 1u);
  return min(params.shares, (seen + LEAST_SHARE - 1u) / LEAST_SHARE);
}

/** Leaves at 0 what all invocations have put in partial, together: the greatest, or the sum. */
fn reduce(index: u32, sum: bool) {
  for (var half = SIZE / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (index < half) {
      let a = partial[index];
      let b = partial[index + half];
      partial[index] = select(max(a, b), a + b, sum);
    }
  }
  workgroupBarrier();
}

/** Where a position's key, or value, begins. */
fn row_of(position: u32, kv_head: u32) -> u32 {
  return KV_ROW * kv_row(position, kv_head, params.kv_heads, params.ring);
}

/** Scores of the key at `row` with the four queries. */
fn scores_of(row: u32) -> vec4f {
  var s = vec4f();
  for (var block = 0u; block < HEAD_QUADS; block += KV_BLOCK) {
    var sum = vec4f();
    for (var i = block; i < block + KV_BLOCK; i++) {
      let k = kv_elements(keys[row + i]);
      let q = QUERIES * i;
      sum += vec4f(dot(queries[q], k), dot(queries[q + 1u], k), dot(queries[q + 2u], k), dot(queries[q + 3u], k));
    }
    if (KV_SCALED) {
      sum *= kv_scale(keys[row + HEAD_QUADS + block / KV_BLOCK]);
    }
    s += sum;
  }
  return s;
}

/** Four elements of the value at `row`. */
fn value_of(row: u32, quad: u32) -> vec4f {
  let v = kv_elements(values[row + quad]);
  if (KV_SCALED) {
    return v * kv_scale(values[row + HEAD_QUADS + quad / KV_BLOCK]);
  }
  return v;
}

/** Writes what a query's `quad` of the head came to: all of it, or this share's part. */
fn store(query: u32, kv_head: u32, quad: u32, share: u32, shares: u32, sum: vec4f, total: f32, greatest: f32) {
  let head = kv_head * params.group + query % params.group;
  if (shares == 1u) {
    arena[params.out + query / params.group * params.out_stride + head * HEAD_QUADS + quad] = sum / total;
    return;
  }
  let at = params.partials + (head * params.shares + share) * (HEAD_QUADS + 1u);
  arena[at + quad] = sum;
  if (quad == 0u) {
    arena[at + HEAD_QUADS] = vec4f(greatest, total, 0.0, 0.0);
  }
}

/** The sum over position groups, for the first of them. */
fn total_of(out: vec4f, index: u32) -> vec4f {
  workgroupBarrier();
  sums[index] = out;
  workgroupBarrier();
  var sum = vec4f();
  for (var i = index; i < POSITION_GROUPS * HEAD_QUADS; i += HEAD_QUADS) {
    sum += sums[i];
  }
  return sum;
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
  let last_query = min(first_query + QUERIES, query_count) - 1u;
  let first_position = step.position + first_query / params.group;
  let last_position = step.position + last_query / params.group;
  let window_begin = first_position + 1u - min(params.window, first_position + 1u);
  let share_size = (last_position - window_begin + shares) / shares; // rounded up
  let begin = window_begin + share * share_size;
  let end = min(begin + share_size, last_position + 1u);

  for (var i = index; i < QUERIES * HEAD_QUADS; i += SIZE) {
    let query = first_query + i % QUERIES;
    var q = vec4f();
    if (query < query_count) {
      let head = kv_head * params.group + query % params.group;
      let at = params.q + query / params.group * params.q_stride + head * HEAD_QUADS + i / QUERIES;
      q = params.scale * arena[at];
    }
    queries[i] = q;
  }

  let each = first_query + vec4u(0u, 1u, 2u, 3u);
  let own = step.position + each / params.group; // positions of the queries' tokens
  let quad = index % HEAD_QUADS;
  let position_group = index / HEAD_QUADS;
  var out0 = vec4f();
  var out1 = vec4f();
  var out2 = vec4f();
  var out3 = vec4f();
  var greatest = ALL_LOWEST;
  var total = vec4f();

  for (var split = begin; split < end; split += SPLIT) {
    let count = min(SPLIT, end - split);
    workgroupBarrier();
    // Scores: an invocation for each position.
    var local = ALL_LOWEST;
    for (var p = index; p < count; p += SIZE) {
      let position = split + p;
      var score = scores_of(row_of(position, kv_head));
      if (params.soft_cap != 0.0) {
        score = params.soft_cap * tanh(clamp(score / params.soft_cap, vec4f(-15.0), vec4f(15.0)));
      }
      let seen = (vec4u(position) <= own) & (own - position < vec4u(params.window));
      score = select(ALL_LOWEST, score, seen);
      scores[p] = score;
      local = max(local, score);
    }
    partial[index] = local;
    reduce(index, false);
    let now = max(greatest, partial[0]);
    let shrunk = exp(greatest - now);
    out0 *= shrunk.x;
    out1 *= shrunk.y;
    out2 *= shrunk.z;
    out3 *= shrunk.w;
    total *= shrunk;
    greatest = now;
    // Their exponentials, whose sum is that of all invocations'. A position that a query doesn't see counts nothing, though it may see none.
    for (var p = index; p < count; p += SIZE) {
      let score = scores[p];
      let weight = select(exp(score - greatest), vec4f(), score == ALL_LOWEST);
      scores[p] = weight;
      total += weight;
    }
    workgroupBarrier();
    // Values: an invocation for each vec4 of the head, and each group of these takes every POSITION_GROUPS-th position.
    if (position_group < POSITION_GROUPS) {
      for (var p = position_group; p < count; p += POSITION_GROUPS) {
        let v = value_of(row_of(split + p, kv_head), quad);
        let weight = scores[p];
        out0 += weight.x * v;
        out1 += weight.y * v;
        out2 += weight.z * v;
        out3 += weight.w * v;
      }
    }
  }

  workgroupBarrier();
  partial[index] = total;
  reduce(index, true);
  let all = partial[0];
  let sum0 = total_of(out0, index);
  let sum1 = total_of(out1, index);
  let sum2 = total_of(out2, index);
  let sum3 = total_of(out3, index);
  if (position_group == 0u) {
    store(first_query, kv_head, quad, share, shares, sum0, all.x, greatest.x);
    if (each.y < query_count) {
      store(each.y, kv_head, quad, share, shares, sum1, all.y, greatest.y);
    }
    if (each.z < query_count) {
      store(each.z, kv_head, quad, share, shares, sum2, all.z, greatest.z);
    }
    if (each.w < query_count) {
      store(each.w, kv_head, quad, share, shares, sum3, all.w, greatest.w);
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
