// top_log_probs: the most likely classes of each row, with their log-probabilities: what a beam search needs of a vocabulary.
//
//   value[r,n] = logits[r,v] - logSumExp over u < classes of logits[r,u],  id[r,n] = v,  with v the n-th of row r by logit, the lower id of two alike
//
// logits : [rows, stride] f32, stride a multiple of 4, read as vec4; columns from `classes` on may hold anything, real ones may be -infinity
// value  : [rows, k] f32, in order from the highest      id : [rows, k] u32; k is at most K, and at most `classes`
// A row belongs to a workgroup. Each lane walks every LANES-th vector of four and keeps, in order, the k best it saw, and the sum of all exponentials
// under a running maximum of its own. After one barrier each lane counts how many of the others' come before one of its own, which is the place
// of that one: a lane's list is walked no further than that, and one entry less than k is counted past in all. Sums are added in lane order.
//
// Logits are compared as whole numbers in the order of floats, in which NaN has a place too, the first: every one of k places is written, by one
// lane, and a row with NaN or +infinity among its real columns is known. It has NaN for values, so that whoever reads them sees it.

const LANES = 64u; // tune: 1 to 256; LANES · K is at most 1024
const K = 8u; // tune: 1 to 64
const LOWEST = -3.4e38;
const NOTHING = 0xffffffffu;
const INFINITE = 0xff800000u; // the key of +infinity

struct Params { rows: u32, classes: u32, stride: u32, k: u32 }

@group(0) @binding(0) var<storage, read> logits: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> value: array<f32>;
@group(0) @binding(2) var<storage, read_write> id: array<u32>;
@group(0) @binding(3) var<uniform> params: Params;

// The n-th best of a lane is at n · LANES + lane. What is no entry has key 0 and comes after every entry.
var<workgroup> keys: array<u32, LANES * K>;
var<workgroup> classOf: array<u32, LANES * K>;
var<workgroup> tops: array<f32, LANES>;
var<workgroup> totals: array<f32, LANES>;

// Whole numbers in the order of floats, from that of -infinity, 0x7fffff, to that of +infinity, then NaN; -0 is 0.
fn keysOf(x: vec4f) -> vec4u {
  let stored = bitcast<vec4u>(x);
  let size = stored & vec4u(0x7fffffffu);
  let negative = (stored >= vec4u(0x80000000u)) & (size > vec4u(0u));
  let key = select(size | vec4u(0x80000000u), ~stored, negative);
  return select(key, vec4u(NOTHING), size > vec4u(0x7f800000u));
}

// Puts a class into a lane's list, behind all that are as good: those have lower ids.
fn insert(lane: u32, key: u32, candidate: u32) {
  var at = (params.k - 1u) * LANES + lane;
  for (var n = 1u; n < params.k; n++) {
    let before = at - LANES;
    if (keys[before] >= key) { break; }
    keys[at] = keys[before];
    classOf[at] = classOf[before];
    at = before;
  }
  keys[at] = key;
  classOf[at] = candidate;
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.y * groups.x + group.x;
  let start = min(row, params.rows - 1u) * (params.stride >> 2u);
  for (var n = 0u; n < params.k; n++) {
    keys[n * LANES + lane] = 0u;
    classOf[n * LANES + lane] = NOTHING;
  }

  // 1. Each lane: its own best, and its own sum of exponentials.
  let last = (params.k - 1u) * LANES + lane;
  let end = (params.classes + 3u) >> 2u;
  var high = LOWEST;
  var powers = 0.0;
  var worst = 0u;
  for (var v = lane; v < end; v += LANES) {
    let column = vec4u(0u, 1u, 2u, 3u) + 4u * v;
    let real = column < vec4u(params.classes);
    let x = logits[start + v];
    let seen = select(vec4f(LOWEST), x, real);
    let higher = max(max(high, max(seen.x, seen.y)), max(seen.z, seen.w));
    let each = select(vec4f(0.0), exp(seen - higher), real);
    powers = powers * exp(high - higher) + ((each.x + each.y) + (each.z + each.w));
    high = higher;
    let key = select(vec4u(0u), keysOf(x), real);
    if (any(key > vec4u(worst))) {
      for (var i = 0u; i < 4u; i++) {
        if (key[i] > worst) {
          insert(lane, key[i], 4u * v + i);
          worst = keys[last];
        }
      }
    }
  }
  tops[lane] = high;
  totals[lane] = powers;
  workgroupBarrier();

  // 2. The logSumExp of the row, and the places of this lane's best among those of all.
  var highest = LOWEST;
  var finite = true;
  for (var n = 0u; n < LANES; n++) {
    highest = max(highest, tops[n]);
    finite = finite && keys[n] < INFINITE;
  }
  var total = 0.0;
  for (var n = 0u; n < LANES; n++) { total += totals[n] * exp(tops[n] - highest); }
  for (var n = 0u; n < params.k; n++) {
    let key = keys[n * LANES + lane];
    let candidate = classOf[n * LANES + lane];
    var place = select(n, params.k, candidate == NOTHING);
    for (var other = 0u; other < LANES && place < params.k; other++) {
      for (var at = other; at < params.k * LANES && other != lane && place < params.k; at += LANES) {
        if (keys[at] < key || (keys[at] == key && classOf[at] > candidate)) { break; }
        place++;
      }
    }
    if (place >= params.k) { break; }
    if (row < params.rows) {
      let logProb = (logits[start + (candidate >> 2u)][candidate & 3u] - highest) - log(total);
      value[row * params.k + place] = bitcast<f32>(select(0x7fc00000u, bitcast<u32>(logProb), finite));
      id[row * params.k + place] = candidate;
    }
  }
}
