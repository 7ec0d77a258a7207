// banded_attention_grad: the gradient of the loss at the queries, keys and values of a banded_attention.
//
//   w[i,j] = exp(scale · q[i]·k[j] - logSumExp[i])             the weight that query i gave key j before any was dropped
//   e[i,j] = w[i,j]·(keep[i,j]·dy[i]·v[j] - delta[i])
//   dq[i]  = scale · Σ_j e[i,j]·k[j]                           over the keys j that i sees
//   dk[j]  = scale · Σ_i e[i,j]·q[i],   dv[j] = Σ_i keep[i,j]·w[i,j]·dy[i]     over the queries i that see j
//
// qkv, dqkv : [B, T, 3D] f32, D = heads·headWidth, queries, keys and values side by side, read as vec4; headWidth a multiple of 4
// dy        : [B, T, D] f32
// rowStats  : [B, H, T] of (logSumExp, delta), from attention_delta
// lengths, seed, and who sees whom : as in banded_attention
// One lane owns one row of one head: its query and what that sees, then its key and value and who sees those, in blocks; sums lie in dqkv, which no
// other lane touches there, and have a fixed order. No score overflows: a visible one is at most logSumExp but for rounding.
// Rows past a clip's length, of qkv and dy alike, are not read and get 0; with `padded` 1 they count, and dy must be finite there.

// use: banded_pairs

const WG = 64u;
const BLOCK = 4u; // of 8 drivers on CPUs compile five times as long

@group(0) @binding(0) var<storage, read> qkv: array<vec4f>;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read> rowStats: array<vec2f>;
@group(0) @binding(3) var<storage, read> lengths: array<u32>;
@group(0) @binding(4) var<storage, read> seed: array<u32>;
@group(0) @binding(5) var<storage, read_write> dqkv: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

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
  let base = 3u * b * params.length * width + head * cols; // of the clip's first query
  let pullBase = b * params.length * width + head * cols; // of the clip's first row of dy
  let at = base + 3u * i * width;
  let lines = (b * params.heads + head) * params.length;
  let key = vec2u(seed[0], seed[1]);
  let rows = min(lengths[b], params.length);
  for (var c = 0u; c < cols; c++) {
    dqkv[at + c] = vec4f(0.0);
    dqkv[at + width + c] = vec4f(0.0);
    dqkv[at + 2u * width + c] = vec4f(0.0);
  }

  // 1. The row's query, with the keys it sees.
  let seen = keysOf(i, rows);
  let ownStats = rowStats[lines + i];
  for (var first = 0u; first < seen.count; first += BLOCK) {
    var keyAt = array<u32, BLOCK>();
    var weight = array<f32, BLOCK>();
    var grad = array<f32, BLOCK>();
    for (var m = 0u; m < BLOCK; m++) { // unroll
      keyAt[m] = base + (3u * memberOf(seen, first + m, i) + 1u) * width;
    }
    for (var c = 0u; c < cols; c++) {
      let query = qkv[at + c];
      let pull = dy[pullBase + i * width + c];
      for (var m = 0u; m < BLOCK; m++) { // unroll
        weight[m] += dot(query, qkv[keyAt[m] + c]);
        grad[m] += dot(pull, qkv[keyAt[m] + width + c]);
      }
    }
    for (var m = 0u; m < BLOCK; m++) { // unroll
      let keep = pairFactor(lines + i, i, memberOf(seen, first + m, i), key);
      let w = select(0.0, exp(weight[m] * params.scale - ownStats.x), first + m < seen.count);
      grad[m] = w * (keep * grad[m] - ownStats.y) * params.scale;
    }
    for (var c = 0u; c < cols; c++) {
      var sum = dqkv[at + c];
      for (var m = 0u; m < BLOCK; m++) { // unroll
        sum += grad[m] * qkv[keyAt[m] + c];
      }
      dqkv[at + c] = sum;
    }
  }

  // 2. The row's key and value, with the queries that see them.
  let seers = queriesOf(i, rows);
  for (var first = 0u; first < seers.count; first += BLOCK) {
    var query = array<u32, BLOCK>();
    var weight = array<f32, BLOCK>();
    var grad = array<f32, BLOCK>();
    for (var m = 0u; m < BLOCK; m++) { // unroll
      query[m] = memberOf(seers, first + m, i);
    }
    for (var c = 0u; c < cols; c++) {
      let ownKey = qkv[at + width + c];
      let ownValue = qkv[at + 2u * width + c];
      for (var m = 0u; m < BLOCK; m++) { // unroll
        weight[m] += dot(ownKey, qkv[base + 3u * query[m] * width + c]);
        grad[m] += dot(ownValue, dy[pullBase + query[m] * width + c]);
      }
    }
    for (var m = 0u; m < BLOCK; m++) { // unroll
      let stats = rowStats[lines + query[m]];
      let keep = pairFactor(lines + query[m], query[m], i, key);
      let w = select(0.0, exp(weight[m] * params.scale - stats.x), first + m < seers.count);
      grad[m] = w * (keep * grad[m] - stats.y) * params.scale;
      weight[m] = keep * w;
    }
    for (var c = 0u; c < cols; c++) {
      var keySum = dqkv[at + width + c];
      var valueSum = dqkv[at + 2u * width + c];
      for (var m = 0u; m < BLOCK; m++) { // unroll
        keySum += grad[m] * qkv[base + 3u * query[m] * width + c];
        valueSum += weight[m] * dy[pullBase + query[m] * width + c];
      }
      dqkv[at + width + c] = keySum;
      dqkv[at + 2u * width + c] = valueSum;
    }
  }
}
