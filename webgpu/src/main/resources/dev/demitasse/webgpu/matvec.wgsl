// out = matrix · x (+ bias) (+ addend) for one row of activations. LANES invocations share four rows of the matrix: each takes every
// LANES-th unit of them, so that they read side by side.

override LANES: u32;
override GROUPS: u32; // of lanes, in a workgroup

struct Params {
  regions: Regions,
  units: u32, // in a row of the matrix
  row_quads: u32, // rows of the matrix here / 4
  x: u32, // where x begins, as everything below in vec4s
  out: u32,
  bias: u32, // or NONE
  addend: u32, // or NONE
  gated: u32, // distance of the second matrix, whose product the first's is a gate of, in row quads; 0 for none
  activation: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(3) var<storage, read_write> arena: array<vec4f>;
@group(0) @binding(4) var<storage, read> vectors: array<vec4f>;

const QUADS = UNIT / 4u;

var<workgroup> partial: array<vec4f, LANES * GROUPS>;

fn product(unit: u32, x: ptr<function, array<vec4f, QUADS>>, x_sum: f32) -> f32 {
  var q: array<vec4f, QUADS>;
  let scale = load_unit(params.regions, unit, &q);
  var sum = 0.0;
  for (var k = 0u; k < QUADS; k++) {
    sum += dot(q[k], (*x)[k]);
  }
  return scale.x * sum + scale.y * x_sum;
}

/** What lane `lane` has to add to the products of rows 4 · quad to 4 · quad + 3. */
fn share(quad: u32, lane: u32) -> vec4f {
  var sum = vec4f();
  let first = 4u * quad * params.units;
  for (var u = lane; u < params.units; u += LANES) {
    var x: array<vec4f, QUADS>;
    var sums = vec4f();
    for (var k = 0u; k < QUADS; k++) {
      x[k] = arena[params.x + u * QUADS + k];
      sums += x[k];
    }
    let x_sum = dot(sums, vec4f(1.0));
    let unit = first + u;
    sum += vec4f(
      product(unit, &x, x_sum),
      product(unit + params.units, &x, x_sum),
      product(unit + 2u * params.units, &x, x_sum),
      product(unit + 3u * params.units, &x, x_sum),
    );
  }
  return sum;
}

/** The sum of a group's shares, for its first lane. */
fn total(share: vec4f, index: u32) -> vec4f {
  if (LANES == 1u) {
    return share;
  }
  workgroupBarrier();
  partial[index] = share;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (index % LANES < half) {
      partial[index] += partial[index + half];
    }
    workgroupBarrier();
  }
  return partial[index];
}

@compute @workgroup_size(LANES * GROUPS)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  bind_both();
  let lane = index % LANES;
  let quad = workgroup_number(id, grid) * GROUPS + index / LANES;
  let inside = quad < params.row_quads;
  var sum = vec4f();
  if (inside) {
    sum = share(quad, lane);
  }
  sum = total(sum, index);
  if (params.gated != 0u) {
    var up = vec4f();
    if (inside) {
      up = share(quad + params.gated, lane);
    }
    sum = activated(params.activation, sum) * total(up, index);
  }
  if (inside && lane == 0u) {
    if (params.bias != NONE) {
      sum += vectors[params.bias + quad];
    }
    if (params.addend != NONE) {
      sum += arena[params.addend + quad];
    }
    arena[params.out + quad] = sum;
  }
}
