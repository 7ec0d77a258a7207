// attention_half_grad_query_tiled: attention_half_grad_query for GPUs without matrix units for halves.
//
//   w[j]  = exp(s[j] - logSumExp[i])                 the weights again, from the scores s[j] = scale · q[i]·k[j]
//   dq[i] = scale · Σ_j half(w[j]·(dy[i]·v[j] - delta[i]))·k[j]      over the visible j, as in attention
//
// q          : [B, Tq, D] f16, two to a u32, what to_half makes; dy : [B, Tq, heads·headWidth] f16; dq : f32 with the rows of q
// k, v       : [B, Tk, D] f16
// rowStats      : [B, H, Tq] of (logSumExp, delta), from attention_half and attention_delta
// keyLengths : [B] u32
// q has rows of queryStride numbers, k and v of keyStride, heads·headWidth of them from keyColumn and valueColumn on: all may be one tensor
// headWidth is a multiple of 4, at most 32·TURNS.
// Lanes, tiles and edges as in attention_grad_query_tiled, roundings as in attention_half_grad_query. Keys past the last visible one are
// not read: NaN in padding stays there. A query that sees no key gets 0. Sums run over the keys in one fixed order.

const ROWS = 32u; // tune: 16 32 64, queries of a tile: more share each load, and make fewer workgroups
const TURNS = 2u; // tune: headWidth / 32, rounded up
const KEYS = 32u;
const CHUNK = 8u; // vectors of a row at a time, one for each x
const PITCH = 9u; // of a row in the workgroup's memory, against bank conflicts

struct Params { batch: u32, queries: u32, keys: u32, heads: u32, headWidth: u32, causal: u32, scale: f32,
  queryStride: u32, keyStride: u32, keyColumn: u32, valueColumn: u32 }

@group(0) @binding(0) var<storage, read> q: array<vec2u>;
@group(0) @binding(1) var<storage, read> k: array<vec2u>;
@group(0) @binding(2) var<storage, read> v: array<vec2u>;
@group(0) @binding(3) var<storage, read> dy: array<vec2u>;
@group(0) @binding(4) var<storage, read> rowStats: array<vec2f>;
@group(0) @binding(5) var<storage, read> keyLengths: array<u32>;
@group(0) @binding(6) var<storage, read_write> dq: array<vec4f>;
@group(0) @binding(7) var<uniform> params: Params;

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
        queryTile[(id.y + 8u * m) * PITCH + id.x] = wide(q[queryAt[m] + col]);
      }
      for (var n = 0u; n < 4u; n++) { // unroll
        keyTile[(id.y + 8u * n) * PITCH + id.x] = wide(k[keyAt[n] + col]);
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
        queryTile[(id.y + 8u * m) * PITCH + id.x] = wide(dy[pullAt[m] + col]);
      }
      for (var n = 0u; n < 4u; n++) { // unroll
        keyTile[(id.y + 8u * n) * PITCH + id.x] = wide(v[keyAt[n] + gap + col]);
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
      queryTile[row * PITCH + id.x] = nearestHalf(weight * (grad[m] - line[m].y)) * params.scale;
    }

    // 3. Along the keys, chunk by chunk: each lane its own vector of columns.
    for (var turn = 0u; turn < TURNS; turn++) { // unroll
      for (var n = 0u; n < 4u; n++) { // unroll
        keyTile[(id.y + 8u * n) * PITCH + id.x] = wide(k[keyAt[n] + min(turn * CHUNK + id.x, cols - 1u)]);
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

fn wide(h: vec2u) -> vec4f { return vec4f(unpack2x16float(h.x), unpack2x16float(h.y)); }

// As in linear_half.
fn nearestHalf(v: vec4f) -> vec4f {
  let bits = bitcast<vec4u>(v);
  let near = (bits + vec4u(0xfffu) + ((bits >> vec4u(13u)) & vec4u(1u))) & vec4u(0xffffe000u);
  let size = bits & vec4u(0x7fffffffu);
  let far = (bits & vec4u(0x80000000u)) | max(size, vec4u(0x7f800000u));
  return bitcast<vec4f>(select(near, far, size >= vec4u(0x477ff000u)));
}
