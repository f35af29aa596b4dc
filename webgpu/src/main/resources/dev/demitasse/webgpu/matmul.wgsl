// out = x · matrixᵀ (+ bias) (+ addend) for a batch. A workgroup makes a tile of TOKENS × ROWS of out: it goes along the columns a unit at
// a time, of which it keeps x and the dequantized weights, and each invocation holds sums of 8 tokens × 4 rows.

struct Params {
  regions: Regions,
  units: u32, // in a row of the matrix
  row_quads: u32, // rows of the matrix here / 4
  x: u32, // where x begins, as everything below in vec4s
  x_stride: u32, // from one token's row to the next's
  out: u32,
  out_stride: u32,
  bias: u32, // or NONE
  addend: u32, // or NONE
  addend_stride: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(3) var<storage, read_write> arena: array<vec4f>;
@group(0) @binding(4) var<storage, read> vectors: array<vec4f>;
@group(0) @binding(5) var<storage, read> step: Step;

const ROWS = 64u;
const TOKENS = 32u;
const ROW_QUADS = ROWS / 4u;
const SIZE = ROW_QUADS * (TOKENS / 8u);
const STRIDE = UNIT_QUADS + 1u; // rows begin in different banks

var<workgroup> weights: array<vec4f, ROWS * STRIDE>;
var<workgroup> xs: array<vec4f, TOKENS * STRIDE>;

/** Row `index` of the tile, since there are as many as invocations. */
fn load_weights(row: u32, unit: u32, index: u32) {
  let at = index * STRIDE;
  if (row < 4u * params.row_quads) {
    let w = load_unit(params.regions, row * params.units + unit);
    weights[at] = w.scale * w.q0 + w.offset;
    weights[at + 1u] = w.scale * w.q1 + w.offset;
    weights[at + 2u] = w.scale * w.q2 + w.offset;
    weights[at + 3u] = w.scale * w.q3 + w.offset;
  }
}

fn load_xs(first_token: u32, unit: u32, index: u32) {
  for (var i = index; i < TOKENS * UNIT_QUADS; i += SIZE) {
    let token = first_token + i / UNIT_QUADS;
    if (token < step.count) {
      let quad = i % UNIT_QUADS;
      xs[i / UNIT_QUADS * STRIDE + quad] = arena[params.x + token * params.x_stride + unit * UNIT_QUADS + quad];
    }
  }
}

struct Rows {
  a: vec4f,
  b: vec4f,
  c: vec4f,
  d: vec4f,
}

/** Products of four rows with x at `at`. */
fn products(w: Rows, at: u32) -> vec4f {
  let x = xs[at];
  return vec4f(dot(w.a, x), dot(w.b, x), dot(w.c, x), dot(w.d, x));
}

fn store(sum: vec4f, token: u32, quad: u32) {
  if (token < step.count) {
    var out = sum;
    if (params.bias != NONE) {
      out += vectors[params.bias + quad];
    }
    if (params.addend != NONE) {
      out += arena[params.addend + token * params.addend_stride + quad];
    }
    arena[params.out + token * params.out_stride + quad] = out;
  }
}

@compute @workgroup_size(SIZE)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  bind_both();
  let row_tiles = (params.row_quads + ROW_QUADS - 1u) / ROW_QUADS;
  let number = workgroup_number(id, grid);
  let first_row = number % row_tiles * ROWS;
  let first_token = number / row_tiles * TOKENS;
  let row_quad = index % ROW_QUADS;
  let eight = index / ROW_QUADS * 8u; // the first of this invocation's tokens
  var s0 = vec4f(); // each token's four rows
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  var s4 = vec4f();
  var s5 = vec4f();
  var s6 = vec4f();
  var s7 = vec4f();
  for (var unit = 0u; unit < params.units; unit++) {
    workgroupBarrier();
    load_weights(first_row + index, unit, index);
    load_xs(first_token, unit, index);
    workgroupBarrier();
    for (var k = 0u; k < UNIT_QUADS; k++) {
      let row = 4u * row_quad * STRIDE + k;
      let w = Rows(weights[row], weights[row + STRIDE], weights[row + 2u * STRIDE], weights[row + 3u * STRIDE]);
      let x = eight * STRIDE + k;
      s0 += products(w, x);
      s1 += products(w, x + STRIDE);
      s2 += products(w, x + 2u * STRIDE);
      s3 += products(w, x + 3u * STRIDE);
      s4 += products(w, x + 4u * STRIDE);
      s5 += products(w, x + 5u * STRIDE);
      s6 += products(w, x + 6u * STRIDE);
      s7 += products(w, x + 7u * STRIDE);
    }
  }
  let quad = first_row / 4u + row_quad;
  if (quad < params.row_quads) {
    let token = first_token + eight;
    store(s0, token, quad);
    store(s1, token + 1u, quad);
    store(s2, token + 2u, quad);
    store(s3, token + 3u, quad);
    store(s4, token + 4u, quad);
    store(s5, token + 5u, quad);
    store(s6, token + 6u, quad);
    store(s7, token + 7u, quad);
  }
}
