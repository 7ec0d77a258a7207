// linear_row: linear.wgsl for very few rows, as decoding has: one frame a sample, every weight read once.
//
//   y[m,n] = residual[m,n] + bend(sum_k x[m,k] * w[n,k] + b[n])
//   bend   = max(·, 0) with activation 1, nothing with 0; b and residual where they are had
//
// x : [rows, inner] f32      w : [cols, inner] f32      b : [cols] f32      residual, y : [rows, cols] f32      inner a multiple of 4
// One lane owns four neighbouring outputs of a row: one load of x serves four of weights, which are the traffic. Outputs past the last
// repeat it and are not stored.
// For each output four sums run side by side over every fourth number and are added at the end, a fixed tree.

const WG = 32u;

struct Params { rows: u32, inner: u32, cols: u32, hasBias: u32, activation: u32, hasResidual: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read> residual: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let quads = (params.cols + 3u) / 4u;
  let m = i / quads;
  if (m >= params.rows) { return; }
  let first = 4u * (i % quads);
  let steps = params.inner / 4u;
  let at = min(first + vec4u(0u, 1u, 2u, 3u), vec4u(params.cols - 1u)) * steps;

  var sum0 = vec4f(0.0);
  var sum1 = vec4f(0.0);
  var sum2 = vec4f(0.0);
  var sum3 = vec4f(0.0);
  for (var k = 0u; k < steps; k++) {
    let row = x[m * steps + k];
    sum0 += row * w[at.x + k];
    sum1 += row * w[at.y + k];
    sum2 += row * w[at.z + k];
    sum3 += row * w[at.w + k];
  }
  let total = vec4f(across(sum0), across(sum1), across(sum2), across(sum3));
  for (var n = 0u; n < min(4u, params.cols - first); n++) {
    let to = m * params.cols + first + n;
    var out = total[n];
    if (params.hasBias == 1u) { out += b[first + n]; }
    if (params.activation == 1u) { out = max(out, 0.0); }
    if (params.hasResidual == 1u) { out += residual[to]; }
    y[to] = out;
  }
}

fn across(v: vec4f) -> f32 { return (v.x + v.y) + (v.z + v.w); }
