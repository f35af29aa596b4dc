// out[r] = scale · table[id of token r]: an invocation for each unit of each row. The table may be one of several that hold a range of the ids each.

struct Params {
  regions: Regions,
  units: u32, // in a row of the table
  first_id: u32, // of this table
  ids: u32, // in it
  out: u32, // in vec4s
  scale: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(3) var<storage, read_write> arena: array<vec4f>;
@group(0) @binding(5) var<storage, read> step: Step;

const QUADS = UNIT / 4u;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  bind_both();
  let number = workgroup_number(id, grid) * 64u + index;
  let token = number / params.units;
  let unit = number % params.units;
  if (token >= step.count) {
    return;
  }
  let row = step.data[step.first_token + token] - params.first_id;
  if (row >= params.ids) {
    return;
  }
  var q: array<vec4f, QUADS>;
  let scale = load_unit(params.regions, row * params.units + unit, &q);
  for (var k = 0u; k < QUADS; k++) {
    arena[params.out + number * QUADS + k] = params.scale * (scale.x * q[k] + scale.y);
  }
}
