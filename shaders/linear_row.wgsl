// linear_row: linear.wgsl for very few rows, as decoding has: one frame a sample, every weight read once.
//
//   y[m,n] = sum_k x[m,k] * w[n,k]  +  b[n]        (the bias when hasBias is 1)
//
// x : [rows, inner] f32      w : [cols, inner] f32      b : [cols] f32      y : [rows, cols] f32      inner a multiple of 4
// One lane owns one output: with a single row there is nothing to share but x, and the weights are the traffic.
// Four sums run side by side over every fourth vector and are added at the end, a fixed tree.

const WG = 64u;

struct Params { rows: u32, inner: u32, cols: u32, hasBias: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  if (i >= params.rows * params.cols) { return; }
  let m = i / params.cols;
  let n = i % params.cols;
  let steps = params.inner / 4u;
  var sum = vec4f(0.0);
  for (var k = 0u; k < steps; k++) {
    sum += x[m * steps + k] * w[n * steps + k];
  }
  var total = (sum.x + sum.y) + (sum.z + sum.w);
  if (params.hasBias == 1u) { total += b[n]; }
  y[i] = total;
}
