// out = x · matrixᵀ (+ bias) (+ addend) for a batch. A workgroup makes a tile of TOKENS × ROWS of out: it goes along the columns 32 at
// a time, of which it keeps x and the dequantized weights, and each invocation holds 4 × 4 sums.

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

const QUADS = UNIT / 4u;
const ROWS = 32u;
const TOKENS = 32u;
const COLUMN_QUADS = 8u;
const SIZE = ROWS / 4u * (TOKENS / 4u);
const STRIDE = COLUMN_QUADS + 1u; // rows begin in different banks
const UNITS_PER_ROW = COLUMN_QUADS / QUADS;

var<workgroup> weights: array<vec4f, ROWS * STRIDE>;
var<workgroup> xs: array<vec4f, TOKENS * STRIDE>;

fn load_weights(first_row: u32, column_quad: u32, index: u32) {
  for (var i = index; i < ROWS * UNITS_PER_ROW; i += SIZE) {
    let row = i / UNITS_PER_ROW;
    let u = column_quad / QUADS + i % UNITS_PER_ROW;
    var q: array<vec4f, QUADS>;
    var scale = vec2f();
    if (first_row + row < 4u * params.row_quads && u < params.units) {
      scale = load_unit(params.regions, (first_row + row) * params.units + u, &q);
    }
    let at = row * STRIDE + i % UNITS_PER_ROW * QUADS;
    for (var k = 0u; k < QUADS; k++) {
      weights[at + k] = scale.x * q[k] + scale.y;
    }
  }
}

fn load_xs(first_token: u32, column_quad: u32, index: u32) {
  for (var i = index; i < TOKENS * COLUMN_QUADS; i += SIZE) {
    let token = first_token + i / COLUMN_QUADS;
    let quad = column_quad + i % COLUMN_QUADS;
    var x = vec4f();
    if (token < step.count && quad < params.units * QUADS) {
      x = arena[params.x + token * params.x_stride + quad];
    }
    xs[i / COLUMN_QUADS * STRIDE + i % COLUMN_QUADS] = x;
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
  let row_quad = index % (ROWS / 4u);
  let token_quad = index / (ROWS / 4u);
  var sums: array<vec4f, 4>; // a token's four rows
  for (var column_quad = 0u; column_quad < params.units * QUADS; column_quad += COLUMN_QUADS) {
    workgroupBarrier();
    load_weights(first_row, column_quad, index);
    load_xs(first_token, column_quad, index);
    workgroupBarrier();
    for (var k = 0u; k < COLUMN_QUADS; k++) {
      let w0 = weights[(4u * row_quad) * STRIDE + k];
      let w1 = weights[(4u * row_quad + 1u) * STRIDE + k];
      let w2 = weights[(4u * row_quad + 2u) * STRIDE + k];
      let w3 = weights[(4u * row_quad + 3u) * STRIDE + k];
      for (var t = 0u; t < 4u; t++) {
        let x = xs[(4u * token_quad + t) * STRIDE + k];
        sums[t] += vec4f(dot(w0, x), dot(w1, x), dot(w2, x), dot(w3, x));
      }
    }
  }
  let quad = first_row / 4u + row_quad;
  if (quad >= params.row_quads) {
    return;
  }
  for (var t = 0u; t < 4u; t++) {
    let token = first_token + 4u * token_quad + t;
    if (token < step.count) {
      var sum = sums[t];
      if (params.bias != NONE) {
        sum += vectors[params.bias + quad];
      }
      if (params.addend != NONE) {
        sum += arena[params.addend + token * params.addend_stride + quad];
      }
      arena[params.out + token * params.out_stride + quad] = sum;
    }
  }
}
