// attention_grad_query_subgroup: attention_grad_query for adapters whose lanes can pass numbers to each other, as attention_subgroup.
//
//   w[j]  = exp(s[j] - logSumExp[i])                 the weights again, from the scores s[j] = scale · q[i]·k[j]
//   dq[i] = scale · Σ_j w[j]·(dy[i]·v[j] - delta[i])·k[j]      over the visible j, as in attention
//
// q, dy, dq        : [B, Tq, D] f32, dq with the rows of q, D = heads·headWidth, read as vec4, headWidth a multiple of 4,
//                    at most 4·LANES·SPAN·TURNS
// k, v             : [B, Tk, D] f32
// rowStats            : [B, H, Tq] of (logSumExp, delta), from attention_delta
// keyLengths       : [B] u32
// q has rows of queryStride numbers, k and v of keyStride, D of them from keyColumn and valueColumn on: all may be one tensor, side by side
// One subgroup owns ROWS neighbouring queries of one head and walks the keys in blocks of four a lane: scores and gradients first, the
// lane's keys and values against the queries passed around; then the gradients are passed around along the lanes' columns of the keys.
//
// No score overflows: a visible one is at most logSumExp but for rounding, so its weight is at most about 1. Keys past the last
// visible one are not read: NaN in padding stays there. A query that sees no key gets 0.
// With operands in f16 it is attention_half_grad_query_subgroup, with roundings as in attention_half_grad_query.

// use: attention_grad_buffers

enable subgroups;

const LANES = 8u; // tune: 4 8, the adapter's subgroup size
const ROWS = 8u; // tune: 8 16 32, queries of a tile: more share each load, and compile for longer
const SPAN = 2u; // tune: 1 2 3 4, vectors of 4 columns a lane takes at once, so that what is passed around serves them all
const TURNS = 1u; // tune: headWidth / (4 · LANES · SPAN), rounded up

@group(0) @binding(6) var<storage, read_write> dq: array<vec4f>;

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
  let end = select(length, min(length, lastQuery + 1u), causal); // keys that some query of the tile sees

  // The queries that this lane loads, and what is known of them.
  var queryAt: array<u32, ROWS / LANES>;
  var pullAt: array<u32, ROWS / LANES>;
  var line: array<vec2f, ROWS / LANES>;
  for (var h = 0u; h < ROWS / LANES; h++) { // unroll
    let row = min(firstQuery + h * LANES + lane, lastQuery);
    queryAt[h] = queryBase + row * queryWidth;
    pullAt[h] = base + row * width;
    line[h] = rowStats[bh * params.queries + row];
  }

  var sums: array<array<array<vec4f, SPAN>, ROWS>, TURNS>;
  for (var first = 0u; first < end; first += 4u * LANES) {
    // 1. Scores, and the gradients dy·v of the weights, of all queries with the lane's four keys.
    let ids = first + 4u * lane + vec4u(0u, 1u, 2u, 3u);
    let keyAt = keyBase + min(ids, vec4u(end - 1u)) * keyWidth;
    var score = array<vec4f, ROWS>();
    var grad = array<vec4f, ROWS>();
    for (var c = 0u; c < cols; c++) {
      let keys = mat4x4f(widened(k[keyAt.x + c]), widened(k[keyAt.y + c]), widened(k[keyAt.z + c]), widened(k[keyAt.w + c]));
      let values = mat4x4f(widened(v[keyAt.x + gap + c]), widened(v[keyAt.y + gap + c]), widened(v[keyAt.z + gap + c]), widened(v[keyAt.w + gap + c]));
      var query = array<vec4f, ROWS / LANES>();
      var pull = array<vec4f, ROWS / LANES>();
      for (var h = 0u; h < ROWS / LANES; h++) { // unroll
        query[h] = widened(q[queryAt[h] + c]);
        pull[h] = widened(dy[pullAt[h] + c]);
      }
      for (var h = 0u; h < ROWS / LANES; h++) { // unroll
        for (var m = 0u; m < LANES; m++) { // unroll
          score[h * LANES + m] += subgroupShuffle(query[h], m) * keys; // four dot products
          grad[h * LANES + m] += subgroupShuffle(pull[h], m) * values;
        }
      }
    }

    // 2. Gradients of the scores.
    for (var h = 0u; h < ROWS / LANES; h++) { // unroll
      for (var m = 0u; m < LANES; m++) { // unroll
        let known = subgroupShuffle(line[h], m);
        let sees = select(length, min(length, firstQuery + h * LANES + m + 1u), causal);
        let weight = select(vec4f(0.0), exp(score[h * LANES + m] * params.scale - known.x), ids < vec4u(sees));
        let keep = keepOfKeys(bh * params.queries + firstQuery + h * LANES + m, ids.x);
        grad[h * LANES + m] = rounded(weight * (keep * grad[h * LANES + m] - known.y)) * params.scale;
      }
    }

    // 3. Along the keys, LANES · SPAN vectors of columns a turn.
    let quads = (min(end - first, 4u * LANES) + 3u) / 4u;
    for (var turn = 0u; turn < turns; turn++) {
      var sum = array<array<vec4f, SPAN>, ROWS>();
      for (var r = 0u; r < ROWS; r++) { // unroll
        for (var s = 0u; s < SPAN; s++) { // unroll
          sum[r][s] = sums[min(turn, TURNS - 1u)][r][s];
        }
      }
      for (var n = 0u; n < quads; n++) {
        let rows = keyBase + min(first + 4u * n + vec4u(0u, 1u, 2u, 3u), vec4u(end - 1u)) * keyWidth;
        var keys = array<mat4x4f, SPAN>();
        for (var s = 0u; s < SPAN; s++) { // unroll
          let at = rows + min((turn * SPAN + s) * LANES + lane, cols - 1u);
          keys[s] = transpose(mat4x4f(widened(k[at.x]), widened(k[at.y]), widened(k[at.z]), widened(k[at.w])));
        }
        for (var r = 0u; r < ROWS; r++) { // unroll
          let pull = subgroupShuffle(grad[r], n);
          for (var s = 0u; s < SPAN; s++) { // unroll
            sum[r][s] += pull * keys[s];
          }
        }
      }
      for (var r = 0u; r < ROWS; r++) { // unroll
        for (var s = 0u; s < SPAN; s++) { // unroll
          sums[min(turn, TURNS - 1u)][r][s] = sum[r][s];
        }
      }
    }
  }

  for (var turn = 0u; turn < turns; turn++) {
    for (var s = 0u; s < SPAN; s++) { // unroll
      let col = (turn * SPAN + s) * LANES + lane;
      for (var r = 0u; r < ROWS; r++) { // unroll
        if (col < cols && firstQuery + r <= lastQuery) {
          dq[queryBase + (firstQuery + r) * queryWidth + col] = sums[min(turn, TURNS - 1u)][r][s];
        }
      }
    }
  }
}
