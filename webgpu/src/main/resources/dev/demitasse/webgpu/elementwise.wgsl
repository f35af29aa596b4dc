// Elementwise operations: out = f(a, b). An invocation computes a vec4 of a row.

const GATED_ACTIVATION = 0u;
const SOFT_CAP = 1u;
const ADD = 2u;
const LAST_ROWS = 3u;

struct Params {
  operation: u32,
  vec4s: u32, // of a row
  a: u32, // offset in the arena in vec4s, as the other offsets
  a_stride: u32, // from one row to the next
  b: u32,
  b_stride: u32,
  out: u32,
  out_stride: u32,
  activation: u32,
  cap: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(3) var<storage, read_write> arena: array<vec4f>;
@group(0) @binding(5) var<storage, read> batch: BatchInputs;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let number = workgroup_index(id, grid) * WORKGROUP_SIZE + index;
  let row = number / params.vec4s;
  let column = number % params.vec4s;
  if (row >= batch.count) {
    return;
  }
  let out = params.out + row * params.out_stride + column;
  let a = params.a + column;
  let b = params.b + row * params.b_stride + column;
  switch (params.operation) {
    case GATED_ACTIVATION: {
      arena[out] = activate(params.activation, arena[a + row * params.a_stride]) * arena[b];
    }
    case SOFT_CAP: {
      arena[out] = params.cap * tanh(clamp(arena[a + row * params.a_stride] / params.cap, vec4f(-15.0), vec4f(15.0)));
    }
    case ADD: {
      arena[out] = arena[a + row * params.a_stride] + arena[b];
    }
    default: { // LAST_ROWS: one row
      if (row == 0u) {
        arena[out] = arena[a + (batch.count - 1u) * params.a_stride];
      }
    }
  }
}
