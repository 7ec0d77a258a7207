// attention: every query takes a weighted mean of the values, weighted by how well its key matches. No score is ever stored.
//
//   s[j] = scale · Σ_c q[i,c]·k[j,c]        for the visible j: j < keyLengths[b], and j <= i where causal
//   y[i] = Σ_j exp(s[j] - L)·v[j],   L = log Σ_j exp(s[j])
//
// q, y       : [B, Tq, D] f32, D = heads·headWidth, read as vec4; head h is columns h·headWidth … (h+1)·headWidth - 1
// k, v       : [B, Tk, D] f32
// keyLengths : [B] u32
// q has rows of queryStride numbers, k and v of keyStride, D of them from keyColumn and valueColumn on: all may be one tensor, side by side
// logSumExp  : [B, H, Tq] f32, the L from which the gradients rebuild the weights
// headWidth is a multiple of 4. A query that sees no key gets y = 0 and L = 0.
// One lane owns ROWS neighbouring queries of one head and walks the keys in blocks: in registers it holds the scores of one block
// only, so that a load of k or v serves ROWS queries; the mean so far lives in y. No workgroup memory and no barrier.
//
// Safe for scores of any size: exp is taken under the running maximum, and what older blocks summed fades by exp(old - new) <= 1.
// y is a mean after every block, never a sum that grows. Keys past the last visible one are stood in for by that one, at weight 0:
// their rows are not read, so NaN in padding stays there. Queries past the last repeat it and write the same numbers again.
//
// With operands in f16 it is attention_half: q, k and v are what to_half makes, and weights are rounded before they meet the values:
//   w[j] = exp(s[j]) / 2^m,                 m whole, the least for which no w[j] is over 1
//   y[i] = Σ_j f16(w[j])·v[j] / Σ_j w[j]
// Scores, exponentials, sums, y and L are f32. A product of two f16 numbers is exact there, so what differs is the rounding of q, k and v, up
// to 2^-11 of each, and of the weights. These are rounded before they are divided by their sum, the highest being over 1/2, so that none of
// weight is below 2^-14, where f16 loses digits. Scores may be far over f16's 65504: they are f32.
//
// Where a step drops weights it is attention_dropped: y[i] = Σ_j keep[i,j]·exp(s[j] - L)·v[j], keep[i,j] being 1/(1 - rate) or, for a share
// `rate` of the pairs, 0; L is of all visible pairs.

// use: attention_buffers, softmax_f32

const WG = 32u;
const ROWS = 4u; // tune: 4 8
const QUADS = 2u; // tune: 2 4, a block is 4 · QUADS keys
const LOWEST = -1e30;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let tile = (group.y * groups.x + group.x) * WG + lane;
  let tiles = (params.queries + ROWS - 1u) / ROWS;
  if (tile >= params.batch * params.heads * tiles) { return; }
  let bh = tile / tiles;
  let b = bh / params.heads;
  let cols = params.headWidth / 4u;
  let width = params.heads * cols;
  let column = bh % params.heads * cols;
  let queryWidth = params.queryStride / 4u;
  let keyWidth = params.keyStride / 4u;
  let keyBase = b * params.keys * keyWidth + params.keyColumn / 4u + column;
  let gap = (params.valueColumn - params.keyColumn) / 4u; // from a key to its value
  let length = min(keyLengths[b], params.keys);
  let firstQuery = tile % tiles * ROWS;
  let unit = scoreUnit(params.scale);

  // 1. The lane's queries: where they lie and how far they see.
  var row: array<u32, ROWS>;
  var queryAt: array<u32, ROWS>;
  var at: array<u32, ROWS>;
  var sees: array<u32, ROWS>;
  var top: array<f32, ROWS>;
  var total: array<f32, ROWS>;
  for (var r = 0u; r < ROWS; r++) { // unroll
    row[r] = min(firstQuery + r, params.queries - 1u);
    queryAt[r] = (b * params.queries + row[r]) * queryWidth + column;
    at[r] = (b * params.queries + row[r]) * width + column;
    sees[r] = select(length, min(length, row[r] + 1u), params.causal != 0u);
    top[r] = LOWEST;
  }
  let rows = min(ROWS, params.queries - firstQuery);
  for (var r = 0u; r < rows; r++) {
    for (var c = 0u; c < cols; c++) {
      y[at[0] + r * width + c] = vec4f(0.0);
    }
  }

  let end = sees[ROWS - 1u];
  for (var first = 0u; first < end; first += 4u * QUADS) {
    var keyAt = array<vec4u, QUADS>();
    for (var n = 0u; n < QUADS; n++) { // unroll
      keyAt[n] = keyBase + min(first + 4u * n + vec4u(0u, 1u, 2u, 3u), vec4u(end - 1u)) * keyWidth;
    }

    // 2. Scores of ROWS queries with the block's keys.
    // Zeros must be asked for: Dawn 0.6.2 zeroes a bare `var` of a loop's body on the first turn only.
    var weight = array<array<vec4f, QUADS>, ROWS>();
    for (var c = 0u; c < cols; c++) {
      var query = array<vec4f, ROWS>();
      for (var r = 0u; r < ROWS; r++) { // unroll
        query[r] = widened(q[queryAt[r] + c]);
      }
      for (var n = 0u; n < QUADS; n++) { // unroll
        let k0 = widened(k[keyAt[n].x + c]);
        let k1 = widened(k[keyAt[n].y + c]);
        let k2 = widened(k[keyAt[n].z + c]);
        let k3 = widened(k[keyAt[n].w + c]);
        for (var r = 0u; r < ROWS; r++) { // unroll
          weight[r][n] += vec4f(dot(query[r], k0), dot(query[r], k1), dot(query[r], k2), dot(query[r], k3));
        }
      }
    }

    // 3. From scores to shares of everything seen so far; `keep` is the share the older blocks retain.
    var keep = array<f32, ROWS>();
    for (var r = 0u; r < ROWS; r++) { // unroll
      var highs = vec4f(top[r]);
      for (var n = 0u; n < QUADS; n++) { // unroll
        let seen = first + 4u * n + vec4u(0u, 1u, 2u, 3u) < vec4u(sees[r]);
        weight[r][n] = select(vec4f(LOWEST), weight[r][n] * unit, seen);
        highs = max(highs, weight[r][n]);
      }
      let high = levelOf(max(max(highs.x, highs.y), max(highs.z, highs.w)));
      let older = total[r] * power(top[r] - high);
      var sums = vec4f(0.0);
      for (var n = 0u; n < QUADS; n++) { // unroll
        weight[r][n] = powers(weight[r][n] - high);
        sums += weight[r][n];
      }
      top[r] = high;
      total[r] = older + ((sums.x + sums.y) + (sums.z + sums.w));
      keep[r] = older / total[r];
      for (var n = 0u; n < QUADS; n++) { // unroll
        weight[r][n] = rounded(weight[r][n]) / total[r] * keepOfKeys(bh * params.queries + row[r], first + 4u * n);
      }
    }

    // 4. The mean moves toward the block's values.
    for (var c = 0u; c < cols; c++) {
      var mean = array<vec4f, ROWS>();
      for (var r = 0u; r < ROWS; r++) { // unroll
        mean[r] = y[at[r] + c] * keep[r];
      }
      for (var n = 0u; n < QUADS; n++) { // unroll
        let v0 = widened(v[keyAt[n].x + gap + c]);
        let v1 = widened(v[keyAt[n].y + gap + c]);
        let v2 = widened(v[keyAt[n].z + gap + c]);
        let v3 = widened(v[keyAt[n].w + gap + c]);
        for (var r = 0u; r < ROWS; r++) { // unroll
          mean[r] += weight[r][n].x * v0 + weight[r][n].y * v1 + weight[r][n].z * v2 + weight[r][n].w * v3;
        }
      }
      for (var r = 0u; r < ROWS; r++) { // unroll
        y[at[r] + c] = mean[r];
      }
    }
  }

  for (var r = 0u; r < ROWS; r++) { // unroll
    logSumExp[bh * params.queries + row[r]] = select(0.0, logSumOf(top[r], total[r]), end > 0u);
  }
}
