// out = softmax(scale · q · keysᵀ) · values over the KV cache (FlashAttention: Dao et al. 2022; splits of the positions in parallel: Dao et
// al. 2023, "Flash-Decoding"). A workgroup has QUERIES queries that read the same KV head, of one or several tokens, and a split of the
// positions. It iterates over these by chunks: scores, their maximum and their sum, then values.

override MIN_SPLIT: u32; // positions that are worth a workgroup of their own
const QUERIES = 4u;
const CHUNK = 256u; // positions
const LOWEST = -3.0e38;
const ALL_LOWEST = vec4f(LOWEST, LOWEST, LOWEST, LOWEST);

struct Params {
  group: u32, // query heads per KV head
  kv_heads: u32,
  q: u32, // offset in the arena in vec4s, as the other offsets
  q_stride: u32, // from one token's row to the next
  out: u32,
  out_stride: u32,
  ring: u32, // tiles of the layer's ring, or NO_RING
  window: u32, // positions that a token attends to, up to and including its own
  scale: f32,
  soft_cap: f32, // 0 for none
  max_splits: u32, // of the positions; 1 for batches
  partials: u32, // offset of the splits' partial results, which merge_splits reads
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(3) var<storage, read_write> arena: array<vec4f>;
@group(0) @binding(5) var<storage, read> batch: BatchInputs;
@group(0) @binding(6) var<storage, read> keys: array<KvWord>;
@group(0) @binding(7) var<storage, read> values: array<KvWord>;

override POSITION_GROUPS = WORKGROUP_SIZE / HEAD_VEC4S; // groups of invocations that sum values

var<workgroup> queries: array<vec4f, QUERIES * HEAD_VEC4S>; // [vec4 of the head, query]
var<workgroup> scores: array<vec4f, CHUNK>; // a component for each of the four queries, as in all such vectors below
var<workgroup> partial: array<vec4f, WORKGROUP_SIZE>;
var<workgroup> sums: array<vec4f, WORKGROUP_SIZE>;

/** Returns the number of splits of the positions that the batch's first token attends to, as StepLowering.splits. */
fn split_count() -> u32 {
  let attended = min(params.window, batch.position + 1u);
  return min(params.max_splits, (attended + MIN_SPLIT - 1u) / MIN_SPLIT);
}

/** Reduces partial over all invocations to its first element: the maximum, or the sum. */
fn reduce(index: u32, sum: bool) {
  for (var half = WORKGROUP_SIZE / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (index < half) {
      let a = partial[index];
      let b = partial[index + half];
      partial[index] = select(max(a, b), a + b, sum);
    }
  }
  workgroupBarrier();
}

/** Returns the offset of a position's key, and of its value, in words. */
fn row_of(position: u32, kv_head: u32) -> u32 {
  return KV_ROW * kv_row(position, kv_head, params.kv_heads, params.ring);
}

/** Returns the scores of the key at `row` with the four queries. */
fn scores_of(row: u32) -> vec4f {
  var s = vec4f();
  for (var block = 0u; block < HEAD_VEC4S; block += KV_BLOCK) {
    var sum = vec4f();
    for (var i = block; i < block + KV_BLOCK; i++) {
      let k = kv_elements(keys[row + i]);
      let q = QUERIES * i;
      sum += vec4f(dot(queries[q], k), dot(queries[q + 1u], k), dot(queries[q + 2u], k), dot(queries[q + 3u], k));
    }
    if (KV_SCALED) {
      sum *= kv_scale(keys[row + HEAD_VEC4S + block / KV_BLOCK]);
    }
    s += sum;
  }
  return s;
}

/** Returns four elements of the value at `row`. */
fn value_of(row: u32, column: u32) -> vec4f {
  let v = kv_elements(values[row + column]);
  if (KV_SCALED) {
    return v * kv_scale(values[row + HEAD_VEC4S + column / KV_BLOCK]);
  }
  return v;
}

/** Writes four elements of a query's output, or this split's partial sum of them with its maximum score and total weight. */
fn store(query: u32, kv_head: u32, column: u32, split: u32, splits: u32, sum: vec4f, total: f32, max_score: f32) {
  let head = kv_head * params.group + query % params.group;
  if (splits == 1u) {
    arena[params.out + query / params.group * params.out_stride + head * HEAD_VEC4S + column] = sum / total;
    return;
  }
  let at = params.partials + (head * params.max_splits + split) * (HEAD_VEC4S + 1u);
  arena[at + column] = sum;
  if (column == 0u) {
    arena[at + HEAD_VEC4S] = vec4f(max_score, total, 0.0, 0.0);
  }
}

/** Returns the sum over the position groups, to the first of them. */
fn total_of(out: vec4f, index: u32) -> vec4f {
  workgroupBarrier();
  sums[index] = out;
  workgroupBarrier();
  var sum = vec4f();
  for (var i = index; i < POSITION_GROUPS * HEAD_VEC4S; i += HEAD_VEC4S) {
    sum += sums[i];
  }
  return sum;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let number = workgroup_index(id, grid);
  let splits = split_count();
  let split = number % splits;
  let kv_head = number / splits % params.kv_heads;
  let first_query = number / splits / params.kv_heads * QUERIES;
  let query_count = batch.count * params.group;
  if (first_query >= query_count) {
    return;
  }
  let last_query = min(first_query + QUERIES, query_count) - 1u;
  let first_position = batch.position + first_query / params.group;
  let last_position = batch.position + last_query / params.group;
  let window_begin = first_position + 1u - min(params.window, first_position + 1u);
  let split_size = (last_position - window_begin + splits) / splits; // rounded up
  let begin = window_begin + split * split_size;
  let end = min(begin + split_size, last_position + 1u);

  for (var i = index; i < QUERIES * HEAD_VEC4S; i += WORKGROUP_SIZE) {
    let query = first_query + i % QUERIES;
    var q = vec4f();
    if (query < query_count) {
      let head = kv_head * params.group + query % params.group;
      let at = params.q + query / params.group * params.q_stride + head * HEAD_VEC4S + i / QUERIES;
      q = params.scale * arena[at];
    }
    queries[i] = q;
  }

  let each = first_query + vec4u(0u, 1u, 2u, 3u);
  let own = batch.position + each / params.group; // the queries' positions
  let column = index % HEAD_VEC4S;
  let position_group = index / HEAD_VEC4S;
  var out0 = vec4f();
  var out1 = vec4f();
  var out2 = vec4f();
  var out3 = vec4f();
  var max_score = ALL_LOWEST;
  var total = vec4f();

  for (var chunk = begin; chunk < end; chunk += CHUNK) {
    let count = min(CHUNK, end - chunk);
    workgroupBarrier();
    // An invocation computes the scores of a position.
    var local = ALL_LOWEST;
    for (var p = index; p < count; p += WORKGROUP_SIZE) {
      let position = chunk + p;
      var score = scores_of(row_of(position, kv_head));
      if (params.soft_cap != 0.0) {
        score = params.soft_cap * tanh(clamp(score / params.soft_cap, vec4f(-15.0), vec4f(15.0)));
      }
      let attended = (vec4u(position) <= own) & (own - position < vec4u(params.window));
      score = select(ALL_LOWEST, score, attended);
      scores[p] = score;
      local = max(local, score);
    }
    partial[index] = local;
    reduce(index, false);
    let new_max = max(max_score, partial[0]);
    let correction = exp(max_score - new_max);
    out0 *= correction.x;
    out1 *= correction.y;
    out2 *= correction.z;
    out3 *= correction.w;
    total *= correction;
    max_score = new_max;
    // The weights of the positions. A position outside a query's window has weight 0, even if all positions of the chunk are outside.
    for (var p = index; p < count; p += WORKGROUP_SIZE) {
      let score = scores[p];
      let weight = select(exp(score - max_score), vec4f(), score == ALL_LOWEST);
      scores[p] = weight;
      total += weight;
    }
    workgroupBarrier();
    // An invocation sums a vec4 of the head, over every POSITION_GROUPS-th position.
    if (position_group < POSITION_GROUPS) {
      for (var p = position_group; p < count; p += POSITION_GROUPS) {
        let v = value_of(row_of(chunk + p, kv_head), column);
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
  let weights = partial[0];
  let sum0 = total_of(out0, index);
  let sum1 = total_of(out1, index);
  let sum2 = total_of(out2, index);
  let sum3 = total_of(out3, index);
  if (position_group == 0u) {
    store(first_query, kv_head, column, split, splits, sum0, weights.x, max_score.x);
    if (each.y < query_count) {
      store(each.y, kv_head, column, split, splits, sum1, weights.y, max_score.y);
    }
    if (each.z < query_count) {
      store(each.z, kv_head, column, split, splits, sum2, weights.z, max_score.z);
    }
    if (each.w < query_count) {
      store(each.w, kv_head, column, split, splits, sum3, weights.w, max_score.w);
    }
  }
}

/** Merges the splits of one token's attention, if there are several. A workgroup computes a head. */
@compute @workgroup_size(HEAD_VEC4S)
fn merge_splits(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) column: u32) {
  let head = id.x;
  let splits = split_count();
  let first = params.partials + head * params.max_splits * (HEAD_VEC4S + 1u);
  var max_score = LOWEST;
  for (var i = 0u; i < splits; i++) {
    max_score = max(max_score, arena[first + i * (HEAD_VEC4S + 1u) + HEAD_VEC4S].x);
  }
  var sum = vec4f();
  var total = 0.0;
  for (var i = 0u; i < splits; i++) {
    let at = first + i * (HEAD_VEC4S + 1u);
    let split = arena[at + HEAD_VEC4S]; // maximum score and total weight
    let correction = exp(split.x - max_score);
    total += correction * split.y;
    sum += correction * arena[at + column];
  }
  arena[params.out + head * HEAD_VEC4S + column] = sum / total;
}
