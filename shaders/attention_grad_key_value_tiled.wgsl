// attention_grad_key_value_tiled: attention_grad_key_value for GPUs, which have memory of their own for a workgroup and cheap barriers.
//
//   w[i]  = exp(scale · q[i]·k[j] - logSumExp[i])             the weight query i gave to key j
//   dv[j] = Σ_i w[i]·dy[i]
//   dk[j] = scale · Σ_i w[i]·(dy[i]·v[j] - delta[i])·q[i]     over the queries i that see j, as in attention
//
// q, dy            : [B, Tq, D] f32, D = heads·headWidth, read as vec4, headWidth a multiple of 4, at most 32·TURNS
// k, v             : [B, Tk, D] f32
// dkv              : dk and dv [B, Tk, D] f32 side by side, where k and v are in theirs; rows j >= keyLengths[b] become 0
// rowStats            : [B, H, Tq] of (logSumExp, delta), from attention_delta
// keyLengths       : [B] u32
// q has rows of queryStride numbers, k and v of keyStride, D of them from keyColumn and valueColumn on: all may be one tensor, side by side
// A workgroup of 8 by 8 lanes owns ROWS neighbouring keys of one head and walks the queries that see any of them in blocks of 32, with
// the roles of queries and keys in attention_grad_query_tiled changed over: lane (x, y) owns of weights and gradients the keys y + 8·m
// and the queries x + 8·n, of dk and dv the same keys and the vectors x + 8·turn. The same two pieces of memory hold a chunk of keys
// and queries, then of values and dy, then weights and dy, then gradients and queries: 2·ROWS + 128 loads a column and block for
// 4·ROWS·32 products of vectors. No two workgroups ever add to the same number, and the sums run over the queries in one fixed order.
//
// No score overflows: a visible one is at most logSumExp but for rounding. Rows of k and v past the length are not read: NaN in
// padding stays there. Every query counts, padding or not, so dy must be finite in all of them and 0 where it means nothing. How far a
// loop with barriers goes follows from the workgroup, params and keyLengths, the same for all its lanes.
// With operands in f16 it is attention_half_grad_key_value_tiled, with roundings as in attention_half_grad_key_value.

// use: attention_grad_buffers

const ROWS = 32u; // tune: 16 32 64, keys of a tile: more share each load, and make fewer workgroups
const TURNS = 2u; // tune: headWidth / 32, rounded up
const QUERIES = 32u;
const CHUNK = 8u; // vectors of a row at a time, one for each x
const PITCH = 9u; // of a row in the workgroup's memory, against bank conflicts

@group(0) @binding(6) var<storage, read_write> dkv: array<vec4f>;

var<workgroup> keyTile: array<vec4f, ROWS * PITCH>; // a chunk of k or v, then weights or gradients: at x those of queries x + 8·n
var<workgroup> queryTile: array<vec4f, QUERIES * PITCH>; // a chunk of the block's q or dy

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let bh = group.y;
  let b = bh / params.heads;
  let cols = params.headWidth / 4u;
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

  // Keys past the length are seen by none, and the last real one is read for them.
  var keyAt: array<u32, ROWS / 8u>;
  for (var m = 0u; m < ROWS / 8u; m++) { // unroll
    keyAt[m] = keyBase + min(firstKey + id.y + 8u * m, max(length, 1u) - 1u) * keyWidth;
  }

  var keySum: array<array<vec4f, ROWS / 8u>, TURNS>;
  var valueSum: array<array<vec4f, ROWS / 8u>, TURNS>;
  for (var first = begin; first < params.queries; first += QUERIES) {
    var queryAt = array<u32, 4>();
    var pullAt = array<u32, 4>();
    for (var n = 0u; n < 4u; n++) { // unroll
      let row = min(first + id.y + 8u * n, lastQuery);
      queryAt[n] = queryBase + row * queryWidth;
      pullAt[n] = pullBase + row * width;
    }

    // 1. Scores, and the gradients dy·v of the weights, chunk by chunk.
    var weight = array<vec4f, ROWS / 8u>();
    var grad = array<vec4f, ROWS / 8u>();
    for (var chunk = 0u; chunk < cols; chunk += CHUNK) {
      let col = min(chunk + id.x, cols - 1u);
      for (var m = 0u; m < ROWS / 8u; m++) { // unroll
        keyTile[(id.y + 8u * m) * PITCH + id.x] = widened(k[keyAt[m] + col]);
      }
      for (var n = 0u; n < 4u; n++) { // unroll
        queryTile[(id.y + 8u * n) * PITCH + id.x] = widened(q[queryAt[n] + col]);
      }
      workgroupBarrier();
      for (var c = 0u; c < min(CHUNK, cols - chunk); c++) {
        let at = id.x * PITCH + c;
        let queries = mat4x4f(queryTile[at], queryTile[at + 8u * PITCH], queryTile[at + 16u * PITCH], queryTile[at + 24u * PITCH]);
        for (var m = 0u; m < ROWS / 8u; m++) { // unroll
          weight[m] += keyTile[(id.y + 8u * m) * PITCH + c] * queries; // four dot products
        }
      }
      workgroupBarrier();
      for (var m = 0u; m < ROWS / 8u; m++) { // unroll
        keyTile[(id.y + 8u * m) * PITCH + id.x] = widened(v[keyAt[m] + gap + col]);
      }
      for (var n = 0u; n < 4u; n++) { // unroll
        queryTile[(id.y + 8u * n) * PITCH + id.x] = widened(dy[pullAt[n] + col]);
      }
      workgroupBarrier();
      for (var c = 0u; c < min(CHUNK, cols - chunk); c++) {
        let at = id.x * PITCH + c;
        let pulls = mat4x4f(queryTile[at], queryTile[at + 8u * PITCH], queryTile[at + 16u * PITCH], queryTile[at + 24u * PITCH]);
        for (var m = 0u; m < ROWS / 8u; m++) { // unroll
          grad[m] += keyTile[(id.y + 8u * m) * PITCH + c] * pulls;
        }
      }
      workgroupBarrier();
    }

    // 2. Weights, and gradients of the scores.
    let ids = first + id.x + vec4u(0u, 8u, 16u, 24u);
    let line = bh * params.queries + min(ids, vec4u(lastQuery));
    let l0 = rowStats[line.x];
    let l1 = rowStats[line.y];
    let l2 = rowStats[line.z];
    let l3 = rowStats[line.w];
    let level = vec4f(l0.x, l1.x, l2.x, l3.x);
    let mean = vec4f(l0.y, l1.y, l2.y, l3.y);
    for (var m = 0u; m < ROWS / 8u; m++) { // unroll
      let row = firstKey + id.y + 8u * m;
      let since = select(params.queries, select(0u, row, causal), row < length);
      let sees = (ids >= vec4u(since)) & (ids <= vec4u(lastQuery));
      weight[m] = select(vec4f(0.0), exp(weight[m] * params.scale - level), sees);
      let keep = keepOfPairs(line, vec4u(row));
      grad[m] = rounded(weight[m] * (keep * grad[m] - mean)) * params.scale;
      keyTile[(id.y + 8u * m) * PITCH + id.x] = rounded(weight[m]) * keep;
    }

    // 3. The values' sums along the gradients at the output, chunk by chunk: each lane its own vector of columns.
    for (var turn = 0u; turn < TURNS; turn++) { // unroll
      for (var n = 0u; n < 4u; n++) { // unroll
        queryTile[(id.y + 8u * n) * PITCH + id.x] = widened(dy[pullAt[n] + min(turn * CHUNK + id.x, cols - 1u)]);
      }
      workgroupBarrier();
      for (var i = 0u; i < 8u; i++) {
        let at = i * PITCH + id.x;
        let pulls = mat4x4f(queryTile[at], queryTile[at + 8u * PITCH], queryTile[at + 16u * PITCH], queryTile[at + 24u * PITCH]);
        for (var m = 0u; m < ROWS / 8u; m++) { // unroll
          valueSum[turn][m] += pulls * keyTile[(id.y + 8u * m) * PITCH + i];
        }
      }
      workgroupBarrier();
    }

    // 4. The keys' sums along the queries.
    for (var m = 0u; m < ROWS / 8u; m++) { // unroll
      keyTile[(id.y + 8u * m) * PITCH + id.x] = grad[m];
    }
    for (var turn = 0u; turn < TURNS; turn++) { // unroll
      for (var n = 0u; n < 4u; n++) { // unroll
        queryTile[(id.y + 8u * n) * PITCH + id.x] = widened(q[queryAt[n] + min(turn * CHUNK + id.x, cols - 1u)]);
      }
      workgroupBarrier();
      for (var i = 0u; i < 8u; i++) {
        let at = i * PITCH + id.x;
        let queries = mat4x4f(queryTile[at], queryTile[at + 8u * PITCH], queryTile[at + 16u * PITCH], queryTile[at + 24u * PITCH]);
        for (var m = 0u; m < ROWS / 8u; m++) { // unroll
          keySum[turn][m] += queries * keyTile[(id.y + 8u * m) * PITCH + i];
        }
      }
      workgroupBarrier();
    }
  }

  for (var m = 0u; m < ROWS / 8u; m++) { // unroll
    let row = firstKey + id.y + 8u * m;
    for (var turn = 0u; turn < TURNS; turn++) { // unroll
      let col = turn * CHUNK + id.x;
      if (row < params.keys && col < cols) {
        dkv[keyBase + row * keyWidth + col] = keySum[turn][m];
        dkv[keyBase + row * keyWidth + gap + col] = valueSum[turn][m];
      }
    }
  }
}
