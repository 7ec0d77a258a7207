// banded_attention: attention in which every row sees only those up to `reach` before and behind it. No score is ever stored, and the cost is that
// of length · (2·reach + 1) pairs.
//
//   s[j] = scale · Σ_c q[i,c]·k[j,c]        for the visible j
//   y[i] = Σ_j keep[i,j] · exp(s[j] - L)·v[j],   L = log Σ_j exp(s[j])
//
// qkv       : [B, T, 3D] f32, D = heads·headWidth, queries, keys and values side by side, read as vec4; headWidth a multiple of 4
// lengths   : [B] u32, each at most T; more counts as T
// seed      : [4] u32, of which two are used; new ones every step; of no account at rate 0
// y         : [B, T, D] f32
// logSumExp : [B, H, T] f32, the L from which the gradients rebuild the weights
// Visible to row i are the rows j of its clip, j < lengths[b], with |i - j| <= reach. Rows past the clip's length are not read: they get y = 0 and
// L = 0. With `padded` 1 they see the clip's rows in reach and themselves, as in the released Sign2GPT.
// keep[i,j] is 1/(1 - rate) or, for a share `rate` of the pairs, 0; L is of all visible pairs.
// One lane owns one row of one head and walks the visible keys in blocks: a window of 7 is one. Safe for scores of any size: exp is taken under the
// running maximum, and what older blocks summed fades by exp(old - new) <= 1. Past the last visible key that one is read again, at weight 0.

// use: banded_pairs

const WG = 64u;
const BLOCK = 8u;
const LOWEST = -1e30;

@group(0) @binding(0) var<storage, read> qkv: array<vec4f>;
@group(0) @binding(1) var<storage, read> lengths: array<u32>;
@group(0) @binding(2) var<storage, read> seed: array<u32>;
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
  let base = 3u * b * params.length * width + head * cols; // of the clip's first query
  let queryAt = base + 3u * i * width;
  let to = row * width + head * cols;
  let line = (b * params.heads + head) * params.length + i;
  let key = vec2u(seed[0], seed[1]);
  let band = keysOf(i, min(lengths[b], params.length));

  var top = LOWEST;
  var total = 0.0;
  for (var c = 0u; c < cols; c++) { y[to + c] = vec4f(0.0); }
  for (var first = 0u; first < band.count; first += BLOCK) {
    // 1. Scores with the block's keys.
    var keyAt = array<u32, BLOCK>();
    var weight = array<f32, BLOCK>();
    for (var m = 0u; m < BLOCK; m++) { // unroll
      keyAt[m] = base + (3u * memberOf(band, first + m, i) + 1u) * width;
    }
    for (var c = 0u; c < cols; c++) {
      let query = qkv[queryAt + c];
      for (var m = 0u; m < BLOCK; m++) { // unroll
        weight[m] += dot(query, qkv[keyAt[m] + c]);
      }
    }

    // 2. From scores to shares of everything seen so far; `faded` is the share the older blocks retain.
    var high = top;
    for (var m = 0u; m < BLOCK; m++) { // unroll
      weight[m] = select(LOWEST, weight[m] * params.scale, first + m < band.count);
      high = max(high, weight[m]);
    }
    let older = total * exp(top - high);
    var sum = 0.0;
    for (var m = 0u; m < BLOCK; m++) { // unroll
      weight[m] = exp(weight[m] - high);
      sum += weight[m];
    }
    top = high;
    total = older + sum;
    let faded = older / total;
    for (var m = 0u; m < BLOCK; m++) { // unroll
      weight[m] = weight[m] / total * pairFactor(line, i, memberOf(band, first + m, i), key);
    }

    // 3. Along the block's values.
    for (var c = 0u; c < cols; c++) {
      var mean = y[to + c] * faded;
      for (var m = 0u; m < BLOCK; m++) { // unroll
        mean += weight[m] * qkv[keyAt[m] + width + c];
      }
      y[to + c] = mean;
    }
  }
  logSumExp[line] = select(0.0, top + log(total), band.count > 0u);
}
