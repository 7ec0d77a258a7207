// attention_half_tiled: attention_half for GPUs without matrix units for halves, in tiles as attention_tiled.
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
// headWidth is a multiple of 4, at most 32·TURNS. A query that sees no key gets y = 0 and L = 0.
// Lanes, tiles and edges as in attention_tiled, roundings and what they are safe for as in attention_half: the tiles hold numbers made
// wide again, half the bytes to load.

const ROWS = 32u; // tune: 16 32 64, queries of a tile: more share each load, and make fewer workgroups
const TURNS = 2u; // tune: headWidth / 32, rounded up
const KEYS = 32u;
const CHUNK = 8u; // vectors of a row at a time, one for each x
const PITCH = 9u;
const LOWEST = -1e30;

struct Params { batch: u32, queries: u32, keys: u32, heads: u32, headWidth: u32, causal: u32, scale: f32,
  queryStride: u32, keyStride: u32, keyColumn: u32, valueColumn: u32 }

@group(0) @binding(0) var<storage, read> q: array<vec2u>;
@group(0) @binding(1) var<storage, read> k: array<vec2u>;
@group(0) @binding(2) var<storage, read> v: array<vec2u>;
@group(0) @binding(3) var<storage, read> keyLengths: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> logSumExp: array<f32>;
@group(0) @binding(6) var<uniform> params: Params;

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
  let unit = params.scale * 1.4426950408889634; // scores count powers of two
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
        queryTile[(id.y + 8u * m) * PITCH + id.x] = wide(q[queryBase + min(firstQuery + id.y + 8u * m, lastQuery) * queryWidth + col]);
      }
      for (var n = 0u; n < 4u; n++) { // unroll
        keyTile[(id.y + 8u * n) * PITCH + id.x] = wide(k[keyBase + min(first + id.y + 8u * n, end - 1u) * keyWidth + col]);
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
        high = max(high, ceil(ofLanes[row * 8u + x]));
      }
      let keep = exp2(top[m] - high);
      let weight = exp2(score[m] - high);
      top[m] = high;
      total[m] = total[m] * keep + ((weight.x + weight.y) + (weight.z + weight.w));
      queryTile[row * PITCH + id.x] = nearestHalf(weight);
      for (var turn = 0u; turn < TURNS; turn++) { // unroll
        mean[turn][m] *= keep;
      }
    }

    // 3. Along the values, chunk by chunk: each lane its own vector of columns.
    for (var turn = 0u; turn < TURNS; turn++) { // unroll
      let col = min(turn * CHUNK + id.x, cols - 1u);
      for (var n = 0u; n < 4u; n++) { // unroll
        keyTile[(id.y + 8u * n) * PITCH + id.x] = wide(v[keyBase + gap + min(first + id.y + 8u * n, end - 1u) * keyWidth + col]);
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
        logSumExp[bh * params.queries + firstQuery + row] = select(0.0, (top[m] + log2(sum)) * 0.6931471805599453, end > 0u);
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
