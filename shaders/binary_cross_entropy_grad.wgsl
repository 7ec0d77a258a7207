// binary_cross_entropy_grad: the gradient of binary_cross_entropy at every prediction, as PyTorch has it.
//
//   dp[r,v] = coefficient[r] · (p[r,v] - goal[r,v]) / max(p[r,v]·(1 - p[r,v]), 1e-12)
//   and exactly 0 in columns from `classes` on, and where p is below 1e-8 or above 1 and was held there
//
// p, goal, dp : [rows, stride] f32, stride a multiple of 4, read as vec4; columns from `classes` on may hold anything
// coefficient : [rows] f32, what makes the loss of the rows' sums, e.g. 1 / (rows · classes)
// One lane owns four neighbouring columns of one row.

const WG = 256u;
const LEAST = 1e-8;

struct Params { rows: u32, classes: u32, stride: u32 }

@group(0) @binding(0) var<storage, read> p: array<vec4f>;
@group(0) @binding(1) var<storage, read> goal: array<vec4f>;
@group(0) @binding(2) var<storage, read> coefficient: array<f32>;
@group(0) @binding(3) var<storage, read_write> dp: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.stride / 4u;
  if (i >= params.rows * columns) {
    return;
  }
  let q = p[i];
  let real = vec4u(0u, 1u, 2u, 3u) + 4u * (i % columns) < vec4u(params.classes);
  let free = (q >= vec4f(LEAST)) & (q <= vec4f(1.0));
  let grad = coefficient[i / columns] * ((q - goal[i]) / max(q * (1.0 - q), vec4f(1e-12)));
  dp[i] = select(vec4f(0.0), grad, real & free);
}
