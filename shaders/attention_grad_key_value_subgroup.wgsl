// attention_grad_key_value_subgroup: attention_grad_key_value for adapters whose lanes can pass numbers to each other, as attention_subgroup.
//
//   w[i]  = exp(scale · q[i]·k[j] - logSumExp[i])             the weight query i gave to key j
//   dv[j] = Σ_i w[i]·dy[i]
//   dk[j] = scale · Σ_i w[i]·(dy[i]·v[j] - delta[i])·q[i]     over the queries i that see j, as in attention
//
// q, dy            : [B, Tq, D] f32, D = heads·headWidth, read as vec4, headWidth a multiple of 4, at most 4·LANES·SPAN·TURNS
// k, v             : [B, Tk, D] f32
// dkv              : dk and dv [B, Tk, D] f32 side by side, where k and v are in theirs; rows j >= keyLengths[b] become 0
// rowStats            : [B, H, Tq] of (logSumExp, delta), from attention_delta
// keyLengths       : [B] u32
// q has rows of queryStride numbers, k and v of keyStride, D of them from keyColumn and valueColumn on: all may be one tensor, side by side
// One subgroup owns ROWS neighbouring keys of one head and walks the queries in blocks of four a lane, with the roles of queries and
// keys in attention_grad_query_subgroup changed over; sums have a fixed order.
//
// No score overflows: a visible one is at most logSumExp but for rounding. Rows of k and v past the length are not read: NaN in
// padding stays there. Every query counts, padding or not, so dy must be finite in all of them and 0 where it means nothing.
// With operands in f16 it is attention_half_grad_key_value_subgroup, with roundings as in attention_half_grad_key_value.

// use: attention_grad_buffers

enable subgroups;

const LANES = 8u; // tune: 4 8, the adapter's subgroup size
const ROWS = 8u; // tune: 8 16 32, keys of a tile: more share each load, and compile for longer
const SPAN = 2u; // tune: 1 2 3 4, vectors of 4 columns a lane takes at once, so that what is passed around serves them all
const TURNS = 1u; // tune: headWidth / (4 · LANES · SPAN), rounded up

@group(0) @binding(6) var<storage, read_write> dkv: array<vec4f>;

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
  let pullBase = b * params.queries * width + column;
  let length = min(keyLengths[b], params.keys);
  let firstKey = group.x * ROWS;
  let causal = params.causal != 0u;
  let begin = select(params.queries, select(0u, firstKey, causal), firstKey < length); // the first query that sees a key of the tile
  let lastQuery = params.queries - 1u;

  // The keys that this lane loads: those past the length are seen by none, and the last real one is read for them.
  var keyAt: array<u32, ROWS / LANES>;
  for (var h = 0u; h < ROWS / LANES; h++) { // unroll
    keyAt[h] = keyBase + min(firstKey + h * LANES + lane, max(length, 1u) - 1u) * keyWidth;
  }

  var keySums: array<array<array<vec4f, SPAN>, ROWS>, TURNS>;
  var valueSums: array<array<array<vec4f, SPAN>, ROWS>, TURNS>;
  for (var first = begin; first < params.queries; first += 4u * LANES) {
    // 1. Scores, and the gradients dy·v of the weights, of all keys with the lane's four queries.
    let ids = first + 4u * lane + vec4u(0u, 1u, 2u, 3u);
    let row = min(ids, vec4u(lastQuery));
    let queryAt = queryBase + row * queryWidth;
    let pullAt = pullBase + row * width;
    var weight = array<vec4f, ROWS>();
    var grad = array<vec4f, ROWS>();
    for (var c = 0u; c < cols; c++) {
      let queries = mat4x4f(widened(q[queryAt.x + c]), widened(q[queryAt.y + c]), widened(q[queryAt.z + c]), widened(q[queryAt.w + c]));
      let pulls = mat4x4f(widened(dy[pullAt.x + c]), widened(dy[pullAt.y + c]), widened(dy[pullAt.z + c]), widened(dy[pullAt.w + c]));
      var key = array<vec4f, ROWS / LANES>();
      var value = array<vec4f, ROWS / LANES>();
      for (var h = 0u; h < ROWS / LANES; h++) { // unroll
        key[h] = widened(k[keyAt[h] + c]);
        value[h] = widened(v[keyAt[h] + gap + c]);
      }
      for (var h = 0u; h < ROWS / LANES; h++) { // unroll
        for (var m = 0u; m < LANES; m++) { // unroll
          weight[h * LANES + m] += subgroupShuffle(key[h], m) * queries; // four dot products
          grad[h * LANES + m] += subgroupShuffle(value[h], m) * pulls;
        }
      }
    }

    // 2. Weights, and gradients of the scores.
    let line = bh * params.queries + row;
    let known = transpose(mat4x2f(rowStats[line.x], rowStats[line.y], rowStats[line.z], rowStats[line.w]));
    for (var g = 0u; g < ROWS / 4u; g++) { // unroll
      let keep = keepOfTile(line, firstKey + 4u * g);
      for (var m = 0u; m < 4u; m++) { // unroll
        let r = 4u * g + m;
        let since = select(params.queries, select(0u, firstKey + r, causal), firstKey + r < length);
        let sees = (ids >= vec4u(since)) & (ids <= vec4u(lastQuery));
        weight[r] = select(vec4f(0.0), exp(weight[r] * params.scale - known[0]), sees);
        grad[r] = rounded(weight[r] * (keep[m] * grad[r] - known[1])) * params.scale;
        weight[r] = rounded(weight[r]) * keep[m];
      }
    }

    // 3. Along the queries and the gradients at the output, LANES · SPAN vectors of columns a turn.
    let quads = (min(params.queries - first, 4u * LANES) + 3u) / 4u;
    for (var turn = 0u; turn < turns; turn++) {
      var keySum = array<array<vec4f, SPAN>, ROWS>();
      var valueSum = array<array<vec4f, SPAN>, ROWS>();
      for (var r = 0u; r < ROWS; r++) { // unroll
        for (var s = 0u; s < SPAN; s++) { // unroll
          keySum[r][s] = keySums[min(turn, TURNS - 1u)][r][s];
          valueSum[r][s] = valueSums[min(turn, TURNS - 1u)][r][s];
        }
      }
      for (var n = 0u; n < quads; n++) {
        let rows = min(first + 4u * n + vec4u(0u, 1u, 2u, 3u), vec4u(lastQuery));
        for (var s = 0u; s < SPAN; s++) { // unroll
          let own = min((turn * SPAN + s) * LANES + lane, cols - 1u);
          let asked = queryBase + own + rows * queryWidth;
          let pulled = pullBase + own + rows * width;
          let queries = transpose(mat4x4f(widened(q[asked.x]), widened(q[asked.y]), widened(q[asked.z]), widened(q[asked.w])));
          let pulls = transpose(mat4x4f(widened(dy[pulled.x]), widened(dy[pulled.y]), widened(dy[pulled.z]), widened(dy[pulled.w])));
          for (var r = 0u; r < ROWS; r++) { // unroll
            keySum[r][s] += subgroupShuffle(grad[r], n) * queries;
            valueSum[r][s] += subgroupShuffle(weight[r], n) * pulls;
          }
        }
      }
      for (var r = 0u; r < ROWS; r++) { // unroll
        for (var s = 0u; s < SPAN; s++) { // unroll
          keySums[min(turn, TURNS - 1u)][r][s] = keySum[r][s];
          valueSums[min(turn, TURNS - 1u)][r][s] = valueSum[r][s];
        }
      }
    }
  }

  for (var turn = 0u; turn < turns; turn++) {
    for (var s = 0u; s < SPAN; s++) { // unroll
      let col = (turn * SPAN + s) * LANES + lane;
      for (var r = 0u; r < ROWS; r++) { // unroll
        if (col < cols && firstKey + r < params.keys) {
          dkv[keyBase + (firstKey + r) * keyWidth + col] = keySums[min(turn, TURNS - 1u)][r][s];
          dkv[keyBase + (firstKey + r) * keyWidth + gap + col] = valueSums[min(turn, TURNS - 1u)][r][s];
        }
      }
    }
  }
}
