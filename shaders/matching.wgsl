// matching: how well each clip is matched with its sentence among those of a batch, and each sentence with its clip: the contrastive loss of
// CLIP, but against a goal that is not quite the pairs alone.
//
//   m[i,j]         = e^scale · s[i,j]
//   goal[i,j]      = e^SHARPNESS / (e^SHARPNESS + rows - 1) for i = j, 1 / (e^SHARPNESS + rows - 1) elsewhere
//   result[0,i,:]  = (KL(goal[i,:] ‖ softmax of m[i,:]), logSumExp of m[i,:])
//   result[1,j,:]  = (KL(goal[:,j] ‖ softmax of m[:,j]), logSumExp of m[:,j])
//
// s      : [at least rows, stride] f32, cosines of clips (rows) with sentences (columns); those from `rows` on may hold anything
// scale  : [4] f32, of which the first is read: the logarithm of what cosines are multiplied by
// result : [2, rows, 2] f32
// One lane owns one row or one column and walks it twice, in order.

// use: matching_goal

const WG = 64u;

struct Params { rows: u32, stride: u32 }

@group(0) @binding(0) var<storage, read> s: array<f32>;
@group(0) @binding(1) var<storage, read> scale: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<vec2f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * WG + lane;
  if (at < 2u * params.rows) {
    let i = at % params.rows;
    let columns = at >= params.rows;
    let start = select(i * params.stride, i, columns);
    let step = select(1u, params.stride, columns);
    let factor = exp(scale[0]);
    var highest = -3.0e38;
    for (var j = 0u; j < params.rows; j++) { highest = max(highest, factor * s[start + j * step]); }
    let goal = goalOf(params.rows);
    var powers = 0.0;
    // Of what is wanted, below the highest: Σ goal·(m - highest).
    var wanted = 0.0;
    for (var j = 0u; j < params.rows; j++) {
      let below = factor * s[start + j * step] - highest;
      powers += exp(below);
      wanted += select(goal.y, goal.x, i == j) * below;
    }
    let known = goal.x * log(goal.x) + f32(params.rows - 1u) * goal.y * log(goal.y);
    result[at] = vec2f(known - wanted + log(powers), highest + log(powers));
  }
}
