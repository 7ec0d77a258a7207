// joined_rows: two sequences of rows one behind the other, with no padding between them, for every sample: signing before the words that are read after it.
//
//   y[b, t] = first[b, t]        t < m
//           = second[b, t - m]   m <= t < m + n         m = firstLengths[b], n = secondLengths[b]
//           = 0                  elsewhere;             lengths[b] = m + n
//
// first, second : [batch, firstRows, width], [batch, secondRows, width] f32, width a multiple of 4, read as vec4; rows past their lengths are not read
// firstLengths, secondLengths : [batch] u32, each at most as many as there are rows; more counts as that
// y             : [batch, firstRows + secondRows, width] f32, read as vec4
// lengths       : [batch] u32
// One lane owns four neighbours of y; the lane of a sample's first four writes its length too.

const WG = 64u;

struct Params { batch: u32, firstRows: u32, secondRows: u32, width: u32 }

@group(0) @binding(0) var<storage, read> first: array<vec4f>;
@group(0) @binding(1) var<storage, read> firstLengths: array<u32>;
@group(0) @binding(2) var<storage, read> second: array<vec4f>;
@group(0) @binding(3) var<storage, read> secondLengths: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> lengths: array<u32>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.width / 4u;
  let rows = params.firstRows + params.secondRows;
  if (i >= params.batch * rows * columns) {
    return;
  }
  let b = i / (rows * columns);
  let t = i / columns % rows;
  let m = min(firstLengths[b], params.firstRows);
  let n = min(secondLengths[b], params.secondRows);
  var value = vec4f(0.0);
  if (t < m) {
    value = first[(b * params.firstRows + t) * columns + i % columns];
  } else if (t < m + n) {
    value = second[(b * params.secondRows + t - m) * columns + i % columns];
  }
  y[i] = value;
  if (i % (rows * columns) == 0u) { lengths[b] = m + n; }
}
