// layer_norm_weight_grad: what layer_norm's scale and shift gain from every row.
// One lane owns four columns and walks all rows in order, so no two lanes meet and the sum has one fixed order. Splitting the rows
// into chunks with a second kernel to fold them was measured at [1200, 512]: not faster on either software driver.
// The workgroup is small because the lanes are few: 512 columns are 128 lanes, and every core should get some.

const WG = 16u;

// use: columns_normed

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let c = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.width / 4u;
  if (c < columns) {
    var gammaSum = vec4f(0.0);
    var betaSum = vec4f(0.0);
    for (var row = 0u; row < params.rows; row++) {
      let at = row * columns + c;
      let grad = dy[at];
      gammaSum += grad * ((x[at] - stats[row].x) * stats[row].y);
      betaSum += grad;
    }
    dGamma[c] += gammaSum;
    dBeta[c] += betaSum;
  }
}
