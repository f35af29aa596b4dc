// Copies one part of each block of a file's tensor, the scales say, to where the kernels want all such parts: side by side.

struct Params {
  block_halves: u32, // 16-bit units in a block
  part_offset: u32, // of the part in a block, in such units, as all that follows
  part_halves: u32,
  begin: u32, // of what is written, in the buffer
  end: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> blocks: array<u32>; // from the first that is copied on
@group(0) @binding(2) var<storage, read_write> words: array<u32>;

/** The half that goes to `to`, or what is there. */
fn half_for(to: u32) -> u32 {
  if (to < params.begin || to >= params.end) {
    return (words[to / 2u] >> (16u * (to & 1u))) & 0xffffu;
  }
  let i = to - params.begin;
  let source = i / params.part_halves * params.block_halves + params.part_offset + i % params.part_halves;
  return (blocks[source / 2u] >> (16u * (source & 1u))) & 0xffffu;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let word = params.begin / 2u + workgroup_number(id, grid) * 64u + index;
  if (2u * word < params.end) {
    words[word] = half_for(2u * word) | (half_for(2u * word + 1u) << 16u);
  }
}
