// Copies a field of each block, for example its scales, from a tensor as in the file to the plane of that field.

struct Params {
  block_halves: u32, // size of a block in 16-bit halves of words, as all below
  field_offset: u32, // of the first block's field in blocks
  field_halves: u32,
  begin: u32, // of the range that is written
  end: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> planes_u32: array<u32>;
@group(0) @binding(10) var<storage, read> blocks: array<u32>;

/** Returns the half for index `to`: the present one outside the range. */
fn half_for(to: u32) -> u32 {
  if (to < params.begin || to >= params.end) {
    return (planes_u32[to / 2u] >> (16u * (to & 1u))) & 0xffffu;
  }
  let i = to - params.begin;
  let source = i / params.field_halves * params.block_halves + params.field_offset + i % params.field_halves;
  return (blocks[source / 2u] >> (16u * (source & 1u))) & 0xffffu;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let word = params.begin / 2u + workgroup_index(id, grid) * WORKGROUP_SIZE + index;
  if (2u * word < params.end) {
    planes_u32[word] = half_for(2u * word) | (half_for(2u * word + 1u) << 16u);
  }
}
