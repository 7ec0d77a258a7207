// attention_tiled: attention for GPUs, which have memory of their own for a workgroup and cheap barriers.
//
//   s[j] = scale · Σ_c q[i,c]·k[j,c]        for the visible j: j < keyLengths[b], and j <= i where causal
//   y[i] = Σ_j exp(s[j] - L)·v[j],   L = log Σ_j exp(s[j])
//
// q, y       : [B, Tq, D] f32, D = heads·headWidth, read as vec4; head h is columns h·headWidth … (h+1)·headWidth - 1
// k, v       : [B, Tk, D] f32
// keyLengths : [B] u32
// q has rows of queryStride numbers, k and v of keyStride, D of them from keyColumn and valueColumn on: all may be one tensor, side by side
// logSumExp  : [B, H, Tq] f32, the L from which the gradients rebuild the weights
// headWidth is a multiple of 4, at most 32·TURNS. A query that sees no key gets y = 0 and L = 0.
// A workgroup of 8 by 8 lanes owns ROWS neighbouring queries of one head and walks the keys that any of them sees in blocks of 32, and
// each block's columns 8 vectors at a time. Lane (x, y) owns of the scores the queries y + 8·m and the keys x + 8·n, of the means the
// same queries and the vectors x + 8·turn. Of each block, every vector of k and v is loaded once and every query's once again, ROWS + 64
// loads a column for 2·ROWS·32 products of vectors; from the workgroup's memory a lane reads ROWS / 8 + 4 vectors for ROWS / 2 products.
// Rows of 9 vectors there instead of 8 keep the eight lanes that read one column of eight rows off each other's banks.
//
// Safe for scores of any size: exp is taken under the running maximum, and what older blocks summed fades by exp(old - new) <= 1, so
// the sums grow to keys · max |v| at most before they become means. A row's lanes agree on its maximum block by block, and on its total
// once at the end, always in the same order. Keys past the last visible one are stood in for by that one, at weight 0: their rows are not
// read, so NaN in padding stays there. Queries past the last repeat it and are not stored. How far a loop with barriers goes follows
// from the workgroup, params and keyLengths, the same for all its lanes.
// With operands in f16 it is attention_half_tiled, with roundings as in attention_half: the tiles hold f32 again, half the bytes to load.

// use: attention_buffers, softmax_f32

const ROWS = 32u; // tune: 16 32 64, queries of a tile: more share each load, and make fewer workgroups
const TURNS = 2u; // tune: headWidth / 32, rounded up
const KEYS = 32u;
const CHUNK = 8u; // vectors of a row at a time, one for each x
const PITCH = 9u;
const LOWEST = -1e30;

var<workgroup> queryTile: array<vec4f, ROWS * PITCH>; // a chunk of the queries, then their weights: at x those of keys x + 8·n
var<workgroup> keyTile: array<vec4f, KEYS * PITCH>; // a chunk of the block's keys, then of its values
var<workgroup> ofLanes: array<f32, ROWS * 8u>; // what each lane knows of a row: its highest score, in the end its total

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
  let unit = scoreUnit(params.scale);
  let end = select(length, min(length, lastQuery + 1u), causal); // keys that some query of the tile sees

  var top: array<f32, ROWS / 8u>;
  var total: array<f32, ROWS / 8u>; // of the lane's own keys
  var mean: array<array<vec4f, ROWS / 8u>, TURNS>; // a sum, until the end
  for (var m = 0u; m < ROWS / 8u; m++) { // unroll
    top[m] = LOWEST;
  }

  for (var first = 0u; first < end; first += KEYS) {
    // 1. Scores, chunk by chunk.
    var score = array<vec4f, ROWS / 8u>();
    for (var chunk = 0u; chunk < cols; chunk += CHUNK) {
      let col = min(chunk + id.x, cols - 1u);
      for (var m = 0u; m < ROWS / 8u; m++) { // unroll
        queryTile[(id.y + 8u * m) * PITCH + id.x] = widened(q[queryBase + min(firstQuery + id.y + 8u * m, lastQuery) * queryWidth + col]);
      }
      for (var n = 0u; n < 4u; n++) { // unroll
        keyTile[(id.y + 8u * n) * PITCH + id.x] = widened(k[keyBase + min(first + id.y + 8u * n, end - 1u) * keyWidth + col]);
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
    }

    // 2. The rows' maxima, and from scores to weights under them.
    let ids = first + id.x + vec4u(0u, 8u, 16u, 24u);
    for (var m = 0u; m < ROWS / 8u; m++) { // unroll
      let row = id.y + 8u * m;
      let sees = select(length, min(length, firstQuery + row + 1u), causal);
      score[m] = select(vec4f(LOWEST), score[m] * unit, ids < vec4u(sees));
      ofLanes[row * 8u + id.x] = max(max(score[m].x, score[m].y), max(score[m].z, score[m].w));
    }
    workgroupBarrier();
    for (var m = 0u; m < ROWS / 8u; m++) { // unroll
      let row = id.y + 8u * m;
      var high = top[m];
      for (var x = 0u; x < 8u; x++) { // unroll
        high = max(high, levelOf(ofLanes[row * 8u + x]));
      }
      let keep = power(top[m] - high);
      let weight = powers(score[m] - high);
      top[m] = high;
      total[m] = total[m] * keep + ((weight.x + weight.y) + (weight.z + weight.w));
      queryTile[row * PITCH + id.x] = rounded(weight) * keepOfPairs(vec4u(bh * params.queries + firstQuery + row), ids);
      for (var turn = 0u; turn < TURNS; turn++) { // unroll
        mean[turn][m] *= keep;
      }
    }

    // 3. Along the values, chunk by chunk: each lane its own vector of columns.
    for (var turn = 0u; turn < TURNS; turn++) { // unroll
      let col = min(turn * CHUNK + id.x, cols - 1u);
      for (var n = 0u; n < 4u; n++) { // unroll
        keyTile[(id.y + 8u * n) * PITCH + id.x] = widened(v[keyBase + gap + min(first + id.y + 8u * n, end - 1u) * keyWidth + col]);
      }
      workgroupBarrier();
      for (var j = 0u; j < 8u; j++) {
        let at = j * PITCH + id.x;
        let values = mat4x4f(keyTile[at], keyTile[at + 8u * PITCH], keyTile[at + 16u * PITCH], keyTile[at + 24u * PITCH]);
        for (var m = 0u; m < ROWS / 8u; m++) { // unroll
          mean[turn][m] += values * queryTile[(id.y + 8u * m) * PITCH + j];
        }
      }
      workgroupBarrier();
    }
  }

  // 4. The rows' totals, and from sums to means.
  for (var m = 0u; m < ROWS / 8u; m++) { // unroll
    ofLanes[(id.y + 8u * m) * 8u + id.x] = total[m];
  }
  workgroupBarrier();
  for (var m = 0u; m < ROWS / 8u; m++) { // unroll
    let row = id.y + 8u * m;
    var sum = 0.0;
    for (var x = 0u; x < 8u; x++) { // unroll
      sum += ofLanes[row * 8u + x];
    }
    let share = select(0.0, 1.0 / sum, end > 0u);
    if (firstQuery + row <= lastQuery) {
      for (var turn = 0u; turn < TURNS; turn++) { // unroll
        if (turn * CHUNK + id.x < cols) {
          y[base + (firstQuery + row) * width + turn * CHUNK + id.x] = mean[turn][m] * share;
        }
      }
      if (id.x == 0u) {
        logSumExp[bh * params.queries + firstQuery + row] = select(0.0, logSumOf(top[m], sum), end > 0u);
      }
    }
  }
}
