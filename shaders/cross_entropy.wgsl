// cross_entropy: how surprised a prediction over a vocabulary is by the right token, with label smoothing.
//
//   top[r]    = logSumExp over v < classes of logits[r,v]
//   loss[r]   = top[r] - (1 - smoothing)·logits[r,goal[r]] - smoothing/classes · Σ_v logits[r,v]
//   result[r] = (loss[r], top[r]), or (0, 0) where goal[r] is ignored
//
// logits : [rows, stride] f32, stride a multiple of 4, read as vec4; columns from `classes` on may hold anything
// goal   : [rows] u32; the value `ignored`, or any not below `classes`, marks a row that does not count
// result : [rows, 2] f32
// One lane owns one row and walks it once, under a running maximum: an exponential is never of a positive number.

const WG = 64u;
const LOWEST = -3.4e38;

struct Params { rows: u32, classes: u32, stride: u32, ignored: u32, smoothing: f32 }

@group(0) @binding(0) var<storage, read> logits: array<vec4f>;
@group(0) @binding(1) var<storage, read> goal: array<u32>;
@group(0) @binding(2) var<storage, read_write> result: array<vec2f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (group.y * groups.x + group.x) * WG + lane;
  if (row >= params.rows) {
    return;
  }
  let right = goal[row];
  if (right == params.ignored || right >= params.classes) {
    result[row] = vec2f(0.0);
    return;
  }
  let start = row * (params.stride / 4u);
  var high = LOWEST;
  var powers = 0.0;
  var sum = 0.0;
  var told = 0.0;
  for (var v = 0u; v < (params.classes + 3u) / 4u; v++) {
    let column = vec4u(0u, 1u, 2u, 3u) + 4u * v;
    let real = column < vec4u(params.classes);
    let x = logits[start + v];
    let seen = select(vec4f(LOWEST), x, real);
    let higher = max(max(high, max(seen.x, seen.y)), max(seen.z, seen.w));
    let each = select(vec4f(0.0), exp(seen - higher), real);
    powers = powers * exp(high - higher) + ((each.x + each.y) + (each.z + each.w));
    high = higher;
    let counted = select(vec4f(0.0), x, real);
    sum += (counted.x + counted.y) + (counted.z + counted.w);
    let hit = select(vec4f(0.0), x, column == vec4u(right));
    told += (hit.x + hit.y) + (hit.z + hit.w);
  }
  let top = high + log(powers);
  let spread = params.smoothing;
  result[row] = vec2f(top - (1.0 - spread) * told - spread / f32(params.classes) * sum, top);
}
