// out = x · matrixᵀ (+ bias) (+ addend) for a batch. A workgroup computes a tile of MATMUL_TOKENS × MATMUL_ROWS of out. It iterates over the
// columns by sub-blocks, of which it holds x and the dequantized weights; each invocation sums 8 tokens × 8 rows.

struct Params {
  planes: Planes,
  sub_blocks: u32, // of a row of the matrix
  row_vec4s: u32, // rows / 4
  x: u32, // offset in the arena in vec4s, as the other offsets
  x_stride: u32, // from one token's row to the next
  out: u32,
  out_stride: u32,
  bias: u32, // offset in vectors, or NONE
  addend: u32, // or NONE
  addend_stride: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(3) var<storage, read_write> arena: array<vec4f>;
@group(0) @binding(4) var<storage, read> vectors: array<vec4f>;
@group(0) @binding(5) var<storage, read> batch: BatchInputs;

override MATMUL_ROWS: u32;
override MATMUL_TOKENS: u32;
override TILE_INVOCATIONS = (MATMUL_ROWS / 8u) * (MATMUL_TOKENS / 8u);
const STRIDE = SUB_BLOCK_VEC4S + 1u; // rows begin in different banks

var<workgroup> weights: array<vec4f, MATMUL_ROWS * STRIDE>;
var<workgroup> xs: array<vec4f, MATMUL_TOKENS * STRIDE>;

/** Loads row `index` of the tile: it has as many rows as invocations. */
fn load_weights(row: u32, sub_block: u32, index: u32) {
  let at = index * STRIDE;
  if (row < 4u * params.row_vec4s) {
    let w = load_sub_block(params.planes, row * params.sub_blocks + sub_block);
    weights[at] = w.scale * w.q0 + w.offset;
    weights[at + 1u] = w.scale * w.q1 + w.offset;
    weights[at + 2u] = w.scale * w.q2 + w.offset;
    weights[at + 3u] = w.scale * w.q3 + w.offset;
  }
}

/** Loads the tile's tokens. */
fn load_xs(first_token: u32, sub_block: u32, index: u32) {
  for (var i = index; i < MATMUL_TOKENS * SUB_BLOCK_VEC4S; i += TILE_INVOCATIONS) {
    let token = first_token + i / SUB_BLOCK_VEC4S;
    if (token < batch.count) {
      let column = i % SUB_BLOCK_VEC4S;
      let at = params.x + token * params.x_stride + sub_block * SUB_BLOCK_VEC4S + column;
      xs[i / SUB_BLOCK_VEC4S * STRIDE + column] = arena[at];
    }
  }
}

/** A vec4 of each of four rows. */
struct Rows {
  a: vec4f,
  b: vec4f,
  c: vec4f,
  d: vec4f,
}

fn rows_at(at: u32) -> Rows {
  return Rows(weights[at], weights[at + STRIDE], weights[at + 2u * STRIDE], weights[at + 3u * STRIDE]);
}

fn products(w: Rows, x: vec4f) -> vec4f {
  return vec4f(dot(w.a, x), dot(w.b, x), dot(w.c, x), dot(w.d, x));
}

fn store(sum: vec4f, token: u32, row_vec4: u32) {
  if (token < batch.count && row_vec4 < params.row_vec4s) {
    var out = sum;
    if (params.bias != NONE) {
      out += vectors[params.bias + row_vec4];
    }
    if (params.addend != NONE) {
      out += arena[params.addend + token * params.addend_stride + row_vec4];
    }
    arena[params.out + token * params.out_stride + row_vec4] = out;
  }
}

@compute @workgroup_size(TILE_INVOCATIONS)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let row_tiles = (4u * params.row_vec4s + MATMUL_ROWS - 1u) / MATMUL_ROWS;
  let number = workgroup_index(id, grid);
  let first_row = number % row_tiles * MATMUL_ROWS;
  let first_token = number / row_tiles * MATMUL_TOKENS;
  let rows = index % (MATMUL_ROWS / 8u) * 8u; // the first of this invocation's eight
  let tokens = index / (MATMUL_ROWS / 8u) * 8u;
  let is_used = first_token + tokens < batch.count;
  // Sums of token n: an of the first four rows, bn of the others.
  var a0 = vec4f();
  var b0 = vec4f();
  var a1 = vec4f();
  var b1 = vec4f();
  var a2 = vec4f();
  var b2 = vec4f();
  var a3 = vec4f();
  var b3 = vec4f();
  var a4 = vec4f();
  var b4 = vec4f();
  var a5 = vec4f();
  var b5 = vec4f();
  var a6 = vec4f();
  var b6 = vec4f();
  var a7 = vec4f();
  var b7 = vec4f();
  for (var sub_block = 0u; sub_block < params.sub_blocks; sub_block++) {
    workgroupBarrier();
    load_weights(first_row + index, sub_block, index);
    load_xs(first_token, sub_block, index);
    workgroupBarrier();
    for (var k = 0u; k < SUB_BLOCK_VEC4S && is_used; k++) {
      let a = rows_at(rows * STRIDE + k);
      let b = rows_at((rows + 4u) * STRIDE + k);
      let at = tokens * STRIDE + k;
      let x0 = xs[at];
      a0 += products(a, x0);
      b0 += products(b, x0);
      let x1 = xs[at + STRIDE];
      a1 += products(a, x1);
      b1 += products(b, x1);
      let x2 = xs[at + 2u * STRIDE];
      a2 += products(a, x2);
      b2 += products(b, x2);
      let x3 = xs[at + 3u * STRIDE];
      a3 += products(a, x3);
      b3 += products(b, x3);
      let x4 = xs[at + 4u * STRIDE];
      a4 += products(a, x4);
      b4 += products(b, x4);
      let x5 = xs[at + 5u * STRIDE];
      a5 += products(a, x5);
      b5 += products(b, x5);
      let x6 = xs[at + 6u * STRIDE];
      a6 += products(a, x6);
      b6 += products(b, x6);
      let x7 = xs[at + 7u * STRIDE];
      a7 += products(a, x7);
      b7 += products(b, x7);
    }
  }
  let token = first_token + tokens;
  let row_vec4 = (first_row + rows) / 4u;
  store(a0, token, row_vec4);
  store(b0, token, row_vec4 + 1u);
  store(a1, token + 1u, row_vec4);
  store(b1, token + 1u, row_vec4 + 1u);
  store(a2, token + 2u, row_vec4);
  store(b2, token + 2u, row_vec4 + 1u);
  store(a3, token + 3u, row_vec4);
  store(b3, token + 3u, row_vec4 + 1u);
  store(a4, token + 4u, row_vec4);
  store(b4, token + 4u, row_vec4 + 1u);
  store(a5, token + 5u, row_vec4);
  store(b5, token + 5u, row_vec4 + 1u);
  store(a6, token + 6u, row_vec4);
  store(b6, token + 6u, row_vec4 + 1u);
  store(a7, token + 7u, row_vec4);
  store(b7, token + 7u, row_vec4 + 1u);
}
