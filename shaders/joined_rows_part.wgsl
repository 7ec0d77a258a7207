// joined_rows_part: of rows that joined_rows has joined, the first or the second ones again, each sample's from row 0 on.
//
//   y[b, j] = x[b, from + j] for j < lengths[b], else 0        (+ what was there, if accumulate is 1);   from = behind · starts[b]
//
// x       : [batch, length, width] f32, width a multiple of 4, read as vec4; other rows are not read
// starts  : [batch] u32: where the second ones begin, at most `length`; more counts as that
// lengths : [batch] u32: how many there are; more than rows of y, or of x from there on, count as that
// y       : [batch, rows, width] f32, read as vec4
// One lane owns four neighbours of y.

const WG = 64u;

struct Params { batch: u32, length: u32, rows: u32, width: u32, behind: u32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> starts: array<u32>;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.width / 4u;
  if (i >= params.batch * params.rows * columns) {
    return;
  }
  let b = i / (params.rows * columns);
  let j = i / columns % params.rows;
  let start = select(0u, min(starts[b], params.length), params.behind == 1u);
  var value = vec4f(0.0);
  if (j < min(lengths[b], params.length - start)) { value = x[(b * params.length + start + j) * columns + i % columns]; }
  if (params.accumulate == 1u) { value += y[i]; }
  y[i] = value;
}
