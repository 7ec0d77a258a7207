// attention_half_grad_query_matrix: attention_half_grad_query for GPUs that multiply matrices of halves by subgroups: tensor cores.
//
//   w[j]  = exp(s[j] - logSumExp[i])                 the weights again, from the scores s[j] = scale · q[i]·k[j]
//   dq[i] = scale · Σ_j half(w[j]·(dy[i]·v[j] - delta[i]))·k[j]      over the visible j, as in attention
//
// q          : [B, Tq, D] f16, two to a u32, what to_half makes; dy : [B, Tq, heads·headWidth] f16; dq : f32 with the rows of q
// k, v       : [B, Tk, D] f16
// rowStats      : [B, H, Tq] of (logSumExp, delta), from attention_half and attention_delta
// keyLengths : [B] u32
// q has rows of queryStride numbers, k and v of keyStride, heads·headWidth of them from keyColumn and valueColumn on: all may be one tensor
// headWidth is a multiple of 4, at most 16·WIDTH.
//
// Workgroups, subgroups, blocks and rows in memory as in attention_half_matrix. Of each block the values come first, for the gradients dy·v
// of the weights, then the keys: in one place, so that heads of any usual width fit. A lane keeps its 16 gradients in registers until the
// scores lie where they lay, and writes the gradients at the scores in their place, as halves.
// Columns past the head's last count as 0. Keys past the last visible one are stood in for by that one, at weight 0: NaN in padding stays
// there. A query that sees no key gets 0. Queries past the last repeat it and are not stored. How far a loop with barriers goes
// follows from the workgroup, params and keyLengths, the same for all its lanes. Roundings as in attention_half_grad_query.
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
const KEYS = 32u; // tune: 16 or 32, of a block, as the head's width leaves room
const QUERIES = LANES / 2u; // of a workgroup
const QUADS = 4u * WIDTH; // vectors of 4 columns in a row
const PITCH = QUADS + 2u; // from row to row of q, dy, k or v
const SCORE_PITCH = KEYS / 2u + 2u;
const SCORES = KEYS * PITCH;

@group(0) @binding(6) var<storage, read_write> dq: array<vec4f>;

// KEYS rows [PITCH] of halves; then for each query a row [SCORE_PITCH] of gradients or scores in f32, then gradients in halves, at last sums.
var<workgroup> tile: array<vec2u, SCORES + QUERIES * SCORE_PITCH>;

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
  // What the lane takes of the scores: 16 keys of one query; of every block, where there are only 16, half of the lanes.
  let row = lane / 32u * 16u + lane % 16u;
  let part = lane % 32u / 16u;
  let takes = part < KEYS / 16u;
  let own = SCORES + lane / 32u * 16u * SCORE_PITCH; // its subgroup's scores
  let place = SCORES + row * SCORE_PITCH + 8u * part;
  let sees = select(length, min(length, firstQuery + row + 1u), causal);
  let line = rowStats[bh * params.queries + min(firstQuery + row, lastQuery)];

  // 1. The subgroups' queries, and the gradients at what they got.
  var query: array<Left, WIDTH>;
  var pull: array<Left, WIDTH>;
  let ownFirst = lane / 32u * 16u;
  for (var first = 0u; first < QUERIES; first += KEYS) {
    let holds = ownFirst >= first && ownFirst < first + KEYS;
    for (var i = lane; i < KEYS * QUADS; i += LANES) {
      let at = queryBase + min(firstQuery + first + i / QUADS, lastQuery) * queryWidth + min(i % QUADS, cols - 1u);
      tile[i / QUADS * PITCH + i % QUADS] = select(vec2u(0u), q[at], i % QUADS < cols);
    }
    workgroupBarrier();
    if (holds) {
      for (var c = 0u; c < WIDTH; c++) { // unroll
        query[c] = subgroupMatrixLoad<Left, row_major>(&tile, (ownFirst - first) * PITCH + 4u * c, PITCH);
      }
    }
    workgroupBarrier();
    for (var i = lane; i < KEYS * QUADS; i += LANES) {
      let at = base + min(firstQuery + first + i / QUADS, lastQuery) * width + min(i % QUADS, cols - 1u);
      tile[i / QUADS * PITCH + i % QUADS] = select(vec2u(0u), dy[at], i % QUADS < cols);
    }
    workgroupBarrier();
    if (holds) {
      for (var c = 0u; c < WIDTH; c++) { // unroll
        pull[c] = subgroupMatrixLoad<Left, row_major>(&tile, (ownFirst - first) * PITCH + 4u * c, PITCH);
      }
    }
    workgroupBarrier();
  }

  var sum: array<Sum, WIDTH>;
  for (var first = 0u; first < end; first += KEYS) {
    // 2. The gradients dy·v of the weights.
    for (var i = lane; i < KEYS * QUADS; i += LANES) {
      let at = keyBase + gap + min(first + i / QUADS, end - 1u) * keyWidth + min(i % QUADS, cols - 1u);
      tile[i / QUADS * PITCH + i % QUADS] = select(vec2u(0u), v[at], i % QUADS < cols);
    }
    workgroupBarrier();
    for (var n = 0u; n < KEYS / 16u; n++) { // unroll
      var product = Sum();
      for (var c = 0u; c < WIDTH; c++) { // unroll
        let columns = subgroupMatrixLoad<Right, col_major>(&tile, 16u * n * PITCH + 4u * c, PITCH);
        product = subgroupMatrixMultiplyAccumulate(pull[c], columns, product);
      }
      subgroupMatrixStore<row_major>(&tile, own + 8u * n, product, SCORE_PITCH);
    }
    workgroupBarrier();
    var grad = array<vec4f, 4>();
    if (takes) {
      for (var j = 0u; j < 4u; j++) { // unroll
        grad[j] = floatsAt(place + 2u * j);
      }
    }

    // 3. The scores, and the gradients at them.
    for (var i = lane; i < KEYS * QUADS; i += LANES) {
      let at = keyBase + min(first + i / QUADS, end - 1u) * keyWidth + min(i % QUADS, cols - 1u);
      tile[i / QUADS * PITCH + i % QUADS] = select(vec2u(0u), k[at], i % QUADS < cols);
    }
    workgroupBarrier();
    for (var n = 0u; n < KEYS / 16u; n++) { // unroll
      var product = Sum();
      for (var c = 0u; c < WIDTH; c++) { // unroll
        let columns = subgroupMatrixLoad<Right, col_major>(&tile, 16u * n * PITCH + 4u * c, PITCH);
        product = subgroupMatrixMultiplyAccumulate(query[c], columns, product);
      }
      subgroupMatrixStore<row_major>(&tile, own + 8u * n, product, SCORE_PITCH);
    }
    workgroupBarrier();
    if (takes) {
      for (var j = 0u; j < 4u; j++) { // unroll
        let ids = first + 16u * part + 4u * j + vec4u(0u, 1u, 2u, 3u);
        let weight = select(vec4f(0.0), exp(floatsAt(place + 2u * j) * params.scale - line.x), ids < vec4u(sees));
        let keep = keepOfKeys(bh * params.queries + firstQuery + row, ids.x);
        tile[place + j] = bitcast<vec2u>(vec4<f16>(weight * (keep * grad[j] - line.y))); // no further than it has read
      }
    }
    workgroupBarrier();

    // 4. Along the keys.
    for (var n = 0u; n < KEYS / 16u; n++) { // unroll
      let grads = subgroupMatrixLoad<Left, row_major>(&tile, own + 8u * n, SCORE_PITCH);
      for (var c = 0u; c < WIDTH; c++) { // unroll
        let columns = subgroupMatrixLoad<Right, row_major>(&tile, 16u * n * PITCH + 4u * c, PITCH);
        sum[c] = subgroupMatrixMultiplyAccumulate(grads, columns, sum[c]);
      }
    }
    workgroupBarrier();
  }

  // 5. 16 by 16 sums a subgroup at a time; a lane takes a vector of 4 in rows 8 apart.
  for (var c = 0u; c < WIDTH; c++) { // unroll
    subgroupMatrixStore<row_major>(&tile, own, sum[c], SCORE_PITCH);
    workgroupBarrier();
    for (var h = 0u; h < 2u; h++) {
      let to = ownFirst + lane % 32u / 4u + 8u * h;
      let col = 4u * c + lane % 4u;
      if (firstQuery + to <= lastQuery && col < cols) {
        dq[queryBase + (firstQuery + to) * queryWidth + col] = floatsAt(SCORES + to * SCORE_PITCH + 2u * (lane % 4u)) * params.scale;
      }
    }
    workgroupBarrier();
  }
}
