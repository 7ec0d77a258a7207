// column_sum_workgroup: column_sum for GPUs, where the few lanes that columns are would leave most of it idle.
//
//   total[c] += Σ_r summand[r,c]
//
// The summands are of one of three parts, with the buffers they come from and go to: as it stands here x, of [rows, cols] numbers; as
// layer_norm_weight_grad_workgroup what layer_norm's scale and shift gain from each row, [rows, width]; as
// scaled_residual_weight_grad_workgroup what scaled_residual's scales gain.
// One workgroup owns 4·ACROSS neighbouring columns, its lanes ACROSS side by side in so many slices of the rows: slice s sums rows s,
// s + SLICES and so on, AHEAD of them at a time in sums of their own, as loads must not wait for each other. After one barrier the
// first lanes add the slices up in order: every total has one fixed order. Rows past the last read the last one and count as 0.
// Eight lanes side by side read 128 bytes of a row, a GPU's cache line; more would leave narrow tensors too few workgroups.

// use: columns_plain

const WG = 256u;
const ACROSS = 8u; // tune: 8 16 32
const SLICES = WG / ACROSS;
const AHEAD = 4u;

var<workgroup> sums: array<Summand, WG>;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let columns = width() / 4u;
  let c = (group.y * groups.x + group.x) * ACROSS + lane % ACROSS;
  let column = min(c, columns - 1u);

  var ahead: array<Summand, AHEAD>;
  for (var first = 0u; first < params.rows; first += SLICES * AHEAD) {
    for (var n = 0u; n < AHEAD; n++) { // unroll
      let row = first + n * SLICES + lane / ACROSS;
      ahead[n] = ahead[n] + summand(min(row, params.rows - 1u), columns, column, row < params.rows);
    }
  }
  sums[lane] = (ahead[0] + ahead[1]) + (ahead[2] + ahead[3]);
  workgroupBarrier();

  if (lane < ACROSS && c < columns) {
    var total: Summand;
    for (var slice = 0u; slice < SLICES; slice++) {
      total = total + sums[slice * ACROSS + lane];
    }
    addTotal(c, total);
  }
}
