// Declarations that all kernels share. Rows of activations are whole vec4s.
//
// Java sets an override without a default when it creates a pipeline, the fields of Params by name for each dispatch.

override WORKGROUP_SIZE: u32; // invocations

/** The inputs of a pass. */
struct BatchInputs {
  position: u32, // of the batch's first token
  count: u32, // tokens of the batch
  ids: u32, // index of the first token's id in data
  padding: u32,
  data: array<u32>, // tables of cosines and sines (float32 bits), ids
}

const NONE = 0xffffffffu; // an optional operand that is absent

/** Returns the index of a workgroup. Workgroups are numbered in one row, since there may be more than one dimension of the grid holds. */
fn workgroup_index(id: vec3u, grid: vec3u) -> u32 {
  return id.y * grid.x + id.x;
}
