// chosen_rows: one row of every sequence, put in its place among the rows of a larger batch, which others have made.
//
//   y[place[0] + b, :] = x[b, at[b], :]   for b < batch;   y[i, :] = table[i, :] elsewhere
//
// x     : [batch, length, width] f32, width a multiple of 4, read as vec4
// at    : [batch] u32, each below `length`; more counts as the last
// place : [1] u32, place[0] + batch at most `rows`
// table : [rows, width] f32, read as vec4; the rows that are put there are not read
// y     : [rows, width] f32, read as vec4
// One lane owns four neighbours of y.

const WG = 64u;

struct Params { batch: u32, length: u32, rows: u32, width: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> at: array<u32>;
@group(0) @binding(2) var<storage, read> place: array<u32>;
@group(0) @binding(3) var<storage, read> table: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.width / 4u;
  if (i < params.rows * columns) {
    let row = i / columns;
    let first = place[0];
    if (row >= first && row - first < params.batch) {
      let b = row - first;
      y[i] = x[(b * params.length + min(at[b], params.length - 1u)) * columns + i % columns];
    } else {
      y[i] = table[i];
    }
  }
}
