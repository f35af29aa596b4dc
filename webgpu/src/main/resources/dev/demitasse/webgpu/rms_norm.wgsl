// out = in / sqrt(mean(in²) + epsilon) · weight (+ addend) over runs of a row: the whole row, or each head of it. A workgroup does one run.

override SIZE: u32;

struct Params {
  quads: u32, // in a run, as all that follows in vec4s
  runs: u32, // in a row
  in: u32,
  in_stride: u32, // from one row to the next
  out: u32,
  out_stride: u32,
  weight: u32,
  addend: u32, // or NONE
  addend_stride: u32,
  epsilon: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(3) var<storage, read_write> arena: array<vec4f>;
@group(0) @binding(4) var<storage, read> vectors: array<vec4f>;

var<workgroup> partial: array<f32, SIZE>;

@compute @workgroup_size(SIZE)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let number = workgroup_number(id, grid);
  let row = number / params.runs;
  let run = number % params.runs;
  let in = params.in + row * params.in_stride + run * params.quads;
  var sum = 0.0;
  for (var i = index; i < params.quads; i += SIZE) {
    let x = arena[in + i];
    sum += dot(x, x);
  }
  partial[index] = sum;
  for (var half = SIZE / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (index < half) {
      partial[index] += partial[index + half];
    }
  }
  workgroupBarrier();
  let scale = 1.0 / sqrt(partial[0] / f32(4u * params.quads) + params.epsilon);
  let out = params.out + row * params.out_stride + run * params.quads;
  for (var i = index; i < params.quads; i += SIZE) {
    var x = arena[in + i] * scale * vectors[params.weight + i];
    if (params.addend != NONE) {
      x += arena[params.addend + row * params.addend_stride + run * params.quads + i];
    }
    arena[out + i] = x;
  }
}
