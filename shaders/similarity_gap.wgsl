// similarity_gap: by how much the similarities of pairs of sentences are off from those that are wanted.
//
//   gap[i,j] = Σ_c u[i,c] · u[j,c] - goal[i,j],   0 where i = j
//
// u         : [rows, width] f32, rows of length 1, width a multiple of 4, read as vec4
// goal, gap : [rows, rows] f32; the diagonal of goal is not read
// One lane owns one pair. Both halves of gap are computed, in the same order of terms: it is as symmetric as goal.

const WG = 64u;

struct Params { rows: u32, width: u32 }

@group(0) @binding(0) var<storage, read> u: array<vec4f>;
@group(0) @binding(1) var<storage, read> goal: array<f32>;
@group(0) @binding(2) var<storage, read_write> gap: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let pair = (group.y * groups.x + group.x) * WG + lane;
  if (pair < params.rows * params.rows) {
    let i = pair / params.rows;
    let j = pair % params.rows;
    let cols = params.width / 4u;
    var off = 0.0;
    if (i != j) {
      for (var c = 0u; c < cols; c++) { off += dot(u[i * cols + c], u[j * cols + c]); }
      off -= goal[pair];
    }
    gap[pair] = off;
  }
}
