// column_sum_workgroup: column_sum for GPUs, where the few lanes that columns are would leave most of it idle.
//
//   sum[c] += Σ_r x[r,c]
//
// x   : [rows, cols] f32, cols a multiple of 4, read as vec4
// sum : [cols] f32, read as vec4, added onto
// One workgroup owns 4·ACROSS neighbouring columns, its lanes ACROSS side by side in so many slices of the rows: slice s sums rows s,
// s + SLICES and so on, AHEAD of them at a time in sums of their own, as loads must not wait for each other. After one barrier the
// first lanes add the slices up in order: every total has one fixed order. Rows past the last read the last one and count as 0.
// Eight lanes side by side read 128 bytes of a row, a GPU's cache line; more would leave narrow tensors too few workgroups.

const WG = 256u;
const ACROSS = 8u; // tune: 8 16 32
const SLICES = WG / ACROSS;
const AHEAD = 4u;

struct Params { rows: u32, cols: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> sum: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

var<workgroup> sums: array<vec4f, WG>;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let columns = params.cols / 4u;
  let c = (group.y * groups.x + group.x) * ACROSS + lane % ACROSS;
  let column = min(c, columns - 1u);

  var ahead: array<vec4f, AHEAD>;
  for (var first = 0u; first < params.rows; first += SLICES * AHEAD) {
    for (var n = 0u; n < AHEAD; n++) { // unroll
      let row = first + n * SLICES + lane / ACROSS;
      ahead[n] += select(vec4f(0.0), x[min(row, params.rows - 1u) * columns + column], row < params.rows);
    }
  }
  sums[lane] = (ahead[0] + ahead[1]) + (ahead[2] + ahead[3]);
  workgroupBarrier();

  if (lane < ACROSS && c < columns) {
    var total = vec4f(0.0);
    for (var slice = 0u; slice < SLICES; slice++) {
      total += sums[slice * ACROSS + lane];
    }
    sum[c] += total;
  }
}
