// column_sum: every column's total, added onto what is there: the gradient at a bias.
//
//   sum[c] += Σ_r x[r,c]
//
// x   : [rows, cols] f32, cols a multiple of 4, read as vec4
// sum : [cols] f32, read as vec4, added onto
// One lane owns four columns and walks all rows, so the order is fixed. Four running sums, of rows 0 4 8 …, 1 5 9 … and so on, are
// folded at the end: a quarter of the roundings in a chain, and loads that need not wait for the addition before them.
// The workgroup is small because the lanes are few: 512 columns are 128 lanes, and every core should get some.

const WG = 16u;

struct Params { rows: u32, cols: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> sum: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let c = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.cols / 4u;
  if (c < columns) {
    var s0 = vec4f(0.0);
    var s1 = vec4f(0.0);
    var s2 = vec4f(0.0);
    var s3 = vec4f(0.0);
    var row = 0u;
    for (; row + 3u < params.rows; row += 4u) {
      let at = row * columns + c;
      s0 += x[at];
      s1 += x[at + columns];
      s2 += x[at + 2u * columns];
      s3 += x[at + 3u * columns];
    }
    for (; row < params.rows; row++) { s0 += x[row * columns + c]; }
    sum[c] += (s0 + s1) + (s2 + s3);
  }
}
