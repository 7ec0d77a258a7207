// attention_half_matrix: attention_half for GPUs that multiply matrices of halves by subgroups: tensor cores.
//
//   s[j] = scale · Σ_c q[i,c]·k[j,c]        for the visible j: j < keyLengths[b], and j <= i where causal
//   w[j] = exp(s[j]) / 2^m,                 m whole, the least for which no w[j] is over 1
//   y[i] = Σ_j half(w[j])·v[j] / Σ_j w[j],   L = log Σ_j exp(s[j])
//
// q          : [B, Tq, D] f16, two to a u32, what to_half makes; D = heads·headWidth, head h is columns h·headWidth … (h+1)·headWidth - 1
// k, v       : [B, Tk, D] f16
// keyLengths : [B] u32
// q has rows of queryStride numbers, k and v of keyStride, D of them from keyColumn and valueColumn on: all may be one tensor, side by side
// y          : [B, Tq, D] f32
// logSumExp  : [B, H, Tq] f32, the L from which the gradients rebuild the weights
// headWidth is a multiple of 4, at most 16·WIDTH. A query that sees no key gets y = 0 and L = 0.
//
// A workgroup owns QUERIES neighbouring queries of one head, a subgroup of 32 lanes 16 of them: it holds them as matrices in registers,
// and so their sums. The workgroup walks the keys that any of its queries sees twice, in blocks of KEYS that it copies to its
// memory. The first time, each query's highest score and sum of weights are found; the second time the scores are made again, weights
// under the final maximum take their place as halves, and are multiplied with the block's values. Matrices show no elements, so sums in
// registers cannot fade when a maximum rises: to keep them in memory instead would move 64 bytes to and fro for each 16 products of a
// row with keys. Scores made twice cost half as many products again, and leave the sums where they are.
// A lane takes 16 keys of one query of its subgroup from the scores, which go out through memory; the weights come to lie where the same
// lane read. Every row in memory has 16 bytes of padding, so that the rows that a matrix's load reads at once fall on different banks.
// Columns past the head's last count as 0 in q, k and v. Keys past the last visible one are stood in for by that one, at weight 0: NaN in
// padding stays there. Queries past the last repeat it and are not stored. How far a loop with barriers goes follows from the
// workgroup, params and keyLengths, the same for all its lanes. Roundings and what they are safe for as in attention_half.
//
// Offsets, strides and which lanes are a subgroup: as in linear_half_matrix.

// use: attention_buffers, tile_floats

enable f16;
enable chromium_experimental_subgroup_matrix;
diagnostic(off, chromium.subgroup_matrix_uniformity);

alias Left = subgroup_matrix_left<f16, 16, 16>;
alias Right = subgroup_matrix_right<f16, 16, 16>;
alias Sum = subgroup_matrix_result<f32, 16, 16>;

const LANES = 128u; // tune: 64 128
const WIDTH = 4u; // tune: headWidth / 16, rounded up
const KEYS = 32u; // tune: 16 or 32, of a block, as the head's width leaves room
const QUERIES = LANES / 2u; // of a workgroup
const QUADS = 4u * WIDTH; // vectors of 4 columns in a row
const PITCH = QUADS + 2u; // from row to row of queries, keys or values
const SCORE_PITCH = KEYS / 2u + 2u;
const SCORES = KEYS * PITCH;
const SHARES = SCORES + QUERIES * SCORE_PITCH;
const LOWEST = -1e30;

// KEYS rows [PITCH] of halves; then for each query a row [SCORE_PITCH] of scores in f32, then weights, at last sums; then two numbers each.
var<workgroup> tile: array<vec2u, SHARES + QUERIES>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
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
  let firstQuery = group.x * QUERIES;
  let lastQuery = min(firstQuery + QUERIES, params.queries) - 1u;
  let length = min(keyLengths[b], params.keys);
  let causal = params.causal != 0u;
  let end = select(length, min(length, lastQuery + 1u), causal); // keys that some query of the workgroup sees
  let unit = params.scale * 1.4426950408889634; // scores count powers of two
  // What the lane takes of the scores: 16 keys of one query; of every block, where there are only 16, half of the lanes.
  let row = lane / 32u * 16u + lane % 16u;
  let part = lane % 32u / 16u;
  let takes = part < KEYS / 16u;
  let own = SCORES + lane / 32u * 16u * SCORE_PITCH; // its subgroup's scores
  let place = SCORES + row * SCORE_PITCH + 8u * part;
  let sees = select(length, min(length, firstQuery + row + 1u), causal);

  // 1. The subgroups' queries.
  var query: array<Left, WIDTH>;
  for (var first = 0u; first < QUERIES; first += KEYS) {
    for (var i = lane; i < KEYS * QUADS; i += LANES) {
      let at = queryBase + min(firstQuery + first + i / QUADS, lastQuery) * queryWidth + min(i % QUADS, cols - 1u);
      tile[i / QUADS * PITCH + i % QUADS] = select(vec2u(0u), q[at], i % QUADS < cols);
    }
    workgroupBarrier();
    let ownFirst = lane / 32u * 16u;
    if (ownFirst >= first && ownFirst < first + KEYS) {
      for (var c = 0u; c < WIDTH; c++) { // unroll
        query[c] = subgroupMatrixLoad<Left, row_major>(&tile, (ownFirst - first) * PITCH + 4u * c, PITCH);
      }
    }
    workgroupBarrier();
  }

  // 2. The highest of the lane's scores, and the sum of its weights under it.
  var top = LOWEST;
  var total = 0.0;
  for (var first = 0u; first < end; first += KEYS) {
    for (var i = lane; i < KEYS * QUADS; i += LANES) {
      let at = keyBase + min(first + i / QUADS, end - 1u) * keyWidth + min(i % QUADS, cols - 1u);
      tile[i / QUADS * PITCH + i % QUADS] = select(vec2u(0u), k[at], i % QUADS < cols);
    }
    workgroupBarrier();
    for (var n = 0u; n < KEYS / 16u; n++) { // unroll
      var score = Sum();
      for (var c = 0u; c < WIDTH; c++) { // unroll
        let columns = subgroupMatrixLoad<Right, col_major>(&tile, 16u * n * PITCH + 4u * c, PITCH);
        score = subgroupMatrixMultiplyAccumulate(query[c], columns, score);
      }
      subgroupMatrixStore<row_major>(&tile, own + 8u * n, score, SCORE_PITCH);
    }
    workgroupBarrier();
    if (takes) {
      var score = array<vec4f, 4>();
      var highs = vec4f(top);
      for (var j = 0u; j < 4u; j++) { // unroll
        let ids = first + 16u * part + 4u * j + vec4u(0u, 1u, 2u, 3u);
        score[j] = select(vec4f(LOWEST), floatsAt(place + 2u * j) * unit, ids < vec4u(sees));
        highs = max(highs, score[j]);
      }
      let high = max(max(highs.x, highs.y), max(highs.z, highs.w));
      var sums = vec4f(0.0);
      for (var j = 0u; j < 4u; j++) { // unroll
        sums += exp2(score[j] - high);
      }
      total = total * exp2(top - high) + ((sums.x + sums.y) + (sums.z + sums.w));
      top = high;
    }
  }

  // 3. The queries' maxima and sums, from their lanes'.
  workgroupBarrier();
  if (takes) { tile[place] = bitcast<vec2u>(vec2f(top, total)); }
  workgroupBarrier();
  var high = LOWEST;
  for (var p = 0u; p < KEYS / 16u; p++) { // unroll
    high = max(high, bitcast<f32>(tile[SCORES + row * SCORE_PITCH + 8u * p].x));
  }
  high = ceil(high);
  var sum = 0.0;
  for (var p = 0u; p < KEYS / 16u; p++) { // unroll
    let known = bitcast<vec2f>(tile[SCORES + row * SCORE_PITCH + 8u * p]);
    sum += known.y * exp2(known.x - high);
  }
  if (part == 0u) {
    tile[SHARES + row].x = bitcast<u32>(select(0.0, enlarged() / sum, end > 0u));
    if (firstQuery + row <= lastQuery) {
      logSumExp[bh * params.queries + firstQuery + row] = select(0.0, (high + log2(sum)) * 0.6931471805599453, end > 0u);
    }
  }
  workgroupBarrier();

  // 4. The same scores again, weights under the maxima, and along the values.
  var mean: array<Sum, WIDTH>; // a sum, until the end
  for (var first = 0u; first < end; first += KEYS) {
    for (var i = lane; i < KEYS * QUADS; i += LANES) {
      let at = keyBase + min(first + i / QUADS, end - 1u) * keyWidth + min(i % QUADS, cols - 1u);
      tile[i / QUADS * PITCH + i % QUADS] = select(vec2u(0u), k[at], i % QUADS < cols);
    }
    workgroupBarrier();
    for (var n = 0u; n < KEYS / 16u; n++) { // unroll
      var score = Sum();
      for (var c = 0u; c < WIDTH; c++) { // unroll
        let columns = subgroupMatrixLoad<Right, col_major>(&tile, 16u * n * PITCH + 4u * c, PITCH);
        score = subgroupMatrixMultiplyAccumulate(query[c], columns, score);
      }
      subgroupMatrixStore<row_major>(&tile, own + 8u * n, score, SCORE_PITCH);
    }
    workgroupBarrier();
    for (var i = lane; i < KEYS * QUADS; i += LANES) {
      let at = keyBase + gap + min(first + i / QUADS, end - 1u) * keyWidth + min(i % QUADS, cols - 1u);
      tile[i / QUADS * PITCH + i % QUADS] = select(vec2u(0u), v[at], i % QUADS < cols);
    }
    if (takes) {
      for (var j = 0u; j < 4u; j++) { // unroll
        let ids = first + 16u * part + 4u * j + vec4u(0u, 1u, 2u, 3u);
        let weight = exp2(select(vec4f(LOWEST), floatsAt(place + 2u * j) * unit, ids < vec4u(sees)) - high);
        let keep = min(keepOfKeys(bh * params.queries + firstQuery + row, ids.x), vec4f(1.0)); // enlarged at last, behind the rounding
        tile[place + j] = bitcast<vec2u>(vec4<f16>(weight * keep)); // no further than it has read
      }
    }
    workgroupBarrier();
    for (var n = 0u; n < KEYS / 16u; n++) { // unroll
      let weights = subgroupMatrixLoad<Left, row_major>(&tile, own + 8u * n, SCORE_PITCH);
      for (var c = 0u; c < WIDTH; c++) { // unroll
        let columns = subgroupMatrixLoad<Right, row_major>(&tile, 16u * n * PITCH + 4u * c, PITCH);
        mean[c] = subgroupMatrixMultiplyAccumulate(weights, columns, mean[c]);
      }
    }
    workgroupBarrier();
  }

  // 5. 16 by 16 sums a subgroup at a time become means; a lane takes a vector of 4 in rows 8 apart.
  for (var c = 0u; c < WIDTH; c++) { // unroll
    subgroupMatrixStore<row_major>(&tile, own, mean[c], SCORE_PITCH);
    workgroupBarrier();
    for (var h = 0u; h < 2u; h++) {
      let line = lane / 32u * 16u + lane % 32u / 4u + 8u * h;
      let col = 4u * c + lane % 4u;
      if (firstQuery + line <= lastQuery && col < cols) {
        let share = bitcast<f32>(tile[SHARES + line].x);
        y[base + (firstQuery + line) * width + col] = floatsAt(SCORES + line * SCORE_PITCH + 2u * (lane % 4u)) * share;
      }
    }
    workgroupBarrier();
  }
}
