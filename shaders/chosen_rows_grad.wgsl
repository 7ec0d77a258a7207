// chosen_rows_grad: the gradient of the loss at sequences of which chosen_rows took a row: that of the row in its place, 0 elsewhere.
//
//   dx[b, t, :] = dy[place[0] + b, :] for t = at[b], else 0        (+ what was there, if accumulate is 1)
//
// dy    : [rows, width] f32, width a multiple of 4, read as vec4; rows of others are not read
// at    : [batch] u32, each below `length`; more counts as the last
// place : [1] u32
// dx    : [batch, length, width] f32, read as vec4
// One lane owns four neighbours of dx.

const WG = 64u;

struct Params { batch: u32, length: u32, width: u32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> dy: array<vec4f>;
@group(0) @binding(1) var<storage, read> at: array<u32>;
@group(0) @binding(2) var<storage, read> place: array<u32>;
@group(0) @binding(3) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.width / 4u;
  if (i < params.batch * params.length * columns) {
    let row = i / columns;
    let b = row / params.length;
    var grad = vec4f(0.0);
    if (row % params.length == min(at[b], params.length - 1u)) { grad = dy[(place[0] + b) * columns + i % columns]; }
    if (params.accumulate == 1u) { grad += dx[i]; }
    dx[i] = grad;
  }
}
