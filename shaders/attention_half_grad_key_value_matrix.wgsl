// attention_half_grad_key_value_matrix: attention_half_grad_key_value for GPUs that multiply matrices of halves by subgroups.
//
//   w[i]  = exp(scale · q[i]·k[j] - logSumExp[i])             the weight query i gave to key j
//   dv[j] = Σ_i half(w[i])·dy[i]
//   dk[j] = scale · Σ_i half(w[i]·(dy[i]·v[j] - delta[i]))·q[i]     over the queries i that see j, as in attention
//
// q          : [B, Tq, D] f16, two to a u32, what to_half makes; dy : [B, Tq, heads·headWidth] f16
// k, v       : [B, Tk, D] f16
// dkv        : dk and dv f32 side by side, where k and v are in theirs; rows j >= keyLengths[b] become 0
// rowStats      : [B, H, Tq] of (logSumExp, delta), from attention_half and attention_delta
// keyLengths : [B] u32
// q has rows of queryStride numbers, k and v of keyStride, heads·headWidth of them from keyColumn and valueColumn on: all may be one tensor
// headWidth is a multiple of 4, at most 16·WIDTH.
//
// A workgroup owns KEYS neighbouring keys of one head, a subgroup of 32 lanes 16 of them, with the roles of queries and keys in
// attention_half_grad_query_matrix changed over: keys, values and both their sums are matrices in registers. Of each block of queries
// come q for the scores, dy for the values' sums and the gradients of the weights, and q once more for the keys' sums, in one place.
// A lane takes 16 queries of one key, and keeps their weights in registers while the weights as halves, and then the gradients, lie where the
// scores lay. No two workgroups ever add to the same number, and the sums run over the queries in one fixed order.
// Columns past the head's last count as 0. Keys past the length are seen by none, and the last real one is read for them: NaN in padding
// stays there. Every query counts, so dy must be finite in all of them. How far a loop with barriers goes follows from the
// workgroup, params and keyLengths, the same for all its lanes. Roundings as in attention_half_grad_key_value.
//
// Offsets, strides and which lanes are a subgroup: as in linear_half_matrix.

// use: attention_grad_buffers, tile_floats

enable f16;
enable chromium_experimental_subgroup_matrix;
diagnostic(off, chromium.subgroup_matrix_uniformity);

alias Left = subgroup_matrix_left<f16, 16, 16>;
alias Right = subgroup_matrix_right<f16, 16, 16>;
alias Sum = subgroup_matrix_result<f32, 16, 16>;

const LANES = 128u; // tune: 64 128
const WIDTH = 4u; // tune: headWidth / 16, rounded up
const QUERIES = 32u; // tune: 16 or 32, of a block, as the head's width leaves room
const KEYS = LANES / 2u; // of a workgroup
const QUADS = 4u * WIDTH; // vectors of 4 columns in a row
const PITCH = QUADS + 2u; // from row to row of q, dy, k or v
const SCORE_PITCH = QUERIES / 2u + 2u;
const SCORES = QUERIES * PITCH;

@group(0) @binding(6) var<storage, read_write> dkv: array<vec4f>;

// QUERIES rows [PITCH] of halves; then for each key a row [SCORE_PITCH] of scores or gradients in f32 or halves, at last sums.
var<workgroup> tile: array<vec2u, SCORES + KEYS * SCORE_PITCH>;

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
  let pullBase = b * params.queries * width + column;
  let length = min(keyLengths[b], params.keys);
  let firstKey = group.x * KEYS;
  let lastKey = max(length, 1u) - 1u;
  let lastQuery = params.queries - 1u;
  let causal = params.causal != 0u;
  let begin = select(params.queries, select(0u, firstKey, causal), firstKey < length); // the first query that sees a key of the workgroup
  // What the lane takes of the scores: 16 queries of one key; of every block, where there are only 16, half of the lanes.
  let row = lane / 32u * 16u + lane % 16u;
  let part = lane % 32u / 16u;
  let takes = part < QUERIES / 16u;
  let own = SCORES + lane / 32u * 16u * SCORE_PITCH; // its subgroup's scores
  let place = SCORES + row * SCORE_PITCH + 8u * part;
  let since = select(params.queries, select(0u, firstKey + row, causal), firstKey + row < length);

  // 1. The subgroups' keys and values.
  var key: array<Left, WIDTH>;
  var value: array<Left, WIDTH>;
  let ownFirst = lane / 32u * 16u;
  for (var first = 0u; first < KEYS; first += QUERIES) {
    let holds = ownFirst >= first && ownFirst < first + QUERIES;
    for (var i = lane; i < QUERIES * QUADS; i += LANES) {
      let at = keyBase + min(firstKey + first + i / QUADS, lastKey) * keyWidth + min(i % QUADS, cols - 1u);
      tile[i / QUADS * PITCH + i % QUADS] = select(vec2u(0u), k[at], i % QUADS < cols);
    }
    workgroupBarrier();
    if (holds) {
      for (var c = 0u; c < WIDTH; c++) { // unroll
        key[c] = subgroupMatrixLoad<Left, row_major>(&tile, (ownFirst - first) * PITCH + 4u * c, PITCH);
      }
    }
    workgroupBarrier();
    for (var i = lane; i < QUERIES * QUADS; i += LANES) {
      let at = keyBase + gap + min(firstKey + first + i / QUADS, lastKey) * keyWidth + min(i % QUADS, cols - 1u);
      tile[i / QUADS * PITCH + i % QUADS] = select(vec2u(0u), v[at], i % QUADS < cols);
    }
    workgroupBarrier();
    if (holds) {
      for (var c = 0u; c < WIDTH; c++) { // unroll
        value[c] = subgroupMatrixLoad<Left, row_major>(&tile, (ownFirst - first) * PITCH + 4u * c, PITCH);
      }
    }
    workgroupBarrier();
  }

  var keySum: array<Sum, WIDTH>;
  var valueSum: array<Sum, WIDTH>;
  for (var first = begin; first < params.queries; first += QUERIES) {
    let block = bh * params.queries + first + 16u * part; // the lane's rowStats
    let last = bh * params.queries + lastQuery;

    // 2. The scores, and weights in their place.
    for (var i = lane; i < QUERIES * QUADS; i += LANES) {
      let at = queryBase + min(first + i / QUADS, lastQuery) * queryWidth + min(i % QUADS, cols - 1u);
      tile[i / QUADS * PITCH + i % QUADS] = select(vec2u(0u), q[at], i % QUADS < cols);
    }
    workgroupBarrier();
    for (var n = 0u; n < QUERIES / 16u; n++) { // unroll
      var score = Sum();
      for (var c = 0u; c < WIDTH; c++) { // unroll
        let columns = subgroupMatrixLoad<Right, col_major>(&tile, 16u * n * PITCH + 4u * c, PITCH);
        score = subgroupMatrixMultiplyAccumulate(key[c], columns, score);
      }
      subgroupMatrixStore<row_major>(&tile, own + 8u * n, score, SCORE_PITCH);
    }
    workgroupBarrier();
    var weight = array<vec4f, 4>();
    var keep = array<vec4f, 4>();
    if (takes) {
      for (var j = 0u; j < 4u; j++) { // unroll
        let ids = first + 16u * part + 4u * j + vec4u(0u, 1u, 2u, 3u);
        let at = min(block + 4u * j + vec4u(0u, 1u, 2u, 3u), vec4u(last));
        let level = vec4f(rowStats[at.x].x, rowStats[at.y].x, rowStats[at.z].x, rowStats[at.w].x);
        let sees = (ids >= vec4u(since)) & (ids <= vec4u(lastQuery));
        weight[j] = select(vec4f(0.0), exp(floatsAt(place + 2u * j) * params.scale - level), sees);
        keep[j] = keepOfPairs(at, vec4u(firstKey + row));
        tile[place + j] = bitcast<vec2u>(vec4<f16>(weight[j] * min(keep[j], vec4f(1.0)))); // no further than it has read
      }
    }

    // 3. The values' sums along the gradients at the output, and the gradients dy·v of the weights.
    for (var i = lane; i < QUERIES * QUADS; i += LANES) {
      let at = pullBase + min(first + i / QUADS, lastQuery) * width + min(i % QUADS, cols - 1u);
      tile[i / QUADS * PITCH + i % QUADS] = select(vec2u(0u), dy[at], i % QUADS < cols);
    }
    workgroupBarrier();
    var product = array<Sum, QUERIES / 16u>();
    for (var n = 0u; n < QUERIES / 16u; n++) { // unroll
      let weights = subgroupMatrixLoad<Left, row_major>(&tile, own + 8u * n, SCORE_PITCH);
      for (var c = 0u; c < WIDTH; c++) { // unroll
        let at = 16u * n * PITCH + 4u * c;
        valueSum[c] = subgroupMatrixMultiplyAccumulate(weights, subgroupMatrixLoad<Right, row_major>(&tile, at, PITCH), valueSum[c]);
        product[n] = subgroupMatrixMultiplyAccumulate(value[c], subgroupMatrixLoad<Right, col_major>(&tile, at, PITCH), product[n]);
      }
    }
    workgroupBarrier();
    for (var n = 0u; n < QUERIES / 16u; n++) { // unroll
      subgroupMatrixStore<row_major>(&tile, own + 8u * n, product[n], SCORE_PITCH);
    }
    workgroupBarrier();
    if (takes) {
      for (var j = 0u; j < 4u; j++) { // unroll
        let at = min(block + 4u * j + vec4u(0u, 1u, 2u, 3u), vec4u(last));
        let mean = vec4f(rowStats[at.x].y, rowStats[at.y].y, rowStats[at.z].y, rowStats[at.w].y);
        tile[place + j] = bitcast<vec2u>(vec4<f16>(weight[j] * (keep[j] * floatsAt(place + 2u * j) - mean)));
      }
    }

    // 4. The keys' sums along the queries.
    for (var i = lane; i < QUERIES * QUADS; i += LANES) {
      let at = queryBase + min(first + i / QUADS, lastQuery) * queryWidth + min(i % QUADS, cols - 1u);
      tile[i / QUADS * PITCH + i % QUADS] = select(vec2u(0u), q[at], i % QUADS < cols);
    }
    workgroupBarrier();
    for (var n = 0u; n < QUERIES / 16u; n++) { // unroll
      let grads = subgroupMatrixLoad<Left, row_major>(&tile, own + 8u * n, SCORE_PITCH);
      for (var c = 0u; c < WIDTH; c++) { // unroll
        let columns = subgroupMatrixLoad<Right, row_major>(&tile, 16u * n * PITCH + 4u * c, PITCH);
        keySum[c] = subgroupMatrixMultiplyAccumulate(grads, columns, keySum[c]);
      }
    }
    workgroupBarrier();
  }

  // 5. 16 by 16 sums a subgroup at a time; a lane takes a vector of 4 in rows 8 apart.
  for (var c = 0u; c < WIDTH; c++) { // unroll
    subgroupMatrixStore<row_major>(&tile, own, keySum[c], SCORE_PITCH);
    workgroupBarrier();
    for (var h = 0u; h < 2u; h++) {
      let to = ownFirst + lane % 32u / 4u + 8u * h;
      let col = 4u * c + lane % 4u;
      if (firstKey + to < params.keys && col < cols) {
        dkv[keyBase + (firstKey + to) * keyWidth + col] = floatsAt(SCORES + to * SCORE_PITCH + 2u * (lane % 4u)) * params.scale;
      }
    }
    workgroupBarrier();
    subgroupMatrixStore<row_major>(&tile, own, valueSum[c], SCORE_PITCH);
    workgroupBarrier();
    for (var h = 0u; h < 2u; h++) {
      let to = ownFirst + lane % 32u / 4u + 8u * h;
      let col = 4u * c + lane % 4u;
      if (firstKey + to < params.keys && col < cols) {
        dkv[keyBase + (firstKey + to) * keyWidth + gap + col] = floatsAt(SCORES + to * SCORE_PITCH + 2u * (lane % 4u)) * enlarged();
      }
    }
    workgroupBarrier();
  }
}
