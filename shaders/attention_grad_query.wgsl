// attention_grad_query: the gradient of the loss at the queries of an attention.
//
//   w[j]  = exp(s[j] - logSumExp[i])                 the weights again, from the scores s[j] = scale · q[i]·k[j]
//   dq[i] = scale · Σ_j w[j]·(dy[i]·v[j] - delta[i])·k[j]      over the visible j, as in attention
//
// q, dy, dq        : [B, Tq, D] f32, dq with the rows of q, D = heads·headWidth, read as vec4, headWidth a multiple of 4
// k, v             : [B, Tk, D] f32
// rowStats            : [B, H, Tq] of (logSumExp, delta), from attention_delta
// keyLengths       : [B] u32
// q has rows of queryStride numbers, k and v of keyStride, D of them from keyColumn and valueColumn on: all may be one tensor, side by side
// One lane owns ROWS neighbouring queries of one head and walks the keys in blocks, as attention does; dq is summed where it lies.
//
// No score overflows: a visible one is at most logSumExp but for rounding, so its weight is at most about 1. Keys past the last
// visible one are not read: NaN in padding stays there. A query that sees no key gets 0.
//
// With operands in f16 it is attention_half_grad_query: q, k, v and dy are what to_half makes, and the gradients at the scores are rounded
// before they meet the keys; weights, gradients and sums are f32, and the scale comes last of all, so that it takes no digits from them. The
// gradient at y, and with it all gradients, carries the loss scale, which keeps them in f16's range: one from 65520 on becomes infinite and is
// seen at the end of the way back, and the step is skipped.
//
// Where a step drops weights it is attention_dropped_grad_query: dy[i]·v[j] is keep[i,j]·dy[i]·v[j], with the keep of attention_dropped.

// use: attention_grad_buffers

const WG = 32u;
const ROWS = 4u; // tune: 4 8
const QUADS = 2u; // tune: 2 4, a block is 4 · QUADS keys

@group(0) @binding(6) var<storage, read_write> dq: array<vec4f>;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let tile = (group.y * groups.x + group.x) * WG + lane;
  let tiles = (params.queries + ROWS - 1u) / ROWS;
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
  let length = min(keyLengths[b], params.keys);
  let firstQuery = tile % tiles * ROWS;

  // 1. The lane's queries: where they lie, how far they see. Queries past the last repeat it and write the same numbers again.
  var queryAt: array<u32, ROWS>;
  var at: array<u32, ROWS>;
  var sees: array<u32, ROWS>;
  var level: array<f32, ROWS>;
  var mean: array<f32, ROWS>;
  var line: array<u32, ROWS>;
  for (var r = 0u; r < ROWS; r++) { // unroll
    let row = min(firstQuery + r, params.queries - 1u);
    queryAt[r] = (b * params.queries + row) * queryWidth + column;
    at[r] = (b * params.queries + row) * width + column;
    sees[r] = select(length, min(length, row + 1u), params.causal != 0u);
    line[r] = bh * params.queries + row;
    let stats = rowStats[line[r]];
    level[r] = stats.x;
    mean[r] = stats.y;
  }
  let rows = min(ROWS, params.queries - firstQuery);
  for (var r = 0u; r < rows; r++) {
    for (var c = 0u; c < cols; c++) {
      dq[queryAt[0] + r * queryWidth + c] = vec4f(0.0);
    }
  }

  let end = sees[ROWS - 1u];
  for (var first = 0u; first < end; first += 4u * QUADS) {
    var keyAt = array<vec4u, QUADS>();
    for (var n = 0u; n < QUADS; n++) { // unroll
      keyAt[n] = keyBase + min(first + 4u * n + vec4u(0u, 1u, 2u, 3u), vec4u(end - 1u)) * keyWidth;
    }

    // 2. Scores, and the gradients dy·v of the weights.
    // Zeros must be asked for: Dawn 0.6.2 zeroes a bare `var` of a loop's body on the first turn only.
    var score = array<array<vec4f, QUADS>, ROWS>();
    var grad = array<array<vec4f, QUADS>, ROWS>();
    for (var c = 0u; c < cols; c++) {
      var query = array<vec4f, ROWS>();
      var pull = array<vec4f, ROWS>();
      for (var r = 0u; r < ROWS; r++) { // unroll
        query[r] = widened(q[queryAt[r] + c]);
        pull[r] = widened(dy[at[r] + c]);
      }
      for (var n = 0u; n < QUADS; n++) { // unroll
        let k0 = widened(k[keyAt[n].x + c]);
        let k1 = widened(k[keyAt[n].y + c]);
        let k2 = widened(k[keyAt[n].z + c]);
        let k3 = widened(k[keyAt[n].w + c]);
        let v0 = widened(v[keyAt[n].x + gap + c]);
        let v1 = widened(v[keyAt[n].y + gap + c]);
        let v2 = widened(v[keyAt[n].z + gap + c]);
        let v3 = widened(v[keyAt[n].w + gap + c]);
        for (var r = 0u; r < ROWS; r++) { // unroll
          score[r][n] += vec4f(dot(query[r], k0), dot(query[r], k1), dot(query[r], k2), dot(query[r], k3));
          grad[r][n] += vec4f(dot(pull[r], v0), dot(pull[r], v1), dot(pull[r], v2), dot(pull[r], v3));
        }
      }
    }

    // 3. Gradients of the scores.
    for (var r = 0u; r < ROWS; r++) { // unroll
      for (var n = 0u; n < QUADS; n++) { // unroll
        let seen = first + 4u * n + vec4u(0u, 1u, 2u, 3u) < vec4u(sees[r]);
        let weight = select(vec4f(0.0), exp(score[r][n] * params.scale - level[r]), seen);
        let keep = keepOfKeys(line[r], first + 4u * n);
        grad[r][n] = rounded(weight * (keep * grad[r][n] - mean[r])) * params.scale;
      }
    }

    // 4. Along the keys.
    for (var c = 0u; c < cols; c++) {
      var sum = array<vec4f, ROWS>();
      for (var r = 0u; r < ROWS; r++) { // unroll
        sum[r] = dq[queryAt[r] + c];
      }
      for (var n = 0u; n < QUADS; n++) { // unroll
        let k0 = widened(k[keyAt[n].x + c]);
        let k1 = widened(k[keyAt[n].y + c]);
        let k2 = widened(k[keyAt[n].z + c]);
        let k3 = widened(k[keyAt[n].w + c]);
        for (var r = 0u; r < ROWS; r++) { // unroll
          sum[r] += grad[r][n].x * k0 + grad[r][n].y * k1 + grad[r][n].z * k2 + grad[r][n].w * k3;
        }
      }
      for (var r = 0u; r < ROWS; r++) { // unroll
        dq[queryAt[r] + c] = sum[r];
      }
    }
  }
}
