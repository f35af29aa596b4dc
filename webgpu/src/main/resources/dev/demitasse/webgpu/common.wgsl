// What every kernel shares. Rows of activations are whole vec4s.

/** What changes from pass to pass. */
struct Step {
  position: u32, // of the batch's first token
  count: u32, // tokens of the batch
  first_token: u32, // where in data the ids begin
  unused: u32,
  data: array<u32>, // tables of angles (float32 bits), ids
}

const NONE = 0xffffffffu;

/** Workgroups are numbered in one row, whatever the grid's shape: there may be more than one dimension holds. */
fn workgroup_number(id: vec3u, grid: vec3u) -> u32 {
  return id.y * grid.x + id.x;
}
