// attention_row: one new query a sample over the keys and values kept from earlier steps, for generating step by step.
//
//   y[b] = Σ_j softmax_j(scale · q[b]·key[b,j]) · value[b,j]   over j < lengths[b] + extra, head by head
//
// q       : [B, queryStride] f32, of which the first D = heads·HEAD columns count, read as vec4; head h is columns h·HEAD … (h+1)·HEAD - 1
// cache   : [B, capacity, 2D] f32, a key and its value side by side; rows not visible are not read
// y       : [B, D] f32
// Neighbouring samples, `share` of them, may see one cache, as beams of a sentence do: of caches and lengths there are B / share then.
// lengths : [B] u32; extra is 1 where this step's own key was appended without lengths having moved yet
// HEAD is at most 192. A sample that sees no key gets y = 0.
// One workgroup owns one head of one sample. Its lanes take the keys in turn, four at a time, each under a running maximum of its
// own as in attention; after one barrier each lane merges all sums in four columns, in lane order, so a run repeats bit for bit.
//
// Safe for scores of any size: exp(own maximum - highest maximum) <= 1, and the sum of all weights is at least 1.

const WG = 8u; // WG · HEAD · 4 bytes of workgroup memory: 6 KiB at HEAD 192, of the 16 KiB WebGPU promises
const HEAD = 64u; // tune: 4 to 192, a multiple of 4
const LOWEST = -1e30;

struct Params { batch: u32, share: u32, capacity: u32, heads: u32, headWidth: u32, extra: u32, scale: f32, queryStride: u32 }

@group(0) @binding(0) var<storage, read> q: array<vec4f>;
@group(0) @binding(1) var<storage, read> cache: array<vec4f>;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

var<workgroup> sums: array<vec4f, WG * HEAD / 4u>;
var<workgroup> tops: array<f32, WG>;
var<workgroup> totals: array<f32, WG>;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let bh = group.y * groups.x + group.x;
  let inside = bh < params.batch * params.heads;
  let b = select(0u, bh / params.heads, inside);
  let cols = params.headWidth / 4u; // not a constant: drivers would write out the loops below, and compile for seconds
  let width = params.heads * cols;
  let column = bh % params.heads * cols;
  let queryAt = b * (params.queryStride / 4u) + column;
  let seen = b / params.share;
  let keyBase = seen * params.capacity * 2u * width + column;
  let end = select(0u, min(lengths[seen] + params.extra, params.capacity), inside);

  // 1. Each lane: the weighted sum of its own keys' values, under its own maximum.
  var top = LOWEST;
  var total = 0.0;
  for (var first = 4u * lane; first < end; first += 4u * WG) {
    let ids = first + vec4u(0u, 1u, 2u, 3u);
    let at = keyBase + min(ids, vec4u(end - 1u)) * 2u * width;
    var score = vec4f(0.0);
    for (var c = 0u; c < cols; c++) {
      let query = q[queryAt + c];
      let k0 = cache[at.x + c];
      let k1 = cache[at.y + c];
      let k2 = cache[at.z + c];
      let k3 = cache[at.w + c];
      score += vec4f(dot(query, k0), dot(query, k1), dot(query, k2), dot(query, k3));
    }
    score = select(vec4f(LOWEST), score * params.scale, ids < vec4u(end));
    let high = max(max(top, max(score.x, score.y)), max(score.z, score.w));
    let weight = exp(score - high);
    let fade = exp(top - high);
    top = high;
    total = total * fade + ((weight.x + weight.y) + (weight.z + weight.w));
    for (var c = 0u; c < cols; c++) {
      let older = select(sums[lane * cols + c] * fade, vec4f(0.0), first == 4u * lane);
      let v0 = cache[at.x + width + c];
      let v1 = cache[at.y + width + c];
      let v2 = cache[at.z + width + c];
      let v3 = cache[at.w + width + c];
      sums[lane * cols + c] = older + weight.x * v0 + weight.y * v1 + weight.z * v2 + weight.w * v3;
    }
  }
  tops[lane] = top;
  totals[lane] = total;
  workgroupBarrier();

  // 2. All lanes' sums under the highest maximum. Only the first `users` lanes had a key.
  let users = min(WG, (end + 3u) / 4u);
  var high = LOWEST;
  for (var n = 0u; n < users; n++) {
    high = max(high, tops[n]);
  }
  if (inside) {
    for (var c = lane; c < cols; c += WG) {
      var sum = vec4f(0.0);
      var weights = 0.0;
      for (var n = 0u; n < users; n++) {
        let share = exp(tops[n] - high);
        sum += share * sums[n * cols + c];
        weights += share * totals[n];
      }
      y[b * width + column + c] = sum / select(1.0, weights, users > 0u);
    }
  }
}
