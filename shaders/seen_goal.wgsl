// seen_goal: what a loss compares a prediction with, where not every number of the goal was seen.
//
//   y[i] = goal[i] where seen[i] > 0, else pred[i]
//
// pred, goal, seen, y : [n] f32, n a multiple of 4, read as vec4
// One lane owns EACH fours of neighbours, WG fours apart.
//
// The difference to the prediction, and with it loss and gradient, is then exactly 0 where nothing was seen, whatever stands in the goal there, NaN too: it is
// chosen away with select, never multiplied by 0. Nothing is rounded.

const WG = 256u; // tune: 8 256
const EACH = 1u; // tune: 1 4 16 128, vectors of four a lane takes in turn

struct Params { n: u32 }

@group(0) @binding(0) var<storage, read> pred: array<vec4f>;
@group(0) @binding(1) var<storage, read> goal: array<vec4f>;
@group(0) @binding(2) var<storage, read> seen: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = (group.y * groups.x + group.x) * WG * EACH + lane;
  let end = min(first + WG * EACH, params.n / 4u);
  for (var i = first; i < end; i += WG) {
    y[i] = select(pred[i], goal[i], seen[i] > vec4f(0.0));
  }
}
