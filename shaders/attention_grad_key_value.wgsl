// attention_grad_key_value: the gradients of the loss at the keys and values of an attention.
//
//   w[i]  = exp(scale · q[i]·k[j] - logSumExp[i])             the weight query i gave to key j
//   dv[j] = Σ_i w[i]·dy[i]
//   dk[j] = scale · Σ_i w[i]·(dy[i]·v[j] - delta[i])·q[i]     over the queries i that see j, as in attention
//
// q, dy            : [B, Tq, D] f32, D = heads·headWidth, read as vec4, headWidth a multiple of 4
// k, v             : [B, Tk, D] f32
// dkv              : dk and dv [B, Tk, D] f32 side by side, where k and v are in theirs; rows j >= keyLengths[b] become 0
// rowStats            : [B, H, Tq] of (logSumExp, delta), from attention_delta
// keyLengths       : [B] u32
// q has rows of queryStride numbers, k and v of keyStride, D of them from keyColumn and valueColumn on: all may be one tensor, side by side
// One lane owns ROWS neighbouring keys of one head and walks the queries in blocks; dk and dv are summed where they lie, so that no
// two lanes ever add to the same number and the sums have a fixed order.
//
// No score overflows: a visible one is at most logSumExp but for rounding. Rows of k and v past the length are not read: NaN in
// padding stays there. Every query counts, padding or not, so dy must be finite in all of them and 0 where it means nothing.
//
// With operands in f16 it is attention_half_grad_key_value: q, k, v and dy are what to_half makes; weights and gradients at the scores are
// rounded before they meet dy and the queries. All else, and what the loss scale is for, as in attention_half_grad_query. A weight here is a
// share of 1: with more than 2^14 keys of like weight f16 would lose its digits.
//
// Where a step drops weights it is attention_dropped_grad_key_value: dv[j] = Σ_i keep[i,j]·w[i]·dy[i], and dy[i]·v[j] is keep[i,j]·dy[i]·v[j],
// with the keep of attention_dropped.

// use: attention_grad_buffers

const WG = 32u;
const ROWS = 4u; // tune: 4 8
const QUADS = 2u; // tune: 2 4, a block is 4 · QUADS queries

@group(0) @binding(6) var<storage, read_write> dkv: array<vec4f>;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let tile = (group.y * groups.x + group.x) * WG + lane;
  let tiles = (params.keys + ROWS - 1u) / ROWS;
  if (tile >= params.batch * params.heads * tiles) { return; }
  let bh = tile / tiles;
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
  let firstKey = tile % tiles * ROWS;

  // 1. The lane's keys: where they are summed, where they are read, and the first query that sees each. Keys past the length are
  //    seen by none and the last real one is read for them; keys past the last repeat it, and are written before it.
  var to: array<u32, ROWS>;
  var at: array<u32, ROWS>;
  var since: array<u32, ROWS>;
  for (var r = 0u; r < ROWS; r++) { // unroll
    let key = min(firstKey + r, params.keys - 1u);
    to[r] = keyBase + key * keyWidth;
    at[r] = keyBase + min(key, max(length, 1u) - 1u) * keyWidth;
    since[r] = select(params.queries, select(0u, key, params.causal != 0u), key < length);
  }
  let rows = min(ROWS, params.keys - firstKey);
  for (var r = 0u; r < rows; r++) {
    for (var c = 0u; c < cols; c++) {
      dkv[to[0] + r * keyWidth + c] = vec4f(0.0);
      dkv[to[0] + r * keyWidth + gap + c] = vec4f(0.0);
    }
  }

  for (var first = since[0]; first < params.queries; first += 4u * QUADS) {
    var queryAt = array<vec4u, QUADS>();
    var pullAt = array<vec4u, QUADS>();
    for (var n = 0u; n < QUADS; n++) { // unroll
      let row = min(first + 4u * n + vec4u(0u, 1u, 2u, 3u), vec4u(params.queries - 1u));
      queryAt[n] = queryBase + row * queryWidth;
      pullAt[n] = pullBase + row * width;
    }

    // 2. Scores, and the gradients dy·v of the weights.
    // Zeros must be asked for: Dawn 0.6.2 zeroes a bare `var` of a loop's body on the first turn only.
    var weight = array<array<vec4f, QUADS>, ROWS>();
    var grad = array<array<vec4f, QUADS>, ROWS>();
    for (var c = 0u; c < cols; c++) {
      var key = array<vec4f, ROWS>();
      var value = array<vec4f, ROWS>();
      for (var r = 0u; r < ROWS; r++) { // unroll
        key[r] = widened(k[at[r] + c]);
        value[r] = widened(v[at[r] + gap + c]);
      }
      for (var n = 0u; n < QUADS; n++) { // unroll
        let q0 = widened(q[queryAt[n].x + c]);
        let q1 = widened(q[queryAt[n].y + c]);
        let q2 = widened(q[queryAt[n].z + c]);
        let q3 = widened(q[queryAt[n].w + c]);
        let d0 = widened(dy[pullAt[n].x + c]);
        let d1 = widened(dy[pullAt[n].y + c]);
        let d2 = widened(dy[pullAt[n].z + c]);
        let d3 = widened(dy[pullAt[n].w + c]);
        for (var r = 0u; r < ROWS; r++) { // unroll
          weight[r][n] += vec4f(dot(key[r], q0), dot(key[r], q1), dot(key[r], q2), dot(key[r], q3));
          grad[r][n] += vec4f(dot(value[r], d0), dot(value[r], d1), dot(value[r], d2), dot(value[r], d3));
        }
      }
    }

    // 3. Weights, and gradients of the scores.
    for (var n = 0u; n < QUADS; n++) { // unroll
      let ids = first + 4u * n + vec4u(0u, 1u, 2u, 3u);
      let line = bh * params.queries + min(ids, vec4u(params.queries - 1u));
      let l0 = rowStats[line.x];
      let l1 = rowStats[line.y];
      let l2 = rowStats[line.z];
      let l3 = rowStats[line.w];
      let level = vec4f(l0.x, l1.x, l2.x, l3.x);
      let mean = vec4f(l0.y, l1.y, l2.y, l3.y);
      for (var g = 0u; g < ROWS / 4u; g++) { // unroll
        let keep = keepOfTile(line, firstKey + 4u * g);
        for (var m = 0u; m < 4u; m++) { // unroll
          let r = 4u * g + m;
          let sees = (ids >= vec4u(since[r])) & (ids < vec4u(params.queries));
          weight[r][n] = select(vec4f(0.0), exp(weight[r][n] * params.scale - level), sees);
          grad[r][n] = rounded(weight[r][n] * (keep[m] * grad[r][n] - mean)) * params.scale;
          weight[r][n] = rounded(weight[r][n]) * keep[m];
        }
      }
    }

    // 4. Along the queries and the gradients at the output.
    for (var c = 0u; c < cols; c++) {
      var keySum = array<vec4f, ROWS>();
      var valueSum = array<vec4f, ROWS>();
      for (var r = 0u; r < ROWS; r++) { // unroll
        keySum[r] = dkv[to[r] + c];
        valueSum[r] = dkv[to[r] + gap + c];
      }
      for (var n = 0u; n < QUADS; n++) { // unroll
        let q0 = widened(q[queryAt[n].x + c]);
        let q1 = widened(q[queryAt[n].y + c]);
        let q2 = widened(q[queryAt[n].z + c]);
        let q3 = widened(q[queryAt[n].w + c]);
        let d0 = widened(dy[pullAt[n].x + c]);
        let d1 = widened(dy[pullAt[n].y + c]);
        let d2 = widened(dy[pullAt[n].z + c]);
        let d3 = widened(dy[pullAt[n].w + c]);
        for (var r = 0u; r < ROWS; r++) { // unroll
          keySum[r] += grad[r][n].x * q0 + grad[r][n].y * q1 + grad[r][n].z * q2 + grad[r][n].w * q3;
          valueSum[r] += weight[r][n].x * d0 + weight[r][n].y * d1 + weight[r][n].z * d2 + weight[r][n].w * d3;
        }
      }
      for (var n = 0u; n < ROWS; n++) { // unroll
        let r = ROWS - 1u - n; // the last key's own row behind those that repeat it: they may have dropped others
        dkv[to[r] + c] = keySum[r];
        dkv[to[r] + gap + c] = valueSum[r];
      }
    }
  }
}
