// kernel_mean: how near each row is to many others, by kernels of several widths: what maximum mean discrepancy (Gretton et al. 2012) is summed from.
//
//   sum[i] = Σ_j shareB[j] · Σ_q exp(-|a[i] - b[j]|² / (2 sigma[q]²)),   over all j or, with `apart` 1, those other than i
//
// a, b   : [rows, width] and [others, width] f32, width a multiple of 4, read as vec4; rows whose share is 0 may hold anything
// shareA, shareB : [rows] and [others] f32; of shareA only whether it is 0 matters here
// sigma  : [widths] f32
// sum    : [rows] f32; 0 where shareA is
// One lane owns one row of a and goes through b in order.

const WG = 64u;

struct Params { rows: u32, others: u32, width: u32, widths: u32, apart: u32 }

@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> shareA: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read> shareB: array<f32>;
@group(0) @binding(4) var<storage, read> sigma: array<f32>;
@group(0) @binding(5) var<storage, read_write> sum: array<f32>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  if (i >= params.rows) { return; }
  let cols = params.width / 4u;
  var total = 0.0;
  for (var j = 0u; j < params.others; j++) {
    if (shareA[i] == 0.0 || shareB[j] == 0.0 || (params.apart == 1u && i == j)) { continue; }
    var square = 0.0;
    for (var c = 0u; c < cols; c++) {
      let off = a[i * cols + c] - b[j * cols + c];
      square += dot(off, off);
    }
    for (var q = 0u; q < params.widths; q++) { total += shareB[j] * exp(-0.5 * square / (sigma[q] * sigma[q])); }
  }
  sum[i] = total;
}
