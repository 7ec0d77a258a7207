// kernel_mean_grad: the gradient of sums of kernel_mean at the rows, all else held still.
//
//   da[i] = -scale · share[0] · shareA[i] · Σ_j shareB[j] · Σ_q exp(-|a[i] - b[j]|² / (2 sigma[q]²)) / sigma[q]² · (a[i] - b[j])
//           (+ what was there, if accumulate is 1)
//
// a, da : [rows, width] f32, width a multiple of 4, read as vec4; b, shareA, shareB, sigma and `apart` as in kernel_mean
// share : [1] f32, what the loss is multiplied by, times the loss scale if there is one
// One lane owns one row and goes through b in order; its sum lies in da, which no other lane touches there.

const WG = 64u;

struct Params { rows: u32, others: u32, width: u32, widths: u32, apart: u32, scale: f32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> shareA: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read> shareB: array<f32>;
@group(0) @binding(4) var<storage, read> sigma: array<f32>;
@group(0) @binding(5) var<storage, read> share: array<f32>;
@group(0) @binding(6) var<storage, read_write> da: array<vec4f>;
@group(0) @binding(7) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  if (i >= params.rows) { return; }
  let cols = params.width / 4u;
  if (params.accumulate == 0u) {
    for (var c = 0u; c < cols; c++) { da[i * cols + c] = vec4f(0.0); }
  }
  for (var j = 0u; j < params.others; j++) {
    if (shareA[i] == 0.0 || shareB[j] == 0.0 || (params.apart == 1u && i == j)) { continue; }
    var square = 0.0;
    for (var c = 0u; c < cols; c++) {
      let off = a[i * cols + c] - b[j * cols + c];
      square += dot(off, off);
    }
    var slope = 0.0;
    for (var q = 0u; q < params.widths; q++) {
      let variance = sigma[q] * sigma[q];
      slope += exp(-0.5 * square / variance) / variance;
    }
    slope *= params.scale * share[0] * shareA[i] * shareB[j];
    for (var c = 0u; c < cols; c++) { da[i * cols + c] -= slope * (a[i * cols + c] - b[j * cols + c]); }
  }
}
