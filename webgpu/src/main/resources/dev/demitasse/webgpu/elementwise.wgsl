// Operations on single elements: out = f(a, b), an invocation for each vec4 of each row.

const GATED = 0u;
const SOFT_CAP = 1u;
const ADD = 2u;
const LAST_ROWS = 3u;

struct Params {
  operation: u32,
  quads: u32, // in a row, as all that follows in vec4s
  a: u32,
  a_stride: u32,
  b: u32,
  b_stride: u32,
  out: u32,
  out_stride: u32,
  activation: u32,
  cap: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(3) var<storage, read_write> arena: array<vec4f>;
@group(0) @binding(5) var<storage, read> step: Step;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let number = workgroup_number(id, grid) * 64u + index;
  let row = number / params.quads;
  let quad = number % params.quads;
  if (row >= step.count) {
    return;
  }
  let out = params.out + row * params.out_stride + quad;
  let a = params.a + quad;
  let b = params.b + row * params.b_stride + quad;
  switch (params.operation) {
    case GATED: {
      arena[out] = activated(params.activation, arena[a + row * params.a_stride]) * arena[b];
    }
    case SOFT_CAP: {
      arena[out] = params.cap * tanh(clamp(arena[a + row * params.a_stride] / params.cap, vec4f(-15.0), vec4f(15.0)));
    }
    case ADD: {
      arena[out] = arena[a + row * params.a_stride] + arena[b];
    }
    default: { // LAST_ROWS, of which there is one
      if (row == 0u) {
        arena[out] = arena[a + (step.count - 1u) * params.a_stride];
      }
    }
  }
}
