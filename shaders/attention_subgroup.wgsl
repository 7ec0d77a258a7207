// attention_subgroup: attention for adapters whose lanes can turn numbers to each other, and for whom loads are dear: software drivers.
//
//   s[j] = scale · Σ_c q[i,c]·k[j,c]        for the visible j: j < keyLengths[b], and j <= i where causal
//   y[i] = Σ_j exp(s[j] - L)·v[j],   L = log Σ_j exp(s[j])
//
// q, y       : [B, Tq, D] f32, D = heads·headWidth, read as vec4; head h is columns h·headWidth … (h+1)·headWidth - 1
// k, v       : [B, Tk, D] f32
// keyLengths : [B] u32
// q has rows of queryStride numbers, k and v of keyStride, D of them from keyColumn and valueColumn on: all may be one tensor, side by side
// logSumExp  : [B, H, Tq] f32, the L from which the gradients rebuild the weights
// headWidth is a multiple of 4, at most 4·LANES·SPAN·TURNS. A query that sees no key gets y = 0 and L = 0.
// One subgroup owns ROWS neighbouring queries of one head and walks the keys in blocks of four a lane. Scores are made as
// linear_subgroup makes products: each lane loads its own keys and one query in LANES, and the queries are passed around. Then each
// lane holds its keys' weights for all ROWS queries, and these are passed around while the lanes load their own columns of the values.
//
// Safe for scores of any size, as attention: exp is taken under the running maximum, and y is a mean after every block. Keys past the
// last visible one are stood in for by that one, at weight 0: NaN in padding stays there. Queries past the last are not stored.
// With operands in f16 it is attention_half_subgroup, with roundings as in attention_half.

// use: attention_buffers, softmax_f32

enable subgroups;

const LANES = 8u; // tune: 4 8, the adapter's subgroup size
const ROWS = 8u; // tune: 8 16 32, queries of a tile: more share each load, and compile for longer
const SPAN = 2u; // tune: 1 2 3 4, vectors of 4 columns a lane takes at once, so that what is passed around serves them all
const TURNS = 1u; // tune: headWidth / (4 · LANES · SPAN), rounded up
const LOWEST = -1e30;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let bh = group.y;
  let b = bh / params.heads;
  let cols = params.headWidth / 4u;
  let turns = (cols + LANES * SPAN - 1u) / (LANES * SPAN); // not the constant: drivers would write the loop out, and compile for seconds
  let width = params.heads * cols;
  let column = bh % params.heads * cols;
  let queryWidth = params.queryStride / 4u;
  let keyWidth = params.keyStride / 4u;
  let keyBase = b * params.keys * keyWidth + params.keyColumn / 4u + column;
  let gap = (params.valueColumn - params.keyColumn) / 4u; // from a key to its value
  let queryBase = b * params.queries * queryWidth + column;
  let base = b * params.queries * width + column;
  let firstQuery = group.x * ROWS;
  let lastQuery = min(firstQuery + ROWS, params.queries) - 1u;
  let length = min(keyLengths[b], params.keys);
  let causal = params.causal != 0u;
  let unit = scoreUnit(params.scale);
  let end = select(length, min(length, lastQuery + 1u), causal); // keys that some query of the tile sees

  var top: array<vec4f, ROWS / 4u>; // of four queries each
  var total: array<vec4f, ROWS / 4u>;
  var means: array<array<array<vec4f, SPAN>, ROWS>, TURNS>;
  for (var g = 0u; g < ROWS / 4u; g++) { // unroll
    top[g] = vec4f(LOWEST);
  }

  for (var first = 0u; first < end; first += 4u * LANES) {
    // 1. Scores of all queries with the lane's four keys.
    let ids = first + 4u * lane + vec4u(0u, 1u, 2u, 3u);
    let keyAt = keyBase + min(ids, vec4u(end - 1u)) * keyWidth;
    var weight = array<vec4f, ROWS>();
    for (var c = 0u; c < cols; c++) {
      let keys = mat4x4f(widened(k[keyAt.x + c]), widened(k[keyAt.y + c]), widened(k[keyAt.z + c]), widened(k[keyAt.w + c]));
      var held = array<vec4f, ROWS / LANES>();
      for (var h = 0u; h < ROWS / LANES; h++) { // unroll
        held[h] = widened(q[queryBase + min(firstQuery + h * LANES + lane, lastQuery) * queryWidth + c]);
      }
      for (var h = 0u; h < ROWS / LANES; h++) { // unroll
        for (var m = 0u; m < LANES; m++) { // unroll
          weight[h * LANES + m] += subgroupShuffle(held[h], m) * keys; // four dot products
        }
      }
    }

    // 2. From scores to shares of everything seen so far; `keep` is the share the older blocks retain.
    var keep = array<vec4f, ROWS / 4u>();
    for (var g = 0u; g < ROWS / 4u; g++) { // unroll
      let sees = select(vec4u(length), min(vec4u(length), firstQuery + 4u * g + vec4u(1u, 2u, 3u, 4u)), causal);
      let scores0 = select(vec4f(LOWEST), weight[4u * g] * unit, ids < sees.xxxx);
      let scores1 = select(vec4f(LOWEST), weight[4u * g + 1u] * unit, ids < sees.yyyy);
      let scores2 = select(vec4f(LOWEST), weight[4u * g + 2u] * unit, ids < sees.zzzz);
      let scores3 = select(vec4f(LOWEST), weight[4u * g + 3u] * unit, ids < sees.wwww);
      let high = max(top[g], levelsOf(highest(vec4f(widest(scores0), widest(scores1), widest(scores2), widest(scores3)))));
      let older = total[g] * powers(top[g] - high);
      let shares0 = powers(scores0 - high.x);
      let shares1 = powers(scores1 - high.y);
      let shares2 = powers(scores2 - high.z);
      let shares3 = powers(scores3 - high.w);
      let sum = older + summed(vec4f(1.0) * mat4x4f(shares0, shares1, shares2, shares3));
      top[g] = high;
      total[g] = sum;
      keep[g] = older / sum;
      let line = bh * params.queries + firstQuery + 4u * g;
      weight[4u * g] = rounded(shares0) / sum.x * keepOfKeys(line, ids.x);
      weight[4u * g + 1u] = rounded(shares1) / sum.y * keepOfKeys(line + 1u, ids.x);
      weight[4u * g + 2u] = rounded(shares2) / sum.z * keepOfKeys(line + 2u, ids.x);
      weight[4u * g + 3u] = rounded(shares3) / sum.w * keepOfKeys(line + 3u, ids.x);
    }

    // 3. The means move toward the block's values, LANES · SPAN vectors of columns a turn.
    let quads = (min(end - first, 4u * LANES) + 3u) / 4u;
    for (var turn = 0u; turn < turns; turn++) {
      var mean = array<array<vec4f, SPAN>, ROWS>();
      for (var r = 0u; r < ROWS; r++) { // unroll
        for (var s = 0u; s < SPAN; s++) { // unroll
          mean[r][s] = means[min(turn, TURNS - 1u)][r][s] * keep[r / 4u][r % 4u];
        }
      }
      for (var n = 0u; n < quads; n++) {
        let rows = keyBase + gap + min(first + 4u * n + vec4u(0u, 1u, 2u, 3u), vec4u(end - 1u)) * keyWidth;
        var values = array<mat4x4f, SPAN>();
        for (var s = 0u; s < SPAN; s++) { // unroll
          let at = rows + min((turn * SPAN + s) * LANES + lane, cols - 1u);
          values[s] = transpose(mat4x4f(widened(v[at.x]), widened(v[at.y]), widened(v[at.z]), widened(v[at.w])));
        }
        for (var r = 0u; r < ROWS; r++) { // unroll
          let share = subgroupShuffle(weight[r], n);
          for (var s = 0u; s < SPAN; s++) { // unroll
            mean[r][s] += share * values[s];
          }
        }
      }
      for (var r = 0u; r < ROWS; r++) { // unroll
        for (var s = 0u; s < SPAN; s++) { // unroll
          means[min(turn, TURNS - 1u)][r][s] = mean[r][s];
        }
      }
    }
  }

  for (var turn = 0u; turn < turns; turn++) {
    for (var s = 0u; s < SPAN; s++) { // unroll
      let col = (turn * SPAN + s) * LANES + lane;
      for (var r = 0u; r < ROWS; r++) { // unroll
        if (col < cols && firstQuery + r <= lastQuery) {
          y[base + (firstQuery + r) * width + col] = means[min(turn, TURNS - 1u)][r][s];
        }
      }
    }
  }
  for (var r = 0u; r < ROWS; r++) { // unroll
    if (lane == 0u && firstQuery + r < params.queries) {
      logSumExp[bh * params.queries + firstQuery + r] = select(0.0, logSumOf(top[r / 4u][r % 4u], total[r / 4u][r % 4u]), end > 0u);
    }
  }
}

fn widest(scores: vec4f) -> f32 {
  return max(max(scores.x, scores.y), max(scores.z, scores.w));
}

/** The highest of all lanes' numbers, on every lane. */
fn highest(own: vec4f) -> vec4f {
  var high = own;
  for (var step = 1u; step < LANES; step *= 2u) { high = max(high, subgroupShuffleXor(high, step)); }
  return high;
}

/** The sum of all lanes' numbers, on every lane: pairs, then pairs of pairs. */
fn summed(own: vec4f) -> vec4f {
  var sum = own;
  for (var step = 1u; step < LANES; step *= 2u) { sum += subgroupShuffleXor(sum, step); }
  return sum;
}
