// contrastive_prediction: how well predictions tell the rows that come from others (contrastive predictive coding, van den Oord et al. 2018).
//
//   s = h[g] · z[partner[p]]   for slot p % slots of prediction g = p / slots
//   result[p] = (weight[p] · softplus(∓s), slope)      - for slot 0, the row that comes, + for the others; slope is d softplus/ds
//
// h       : [predictions, width] f32, width a multiple of 4, read as vec4
// z       : [rows, width] f32, read as vec4; rows that are nobody's partner may hold anything
// partner : [predictions, slots] u32, a row of z; from `rows` on there is none, and both numbers are 0
// weight  : [predictions, slots] f32, a pair's share of the loss
// result  : [predictions, slots, 2] f32
// One lane owns one pair. softplus(x) = max(x, 0) + log(1 + e), e = exp(-|x|) ≤ 1: never an exponential of a positive number.

// use: softplus

const WG = 64u;

struct Params { predictions: u32, rows: u32, width: u32, slots: u32 }

@group(0) @binding(0) var<storage, read> h: array<vec4f>;
@group(0) @binding(1) var<storage, read> z: array<vec4f>;
@group(0) @binding(2) var<storage, read> partner: array<u32>;
@group(0) @binding(3) var<storage, read> weight: array<f32>;
@group(0) @binding(4) var<storage, read_write> result: array<vec2f>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let pair = (group.y * groups.x + group.x) * WG + lane;
  if (pair >= params.predictions * params.slots) { return; }
  let row = partner[pair];
  let cols = params.width / 4u;
  var made = vec2f(0.0);
  if (row < params.rows) {
    var score = 0.0;
    for (var c = 0u; c < cols; c++) { score += dot(h[pair / params.slots * cols + c], z[row * cols + c]); }
    let away = select(1.0, -1.0, pair % params.slots == 0u);
    made = softplus(away * score) * vec2f(weight[pair], away);
  }
  result[pair] = made;
}
