// out[r] = scale · table[id of token r]. An invocation computes a sub-block of a row. The table may be one of several, each with a range of the ids.

struct Params {
  planes: Planes,
  sub_blocks: u32, // of a row of the table
  first_id: u32, // of this table
  ids: u32, // number of ids in this table
  out: u32, // offset in the arena in vec4s
  scale: f32,
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
  let token = number / params.sub_blocks;
  let sub_block = number % params.sub_blocks;
  if (token >= batch.count) {
    return;
  }
  let row = batch.data[batch.ids + token] - params.first_id;
  if (row >= params.ids) {
    return;
  }
  let w = load_sub_block(params.planes, row * params.sub_blocks + sub_block);
  let scale = params.scale * w.scale;
  let offset = params.scale * w.offset;
  let out = params.out + number * SUB_BLOCK_VEC4S;
  arena[out] = scale * w.q0 + offset;
  arena[out + 1u] = scale * w.q1 + offset;
  arena[out + 2u] = scale * w.q2 + offset;
  arena[out + 3u] = scale * w.q3 + offset;
}
