// prototype_scores: how sure it is that a clip shows each class, from the cosines of its tokens with the classes' prototypes.
//
//   C[b,t,v] = softmax over v < classes of S[b,t,v] / τ of the classes         (from prototype_scores_classes)
//   T[b,t,v] = softmax over t < lengths[b] of S[b,t,v] / τ of time
//   p[b,v]   = Σ_t C[b,t,v]·T[b,t,v]                                           from 0 to 1: a mean of C, weighted by T
//   overTime[b] = rows (highest, sum): max_t S[b,t,v] and Σ_t e^((S[b,t,v] - highest) / τ of time)
//
// s            : [batch, length, stride] f32, stride a multiple of 4, read as vec4; padding in rows and columns may hold anything
// temperatures : [4] f32: τ of the classes (0) and of time (1), each taken as the nearest number from 0.01 to 1
// lengths      : [batch] u32; more than `length` counts as `length`
// overClasses  : [batch, length, 2] f32, from prototype_scores_classes
// p            : [batch, stride] f32; 0 in padding columns, and throughout for a clip of no tokens
// overTime     : [batch, 2, stride] f32; 0 likewise
// One lane owns four classes of one clip and walks its tokens twice, in order: for the highest, then for both sums, which are of positive
// numbers. Neighbouring lanes read neighbouring vectors.

// use: held_temperatures

const WG = 64u;
const LOWEST = -3.4e38;

struct Params { batch: u32, length: u32, classes: u32, stride: u32 }

@group(0) @binding(0) var<storage, read> s: array<vec4f>;
@group(0) @binding(1) var<storage, read> temperatures: array<f32>;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read> overClasses: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> p: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> overTime: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.stride / 4u;
  if (i >= params.batch * columns) {
    return;
  }
  let b = i / columns;
  let c = i % columns;
  let tokens = min(lengths[b], params.length);
  let first = b * params.length;

  var high = vec4f(LOWEST);
  for (var t = 0u; t < tokens; t++) { high = max(high, s[(first + t) * columns + c]); }

  var sum = vec4f(0.0);
  var found = vec4f(0.0);
  for (var t = 0u; t < tokens; t++) {
    let cosine = s[(first + t) * columns + c];
    let token = overClasses[first + t];
    let weight = exp((cosine - high) / timeTemperature());
    sum += weight;
    found += weight * (exp((cosine - token.x) / classTemperature()) / token.y);
  }
  let real = (vec4u(0u, 1u, 2u, 3u) + 4u * c < vec4u(params.classes)) & vec4<bool>(tokens > 0u);
  p[i] = select(vec4f(0.0), found / sum, real);
  overTime[2u * b * columns + c] = select(vec4f(0.0), high, real);
  overTime[(2u * b + 1u) * columns + c] = select(vec4f(0.0), sum, real);
}
