// RMSNorm: out = in / sqrt(mean(in²) + epsilon) · weight (+ addend) over runs of a row, which are the whole row or its heads. A workgroup
// computes a run.

struct Params {
  vec4s: u32, // of a run
  runs: u32, // of a row
  in: u32, // offset in the arena in vec4s, as the other offsets
  in_stride: u32, // from one row to the next
  out: u32,
  out_stride: u32,
  weight: u32, // offset in vectors
  addend: u32, // or NONE
  addend_stride: u32,
  epsilon: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(3) var<storage, read_write> arena: array<vec4f>;
@group(0) @binding(4) var<storage, read> vectors: array<vec4f>;

var<workgroup> partial: array<f32, WORKGROUP_SIZE>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let number = workgroup_index(id, grid);
  let row = number / params.runs;
  let run = number % params.runs;
  let in = params.in + row * params.in_stride + run * params.vec4s;
  var sum = 0.0;
  for (var i = index; i < params.vec4s; i += WORKGROUP_SIZE) {
    let x = arena[in + i];
    sum += dot(x, x);
  }
  partial[index] = sum;
  for (var half = WORKGROUP_SIZE / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (index < half) {
      partial[index] += partial[index + half];
    }
  }
  workgroupBarrier();
  let scale = 1.0 / sqrt(partial[0] / f32(4u * params.vec4s) + params.epsilon);
  let out = params.out + row * params.out_stride + run * params.vec4s;
  for (var i = index; i < params.vec4s; i += WORKGROUP_SIZE) {
    var x = arena[in + i] * scale * vectors[params.weight + i];
    if (params.addend != NONE) {
      x += arena[params.addend + row * params.addend_stride + run * params.vec4s + i];
    }
    arena[out + i] = x;
  }
}
