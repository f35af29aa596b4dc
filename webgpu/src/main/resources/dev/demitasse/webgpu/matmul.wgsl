// out = x · matrixᵀ (+ bias) (+ addend) for a batch. A workgroup makes a tile of TOKENS × ROWS of out: it goes along the columns a unit at
// a time, of which it keeps x and the dequantized weights, and each invocation holds sums of 8 tokens × 8 rows.

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
const TOKENS = 64u;
const SIZE = (ROWS / 8u) * (TOKENS / 8u);
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

fn store(sum: vec4f, token: u32, quad: u32) {
  if (token < step.count && quad < params.row_quads) {
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
  let row_tiles = (4u * params.row_quads + ROWS - 1u) / ROWS;
  let number = workgroup_number(id, grid);
  let first_row = number % row_tiles * ROWS;
  let first_token = number / row_tiles * TOKENS;
  let rows = index % (ROWS / 8u) * 8u; // where this invocation's eight begin
  let tokens = index / (ROWS / 8u) * 8u;
  let is_used = first_token + tokens < step.count;
  // Of each token the first four rows, and the others.
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
  for (var unit = 0u; unit < params.units; unit++) {
    workgroupBarrier();
    load_weights(first_row + index, unit, index);
    load_xs(first_token, unit, index);
    workgroupBarrier();
    for (var k = 0u; k < UNIT_QUADS && is_used; k++) {
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
  let quad = (first_row + rows) / 4u;
  store(a0, token, quad);
  store(b0, token, quad + 1u);
  store(a1, token + 1u, quad);
  store(b1, token + 1u, quad + 1u);
  store(a2, token + 2u, quad);
  store(b2, token + 2u, quad + 1u);
  store(a3, token + 3u, quad);
  store(b3, token + 3u, quad + 1u);
  store(a4, token + 4u, quad);
  store(b4, token + 4u, quad + 1u);
  store(a5, token + 5u, quad);
  store(b5, token + 5u, quad + 1u);
  store(a6, token + 6u, quad);
  store(b6, token + 6u, quad + 1u);
  store(a7, token + 7u, quad);
  store(b7, token + 7u, quad + 1u);
}
