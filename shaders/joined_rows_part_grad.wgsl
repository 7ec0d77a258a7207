// joined_rows_part_grad: the gradient at the joined rows of which joined_rows_part took some: theirs in their places, 0 elsewhere.
//
//   dx[b, t] = dy[b, t - from] for from <= t < from + lengths[b], else 0        (+ what was there, if accumulate is 1);   from = behind · starts[b]
//
// dy      : [batch, rows, width] f32, width a multiple of 4, read as vec4; rows past their lengths are not read
// starts, lengths : as in joined_rows_part
// dx      : [batch, length, width] f32, read as vec4
// One lane owns four neighbours of dx.

const WG = 64u;

struct Params { batch: u32, length: u32, rows: u32, width: u32, behind: u32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> dy: array<vec4f>;
@group(0) @binding(1) var<storage, read> starts: array<u32>;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.width / 4u;
  if (i >= params.batch * params.length * columns) {
    return;
  }
  let b = i / (params.length * columns);
  let t = i / columns % params.length;
  let start = select(0u, min(starts[b], params.length), params.behind == 1u);
  var grad = vec4f(0.0);
  if (t >= start && t - start < min(lengths[b], params.rows)) { grad = dy[(b * params.rows + t - start) * columns + i % columns]; }
  if (params.accumulate == 1u) { grad += dx[i]; }
  dx[i] = grad;
}
