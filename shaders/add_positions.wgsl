// add_positions: an encoding of its place added to every row, the places given one by one.
//
//   y[r,:] = x[r,:] + table[at[r],:]
//
// x, y  : [rows, width] f32, width a multiple of 4, read as vec4
// table : [positions, width] f32, read as vec4
// at    : [rows] u32, each below the table's height
// One lane owns four neighbours. The table is made on the host in float64: WGSL's sin and cos are only good to 2^-11.

const WG = 256u;

struct Params { rows: u32, width: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> table: array<vec4f>;
@group(0) @binding(2) var<storage, read> at: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.width / 4u;
  if (i < params.rows * columns) {
    y[i] = x[i] + table[at[i / columns] * columns + i % columns];
  }
}
