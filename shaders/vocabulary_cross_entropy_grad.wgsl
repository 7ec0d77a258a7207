// vocabulary_cross_entropy_grad: the gradient of vocabulary_cross_entropy at the logits of one shard, in their place.
//
//   logits[r,v] ← coefficient[r] · (e^(logits[r,v] - top[r]) - wanted[v])
//   wanted[v]   = (1 - smoothing)·[first + v = goal[r]] + smoothing/total
//   and exactly 0 in columns from `classes` on, in ignored rows, and where the coefficient is 0
//
// logits      : [rows, stride] f32, stride a multiple of 4, read as vec4: of classes `first` to `first + classes`
// goal        : [rows] u32, as in vocabulary_cross_entropy
// result      : [rows, 2] f32, (loss, top) from vocabulary_cross_entropy after its last shard
// coefficient : [rows] f32, what makes the mean of the rows' losses, e.g. 1 / rows that count
// One lane owns four neighbouring columns of one row. Padding may hold anything.

// use: class_gradient

const WG = 256u;

struct Params { rows: u32, classes: u32, stride: u32, first: u32, total: u32, ignored: u32, smoothing: f32 }

@group(0) @binding(0) var<storage, read_write> logits: array<vec4f>;
@group(0) @binding(1) var<storage, read> goal: array<u32>;
@group(0) @binding(2) var<storage, read> result: array<vec2f>;
@group(0) @binding(3) var<storage, read> coefficient: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let wide = params.stride / 4u;
  if (i >= params.rows * wide) {
    return;
  }
  let row = i / wide;
  let right = goal[row];
  let factor = coefficient[row];
  var grad = vec4f(0.0);
  if (right != params.ignored && right < params.total && factor != 0.0) {
    let column = vec4u(0u, 1u, 2u, 3u) + 4u * (i % wide);
    let share = params.smoothing / f32(params.total);
    grad = classGradient(factor, logits[i], result[row].y, column, right - params.first, vec2u(NONE), share);
  }
  logits[i] = grad;
}
