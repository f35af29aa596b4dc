// out = matrix · x (+ bias) (+ addend) for one row of activations. LANES invocations share four rows of the matrix. Each takes every
// LANES-th sub-block, so that they read adjacent memory.

override LANES: u32;
override GROUPS: u32; // of lanes in a workgroup

struct Params {
  planes: Planes,
  sub_blocks: u32, // of a row of the matrix
  row_vec4s: u32, // rows / 4
  x: u32, // offset in the arena in vec4s, as the other offsets
  out: u32,
  bias: u32, // offset in vectors, or NONE
  addend: u32, // or NONE
  gate_vec4s: u32, // rows of the gate / 4, if the matrix is a gate and up stacked, for a gated activation; else 0
  activation: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(3) var<storage, read_write> arena: array<vec4f>;
@group(0) @binding(4) var<storage, read> vectors: array<vec4f>;

var<workgroup> partial: array<vec4f, LANES * GROUPS>;

fn product(index: u32, x0: vec4f, x1: vec4f, x2: vec4f, x3: vec4f, x_sum: f32) -> f32 {
  let w = load_sub_block(params.planes, index);
  return w.scale * (dot(w.q0, x0) + dot(w.q1, x1) + dot(w.q2, x2) + dot(w.q3, x3)) + w.offset * x_sum;
}

/** Returns the part of lane `lane` in the products of rows 4 · row_vec4 to 4 · row_vec4 + 3. */
fn partial_products(row_vec4: u32, lane: u32) -> vec4f {
  var sum = vec4f();
  let first = 4u * row_vec4 * params.sub_blocks;
  for (var i = lane; i < params.sub_blocks; i += LANES) {
    let at = params.x + i * SUB_BLOCK_VEC4S;
    let x0 = arena[at];
    let x1 = arena[at + 1u];
    let x2 = arena[at + 2u];
    let x3 = arena[at + 3u];
    let x_sum = dot(x0 + x1 + x2 + x3, vec4f(1.0));
    let index = first + i;
    sum += vec4f(
      product(index, x0, x1, x2, x3, x_sum),
      product(index + params.sub_blocks, x0, x1, x2, x3, x_sum),
      product(index + 2u * params.sub_blocks, x0, x1, x2, x3, x_sum),
      product(index + 3u * params.sub_blocks, x0, x1, x2, x3, x_sum),
    );
  }
  return sum;
}

/** Returns the sum over the lanes of a group, to its first lane. */
fn total(products: vec4f, index: u32) -> vec4f {
  if (LANES == 1u) {
    return products;
  }
  workgroupBarrier();
  partial[index] = products;
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
  let lane = index % LANES;
  let row_vec4 = workgroup_index(id, grid) * GROUPS + index / LANES;
  let inside = row_vec4 < params.row_vec4s;
  var sum = vec4f();
  if (inside) {
    sum = partial_products(row_vec4, lane);
  }
  sum = total(sum, index);
  if (params.gate_vec4s != 0u) {
    var up = vec4f();
    if (inside) {
      up = partial_products(row_vec4 + params.gate_vec4s, lane);
    }
    sum = activate(params.activation, sum) * total(up, index);
  }
  if (inside && lane == 0u) {
    if (params.bias != NONE) {
      sum += vectors[params.bias + row_vec4];
    }
    if (params.addend != NONE) {
      sum += arena[params.addend + row_vec4];
    }
    arena[params.out + row_vec4] = sum;
  }
}
