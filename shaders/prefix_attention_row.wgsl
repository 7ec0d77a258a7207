// prefix_attention_row: one new query a sample over the keys and values of what came before its sentence, and those of the sentence so far.
//
//   y[b] = Σ_j softmax_j(scale · q[b]·key[j]) · value[j]   over j < m + n, head by head
//   rows j < m are of prefix, the others row j - m of cache;   m = prefixLengths[b / share], n = lengths[b] + extra
//
// q       : [B, queryStride] f32, of which the first D = heads·HEAD columns count, read as vec4; head h is columns h·HEAD … (h+1)·HEAD - 1
// prefix  : [B / share, prefixRows, 2D] f32, a key and its value side by side; neighbouring samples, `share` of them, see one, as beams of a sentence do
// cache   : [B, capacity, 2D] f32, the same of each sample; rows not visible of either are not read
// y       : [B, D] f32
// prefixLengths : [B / share] u32, at most prefixRows; lengths : [B] u32; n is at most `capacity`; more of either counts as that
// HEAD is at most 192. A sample that sees no key gets y = 0.
// One workgroup owns one head of one sample. Its lanes take the keys in turn, each under a running maximum of its own; after one barrier each lane
// merges all sums in four columns, in lane order, so a run repeats bit for bit.
//
// Safe for scores of any size: exp(own maximum - highest maximum) <= 1, and the sum of all weights is at least 1.

const WG = 8u; // WG · HEAD · 4 bytes of workgroup memory: 6 KiB at HEAD 192, of the 16 KiB WebGPU promises
const HEAD = 64u; // tune: 4 to 192, a multiple of 4
const LOWEST = -1e30;

struct Params {
  batch: u32, share: u32, prefixRows: u32, capacity: u32, heads: u32, headWidth: u32, extra: u32, scale: f32, queryStride: u32
}

@group(0) @binding(0) var<storage, read> q: array<vec4f>;
@group(0) @binding(1) var<storage, read> prefix: array<vec4f>;
@group(0) @binding(2) var<storage, read> prefixLengths: array<u32>;
@group(0) @binding(3) var<storage, read> cache: array<vec4f>;
@group(0) @binding(4) var<storage, read> lengths: array<u32>;
@group(0) @binding(5) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

var<workgroup> sums: array<vec4f, WG * HEAD / 4u>;
var<workgroup> tops: array<f32, WG>;
var<workgroup> totals: array<f32, WG>;

// Four numbers of a key or a value: `at` counts from the beginning of its row.
fn seenAt(b: u32, row: u32, m: u32, at: u32) -> vec4f {
  let both = params.heads * params.headWidth / 2u;
  if (row < m) { return prefix[(b / params.share * params.prefixRows + row) * both + at]; }
  return cache[(b * params.capacity + row - m) * both + at];
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let bh = group.y * groups.x + group.x;
  let inside = bh < params.batch * params.heads;
  let b = select(0u, bh / params.heads, inside);
  let cols = params.headWidth / 4u; // not a constant: drivers would write out the loops below, and compile for seconds
  let width = params.heads * cols;
  let column = bh % params.heads * cols;
  let queryAt = b * (params.queryStride / 4u) + column;
  let m = min(prefixLengths[b / params.share], params.prefixRows);
  let end = select(0u, m + min(lengths[b] + params.extra, params.capacity), inside);

  // 1. Each lane: the weighted sum of its own keys' values, under its own maximum.
  var top = LOWEST;
  var total = 0.0;
  for (var j = lane; j < end; j += WG) {
    var score = 0.0;
    for (var c = 0u; c < cols; c++) { score += dot(q[queryAt + c], seenAt(b, j, m, column + c)); }
    score *= params.scale;
    let high = max(top, score);
    let weight = exp(score - high);
    let fade = exp(top - high);
    top = high;
    total = total * fade + weight;
    for (var c = 0u; c < cols; c++) {
      let older = select(sums[lane * cols + c] * fade, vec4f(0.0), j == lane);
      sums[lane * cols + c] = older + weight * seenAt(b, j, m, width + column + c);
    }
  }
  tops[lane] = top;
  totals[lane] = total;
  workgroupBarrier();

  // 2. All lanes' sums under the highest maximum. Only the first `users` lanes had a key.
  let users = min(WG, end);
  var high = LOWEST;
  for (var n = 0u; n < users; n++) {
    high = max(high, tops[n]);
  }
  if (inside) {
    for (var c = lane; c < cols; c += WG) {
      var sum = vec4f(0.0);
      var weights = 0.0;
      for (var n = 0u; n < users; n++) {
        let portion = exp(tops[n] - high);
        sum += portion * sums[n * cols + c];
        weights += portion * totals[n];
      }
      y[b * width + column + c] = sum / select(1.0, weights, users > 0u);
    }
  }
}
