// beam_reorder: each beam takes over the past of the beam it comes from.
//
//   y[r,s] = x[first + parent[r], s]   for s < lengths[r], with first the row of the sample's first beam; other places keep what they hold
//
// x, y    : [B·K,capacity,width] f32, read as vec4, a cache before and after
// parent  : [B·K] u32, below K      lengths : [B·K] u32
// One lane owns four columns of one place.

const WG = 256u;

struct Params { rows: u32, beams: u32, capacity: u32, width: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> parent: array<u32>;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let each = params.capacity * (params.width / 4u);
  if (i >= params.rows * each) {
    return;
  }
  let row = i / each;
  if (i % each / (params.width / 4u) < lengths[row]) {
    y[i] = x[(row / params.beams * params.beams + parent[row]) * each + i % each];
  }
}
