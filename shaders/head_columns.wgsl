// head_columns: the columns of each head at another distance, with zeros between heads that lie further apart than they are wide.
//
//   y[r, h·to + c] = x[r, h·from + c]   for c < min(from, to)
//                  = 0                  for the other c < to
//   and onto what y holds, instead, where accumulate is 1
//
// x : [rows, heads·from] f32
// y : [rows, heads·to] f32, heads·to a multiple of 4, written as vec4
// One lane owns four neighbours of y. From `from` to a multiple of 4 it is what lets attention read heads of any width; the other way round, its
// gradient, and what attention puts out. A copy: no rounding, and what lies between heads of x is not read, so that NaN stays there.

const WG = 256u;

struct Params { rows: u32, heads: u32, columnsFrom: u32, columnsTo: u32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let width = params.heads * params.columnsTo;
  if (i >= params.rows * width / 4u) {
    return;
  }
  let row = 4u * i / width;
  var out = vec4f(0.0);
  for (var k = 0u; k < 4u; k++) {
    let at = 4u * i % width + k;
    let column = at % params.columnsTo;
    if (column < params.columnsFrom) {
      out[k] = x[(row * params.heads + at / params.columnsTo) * params.columnsFrom + column];
    }
  }
  if (params.accumulate == 1u) {
    out += y[i];
  }
  y[i] = out;
}
