// parts/linear_forward: the product of linear: its factors, and what becomes of its sums. For that of linear_grad the loader takes
// parts/linear_backward in its place.
//
//   y[m,n] = residual[m,n] + drop(bend(sum_k x[m,k] * w[n,k] + b[n]))
//   bend   = max(·, 0) with activation 1, nothing with 0; drop as in dropout.wgsl, nothing at rate 0; b and residual where they are had
//
// x : [rows, inner] f32      w : [cols, inner] f32, a row an output, as PyTorch keeps it      b : [cols] f32
// residual, y : [rows, cols] f32      seed : [4] u32, stream : as in dropout.wgsl      inner and cols are multiples of 4; rows may be anything

// use: operand_f32, factor_exact, dropped

struct Params { rows: u32, inner: u32, cols: u32, hasBias: u32, activation: u32, hasResidual: u32, stream: u32, rate: f32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<Operand>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read> residual: array<vec4f>;
@group(0) @binding(4) var<storage, read> seed: array<u32>;
@group(0) @binding(5) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

// Vectors of 4 that a sum walks, which is as many as a row of the left factor has.
fn stepsOfSum() -> u32 { return params.inner / 4u; }

// Vectors of 4 in a row of the result.
fn quadsOfRow() -> u32 { return params.cols / 4u; }

// Four numbers of the left factor.
fn leftAt(at: u32) -> vec4f { return rounded(x[at]); }

// The weights between four numbers of a sum and four columns of the result, as they are stored: a vector for each of the columns.
fn weightsAt(quad: u32, step: u32, steps: u32, quads: u32) -> mat4x4f {
  let at = 4u * quad * steps + step;
  return mat4x4f(widened(w[at]), widened(w[at + steps]), widened(w[at + 2u * steps]), widened(w[at + 3u * steps]));
}

// Such weights with a vector for each column of the result.
fn byColumns(weights: mat4x4f) -> mat4x4f { return weights; }

// What four numbers of the left factor add to four columns, with such weights.
fn product(left: vec4f, weights: mat4x4f) -> vec4f {
  return vec4f(dot(left, weights[0]), dot(left, weights[1]), dot(left, weights[2]), dot(left, weights[3]));
}

// What is added to every sum of four columns.
fn biasAt(quad: u32) -> vec4f {
  var bias = vec4f(0.0);
  if (params.hasBias == 1u) { bias = b[quad]; }
  return bias;
}

// Puts a sum where it belongs; at counts vectors of 4 in y. Dropout as in dropout.wgsl.
fn store(sum: vec4f, bias: vec4f, at: u32) {
  var out = sum + bias;
  if (params.activation == 1u) { out = max(out, vec4f(0.0)); }
  if (params.rate > 0.0) { out = dropped(out, at, params.stream); }
  if (params.hasResidual == 1u) { out += residual[at]; }
  y[at] = out;
}
