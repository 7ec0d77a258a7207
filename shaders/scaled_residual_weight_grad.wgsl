// scaled_residual_weight_grad: what scaled_residual's scales gain from every row.
// One lane owns four columns and walks all rows in order, so no two lanes meet and the sum has one fixed order. The workgroup is small because
// the lanes are few: 512 columns are 128 lanes, and every core should get some. GPUs take column_sum_workgroup with the same summands.

const WG = 16u;

// use: columns_scaled

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let c = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.scales / 4u;
  if (c < columns) {
    var total = vec4f(0.0);
    for (var row = 0u; row < params.rows; row++) { total += summand(row, columns, c, true); }
    addTotal(c, total);
  }
}
