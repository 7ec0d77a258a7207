// attention_grad_query_tiled: attention_grad_query for GPUs, which have memory of their own for a workgroup and cheap barriers.
//
//   w[j]  = exp(s[j] - logSumExp[i])                 the weights again, from the scores s[j] = scale · q[i]·k[j]
//   dq[i] = scale · Σ_j w[j]·(dy[i]·v[j] - delta[i])·k[j]      over the visible j, as in attention
//
// q, dy, dq        : [B, Tq, D] f32, dq with the rows of q, D = heads·headWidth, read as vec4, headWidth a multiple of 4, at most 32·TURNS
// k, v             : [B, Tk, D] f32
// rowStats            : [B, H, Tq] of (logSumExp, delta), from attention_delta
// keyLengths       : [B] u32
// q has rows of queryStride numbers, k and v of keyStride, D of them from keyColumn and valueColumn on: all may be one tensor, side by side
// A workgroup of 8 by 8 lanes owns ROWS neighbouring queries of one head and walks the keys that any of them sees in blocks of 32, as
// attention_tiled does: lane (x, y) owns of scores and gradients the queries y + 8·m and the keys x + 8·n, of dq the same queries and
// the vectors x + 8·turn. The same two pieces of memory hold a chunk of queries and keys, then of dy and values, then gradients and keys:
// 2·ROWS + 96 loads a column and block for 3·ROWS·32 products of vectors.
//
// No score overflows: a visible one is at most logSumExp but for rounding, so its weight is at most about 1. Keys past the last
// visible one are not read: NaN in padding stays there. A query that sees no key gets 0. Sums run over the keys in one fixed order. How
// far a loop with barriers goes follows from the workgroup, params and keyLengths, the same for all its lanes.
// With operands in f16 it is attention_half_grad_query_tiled, with roundings as in attention_half_grad_query.

// use: attention_grad_buffers

const ROWS = 32u; // tune: 16 32 64, queries of a tile: more share each load, and make fewer workgroups
const TURNS = 2u; // tune: headWidth / 32, rounded up
const KEYS = 32u;
const CHUNK = 8u; // vectors of a row at a time, one for each x
const PITCH = 9u; // of a row in the workgroup's memory, against bank conflicts

@group(0) @binding(6) var<storage, read_write> dq: array<vec4f>;

var<workgroup> queryTile: array<vec4f, ROWS * PITCH>; // a chunk of q or dy, then the gradients of the scores: at x those of keys x + 8·n
var<workgroup> keyTile: array<vec4f, KEYS * PITCH>; // a chunk of the block's keys or values

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
  let base = b * params.queries * width + column;
  let firstQuery = group.x * ROWS;
  let lastQuery = min(firstQuery + ROWS, params.queries) - 1u;
  let length = min(keyLengths[b], params.keys);
  let causal = params.causal != 0u;
  let end = select(length, min(length, lastQuery + 1u), causal); // keys that some query of the tile sees

  // Queries past the last repeat it and are not stored.
  var queryAt: array<u32, ROWS / 8u>;
  var pullAt: array<u32, ROWS / 8u>;
  var line: array<vec2f, ROWS / 8u>;
  for (var m = 0u; m < ROWS / 8u; m++) { // unroll
    let row = min(firstQuery + id.y + 8u * m, lastQuery);
    queryAt[m] = queryBase + row * queryWidth;
    pullAt[m] = base + row * width;
    line[m] = rowStats[bh * params.queries + row];
  }

  var sum: array<array<vec4f, ROWS / 8u>, TURNS>;
  for (var first = 0u; first < end; first += KEYS) {
    var keyAt = array<u32, 4>();
    for (var n = 0u; n < 4u; n++) { // unroll
      keyAt[n] = keyBase + min(first + id.y + 8u * n, end - 1u) * keyWidth;
    }

    // 1. Scores, and the gradients dy·v of the weights, chunk by chunk.
    var score = array<vec4f, ROWS / 8u>();
    var grad = array<vec4f, ROWS / 8u>();
    for (var chunk = 0u; chunk < cols; chunk += CHUNK) {
      let col = min(chunk + id.x, cols - 1u);
      for (var m = 0u; m < ROWS / 8u; m++) { // unroll
        queryTile[(id.y + 8u * m) * PITCH + id.x] = widened(q[queryAt[m] + col]);
      }
      for (var n = 0u; n < 4u; n++) { // unroll
        keyTile[(id.y + 8u * n) * PITCH + id.x] = widened(k[keyAt[n] + col]);
      }
      workgroupBarrier();
      for (var c = 0u; c < min(CHUNK, cols - chunk); c++) {
        let at = id.x * PITCH + c;
        let keys = mat4x4f(keyTile[at], keyTile[at + 8u * PITCH], keyTile[at + 16u * PITCH], keyTile[at + 24u * PITCH]);
        for (var m = 0u; m < ROWS / 8u; m++) { // unroll
          score[m] += queryTile[(id.y + 8u * m) * PITCH + c] * keys; // four dot products
        }
      }
      workgroupBarrier();
      for (var m = 0u; m < ROWS / 8u; m++) { // unroll
        queryTile[(id.y + 8u * m) * PITCH + id.x] = widened(dy[pullAt[m] + col]);
      }
      for (var n = 0u; n < 4u; n++) { // unroll
        keyTile[(id.y + 8u * n) * PITCH + id.x] = widened(v[keyAt[n] + gap + col]);
      }
      workgroupBarrier();
      for (var c = 0u; c < min(CHUNK, cols - chunk); c++) {
        let at = id.x * PITCH + c;
        let values = mat4x4f(keyTile[at], keyTile[at + 8u * PITCH], keyTile[at + 16u * PITCH], keyTile[at + 24u * PITCH]);
        for (var m = 0u; m < ROWS / 8u; m++) { // unroll
          grad[m] += queryTile[(id.y + 8u * m) * PITCH + c] * values;
        }
      }
      workgroupBarrier();
    }

    // 2. Gradients of the scores.
    let ids = first + id.x + vec4u(0u, 8u, 16u, 24u);
    for (var m = 0u; m < ROWS / 8u; m++) { // unroll
      let row = id.y + 8u * m;
      let sees = select(length, min(length, firstQuery + row + 1u), causal);
      let weight = select(vec4f(0.0), exp(score[m] * params.scale - line[m].x), ids < vec4u(sees));
      let keep = keepOfPairs(vec4u(bh * params.queries + firstQuery + row), ids);
      queryTile[row * PITCH + id.x] = rounded(weight * (keep * grad[m] - line[m].y)) * params.scale;
    }

    // 3. Along the keys, chunk by chunk: each lane its own vector of columns.
    for (var turn = 0u; turn < TURNS; turn++) { // unroll
      for (var n = 0u; n < 4u; n++) { // unroll
        keyTile[(id.y + 8u * n) * PITCH + id.x] = widened(k[keyAt[n] + min(turn * CHUNK + id.x, cols - 1u)]);
      }
      workgroupBarrier();
      for (var j = 0u; j < 8u; j++) {
        let at = j * PITCH + id.x;
        let keys = mat4x4f(keyTile[at], keyTile[at + 8u * PITCH], keyTile[at + 16u * PITCH], keyTile[at + 24u * PITCH]);
        for (var m = 0u; m < ROWS / 8u; m++) { // unroll
          sum[turn][m] += keys * queryTile[(id.y + 8u * m) * PITCH + j];
        }
      }
      workgroupBarrier();
    }
  }

  for (var m = 0u; m < ROWS / 8u; m++) { // unroll
    for (var turn = 0u; turn < TURNS; turn++) { // unroll
      if (firstQuery + id.y + 8u * m <= lastQuery && turn * CHUNK + id.x < cols) {
        dq[queryAt[m] + turn * CHUNK + id.x] = sum[turn][m];
      }
    }
  }
}
