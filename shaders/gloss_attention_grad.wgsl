// gloss_attention_grad: the gradient of the loss at the queries and offsets of a gloss_attention, and each sample's part in that at keys and values.
//
//   w[n] = exp(s[n] - logSumExp)                                  the weight of sample n before any was dropped
//   e[n] = scale · w[n] · (keep[n] · dy[i]·value[n] - delta[i])
//   dq[i] = Σ_n e[n] · key[n]
//   doffsets[n] = e[n] · q[i]·key'[n] + keep[n] · w[n] · dy[i]·value'[n]       key', value': how both change with the offset
//   pulls[n] = (keep[n] · w[n], e[n])
//
// q, dy, dq : [B, T, D] f32, D = heads·headWidth, read as vec4; headWidth a multiple of 4
// kv        : [B, T, 2D] f32, keys and values side by side, read as vec4
// places    : [B, H, T, samples] of (⌊p⌋, part, keep, slope), from gloss_attention_places
// rowStats  : [B, H, T] of (logSumExp, delta), from attention_delta
// doffsets  : [B, T, columns] f32, as the offsets of gloss_attention_places; columns past heads·samples get 0
// pulls     : [B, H, T, samples] of vec2f
// One lane owns one row of one head. Rows that take no samples are not read and get 0 everywhere.

// use: place_rows

const WG = 64u;

struct Params { batch: u32, length: u32, heads: u32, headWidth: u32, samples: u32, columns: u32, scale: f32, factor: f32 }

@group(0) @binding(0) var<storage, read> q: array<vec4f>;
@group(0) @binding(1) var<storage, read> kv: array<vec4f>;
@group(0) @binding(2) var<storage, read> places: array<vec4f>;
@group(0) @binding(3) var<storage, read> dy: array<vec4f>;
@group(0) @binding(4) var<storage, read> rowStats: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> dq: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> doffsets: array<f32>;
@group(0) @binding(7) var<storage, read_write> pulls: array<vec2f>;
@group(0) @binding(8) var<uniform> params: Params;

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
  let at = row * width + head * cols; // of the row in q, dy and dq
  let first = 2u * b * params.length * width + head * cols; // of the clip's first key
  let line = (b * params.heads + head) * params.length + i;
  let stats = rowStats[line];

  for (var c = 0u; c < cols; c++) { dq[at + c] = vec4f(0.0); }
  for (var n = 0u; n < params.samples; n++) {
    let place = places[line * params.samples + n];
    let offset = row * params.columns + head * params.samples + n;
    if (place.x < -1.0) {
      doffsets[offset] = 0.0;
      pulls[line * params.samples + n] = vec2f(0.0);
      continue;
    }
    let rows = betweenRows(place, first, 2u * width, params.length, params.factor);
    // (q · key, dy · value) at the rows below and above.
    var below = vec2f(0.0);
    var above = vec2f(0.0);
    for (var c = 0u; c < cols; c++) {
      let query = q[at + c];
      let pull = dy[at + c];
      below += vec2f(dot(query, kv[rows.low + c]), dot(pull, kv[rows.low + width + c]));
      above += vec2f(dot(query, kv[rows.high + c]), dot(pull, kv[rows.high + width + c]));
    }
    let there = rows.lowShare * below + rows.highShare * above;
    let change = rows.lowSlope * below + rows.highSlope * above;
    let weight = exp(params.scale * there.x - stats.x);
    let part = vec2f(place.z * weight, params.scale * weight * (place.z * there.y - stats.y));
    doffsets[offset] = part.y * change.x + part.x * change.y;
    pulls[line * params.samples + n] = part;
    for (var c = 0u; c < cols; c++) {
      dq[at + c] += part.y * (rows.lowShare * kv[rows.low + c] + rows.highShare * kv[rows.high + c]);
    }
  }
  if (head == 0u) {
    for (var c = params.heads * params.samples; c < params.columns; c++) { doffsets[row * params.columns + c] = 0.0; }
  }
}
