// pose_loss: how far every predicted frame is from the signed one.
//
//   d[j]          = pred[b,t,j] - goal[b,t,j]
//   cell[j]       = d[j]² (kind 0) or |d[j]| (kind 1)
//   rowSums[b,t]  = (Σ over j < numbers, Σ over j < coords) of cell[j]; (0, 0) where t >= frames[b]
//
// pred, goal : [B,T,S] f32, S the stride, a multiple of 4, read as vec4; coords <= numbers <= S
// frames     : [B] u32, real frames of each sample
// rowSums    : [B,T,2] f32; the first sum trains (coordinates and counter), the second is the error reported (coordinates alone)
// One lane owns one row.
//
// Padding may hold anything. Rows past frames[b] are not read; columns past numbers are chosen away with select, never multiplied
// by 0, since 0·NaN is NaN. A row is summed as four running sums of at most S/4 cells each, then across: the order is fixed.

const WG = 64u;

struct Params { batch: u32, length: u32, stride: u32, numbers: u32, coords: u32, kind: u32 }

@group(0) @binding(0) var<storage, read> pred: array<vec4f>;
@group(0) @binding(1) var<storage, read> goal: array<vec4f>;
@group(0) @binding(2) var<storage, read> frames: array<u32>;
@group(0) @binding(3) var<storage, read_write> rowSums: array<vec2f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (group.y * groups.x + group.x) * WG + lane;
  if (row >= params.batch * params.length) {
    return;
  }
  var all = vec4f(0.0);
  var joints = vec4f(0.0);
  if (row % params.length < frames[row / params.length]) {
    let start = row * (params.stride / 4u);
    for (var v = 0u; v < (params.numbers + 3u) / 4u; v++) {
      let column = vec4u(0u, 1u, 2u, 3u) + 4u * v;
      let d = pred[start + v] - goal[start + v];
      let cell = select(d * d, abs(d), params.kind == 1u);
      all += select(vec4f(0.0), cell, column < vec4u(params.numbers));
      joints += select(vec4f(0.0), cell, column < vec4u(params.coords));
    }
  }
  rowSums[row] = vec2f(all.x + all.y + all.z + all.w, joints.x + joints.y + joints.z + joints.w);
}
