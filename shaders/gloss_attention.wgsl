// gloss_attention: attention of every frame over a few samples of its clip, which lie between frames (Yin et al. 2023).
//
//   key[n], value[n] = factor · ((1 - part) · row ⌊p⌋ of keys and values + part · row ⌊p⌋ + 1),   rows before the first and past the last being 0
//   s[n] = scale · q[i]·key[n]
//   y[i] = Σ_n keep[n] · exp(s[n] - L)·value[n],   L = log Σ_n exp(s[n])
//
// q         : [B, T, D] f32, D = heads·headWidth, read as vec4; headWidth a multiple of 4
// kv        : [B, T, 2D] f32, keys and values side by side, read as vec4; rows that no place lies at may hold anything
// places    : [B, H, T, samples] of (⌊p⌋, part, keep, slope), from gloss_attention_places
// y         : [B, T, D] f32
// logSumExp : [B, H, T] f32, the L from which the gradients rebuild the weights
// One lane owns one row of one head. Safe for scores of any size: exp is taken under the running maximum, and what older samples summed fades by
// exp(old - new) <= 1. A row whose places say that it takes no samples gets y = 0 and L = 0.

// use: place_rows

const WG = 64u;
const LOWEST = -1e30;

struct Params { batch: u32, length: u32, heads: u32, headWidth: u32, samples: u32, scale: f32, factor: f32 }

@group(0) @binding(0) var<storage, read> q: array<vec4f>;
@group(0) @binding(1) var<storage, read> kv: array<vec4f>;
@group(0) @binding(2) var<storage, read> places: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> logSumExp: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let own = (group.y * groups.x + group.x) * WG + lane;
  if (own >= params.batch * params.length * params.heads) { return; }
  let head = own % params.heads;
  let row = own / params.heads;
  let b = row / params.length;
  let i = row % params.length;
  let cols = params.headWidth / 4u;
  let width = params.heads * cols;
  let at = row * width + head * cols; // of the row in q and y
  let first = 2u * b * params.length * width + head * cols; // of the clip's first key
  let line = (b * params.heads + head) * params.length + i;

  var top = LOWEST;
  var total = 0.0;
  for (var c = 0u; c < cols; c++) { y[at + c] = vec4f(0.0); }
  for (var n = 0u; n < params.samples; n++) {
    let place = places[line * params.samples + n];
    if (place.x < -1.0) { continue; }
    let rows = betweenRows(place, first, 2u * width, params.length, params.factor);
    var score = 0.0;
    for (var c = 0u; c < cols; c++) {
      score += dot(q[at + c], rows.lowShare * kv[rows.low + c] + rows.highShare * kv[rows.high + c]);
    }
    score *= params.scale;

    let high = max(top, score);
    let older = total * exp(top - high);
    let weight = exp(score - high);
    top = high;
    total = older + weight;
    let faded = older / total;
    let share = weight / total * place.z;
    for (var c = width; c < width + cols; c++) {
      let value = rows.lowShare * kv[rows.low + c] + rows.highShare * kv[rows.high + c];
      y[at + c - width] = y[at + c - width] * faded + share * value;
    }
  }
  logSumExp[line] = select(0.0, top + log(total), total > 0.0);
}
