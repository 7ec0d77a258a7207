// matching_grad: the gradient of the loss of matching, the mean of both its sides, at every cosine and at the scale.
//
//   dm[i,j]   = coefficient[0] / 2 · (e^(m[i,j] - top[0,i]) + e^(m[i,j] - top[1,j]) - 2·goal[i,j])
//   ds[i,j]   = e^scale · dm[i,j]
//   dscale[i] = own[i] · Σ_j dm[i,j]·m[i,j]       in the first of four columns, the others 0
//
// s, ds       : [all, stride] f32; ds is 0 in rows and columns from `rows` on
// scale       : [4] f32, as in matching
// result      : [2, rows, 2] f32, (loss, top) from matching
// coefficient : [1] f32, a row's share of the loss, 1 / rows as a rule
// own         : [rows] f32: 1 for rows of which this pass adds to the gradient of the scale, which all passes share; 0 for others
// dscale      : [all, 4] f32, 0 from `rows` on
// One lane owns a row and walks it in order.

// use: matching_goal

const WG = 64u;

struct Params { rows: u32, all: u32, stride: u32 }

@group(0) @binding(0) var<storage, read> s: array<f32>;
@group(0) @binding(1) var<storage, read> scale: array<f32>;
@group(0) @binding(2) var<storage, read> result: array<vec2f>;
@group(0) @binding(3) var<storage, read> coefficient: array<f32>;
@group(0) @binding(4) var<storage, read> own: array<f32>;
@group(0) @binding(5) var<storage, read_write> ds: array<f32>;
@group(0) @binding(6) var<storage, read_write> dscale: array<vec4f>;
@group(0) @binding(7) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  if (i < params.all) {
    let factor = exp(scale[0]);
    let goal = goalOf(params.rows);
    var moved = 0.0;
    for (var j = 0u; j < params.stride; j++) {
      var grad = 0.0;
      if (i < params.rows && j < params.rows) {
        let m = factor * s[i * params.stride + j];
        let found = exp(m - result[i].y) + exp(m - result[params.rows + j].y);
        let dm = 0.5 * coefficient[0] * (found - 2.0 * select(goal.y, goal.x, i == j));
        moved += dm * m;
        grad = factor * dm;
      }
      ds[i * params.stride + j] = grad;
    }
    var share = 0.0;
    if (i < params.rows) { share = own[i]; }
    dscale[i] = vec4f(share * moved, 0.0, 0.0, 0.0);
  }
}
