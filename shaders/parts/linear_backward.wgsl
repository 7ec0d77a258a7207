// parts/linear_backward: the product of linear_grad, the gradient of the loss at a linear layer's input: its factors, and what becomes of its
// sums.
//
//   dx[m,k] = gate[m,k] * sum_n dy[m,n] * w[n,k]        (+ what dx holds, when accumulate is 1)
//   gate[m,k] = 1 / (1 - rate) where x[m,k] > 0, else 0, with gated 1: the way back through the ReLU and the dropout that x came out of; else 1
//
// A dropped positive number is 0, a kept one not: no draw is made again. Where x is a positive number too small for the driver, it is 0.
//
// dy : [rows, cols] f32      w : [cols, inner] f32      x, dx : [rows, inner] f32      inner and cols are multiples of 4
// With operands in f16 dy is rounded. Gradients are small: f16 holds nothing below 2^-24, and fewer digits below 2^-14. So the loss is
// multiplied by a scale before the way back.

// use: operand_f32, factor_exact

struct Params { rows: u32, inner: u32, cols: u32, accumulate: u32, gated: u32, rate: f32 }

@group(0) @binding(0) var<storage, read> dy: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<Operand>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

// Vectors of 4 that a sum walks, which is as many as a row of the left factor has.
fn stepsOfSum() -> u32 { return params.cols / 4u; }

// Vectors of 4 in a row of the result.
fn quadsOfRow() -> u32 { return params.inner / 4u; }

// Four numbers of the left factor.
fn leftAt(at: u32) -> vec4f { return rounded(dy[at]); }

// The weights between four numbers of a sum and four columns of the result, as they are stored: a vector for each of the numbers.
fn weightsAt(quad: u32, step: u32, steps: u32, quads: u32) -> mat4x4f {
  let at = 4u * step * quads + quad;
  return mat4x4f(widened(w[at]), widened(w[at + quads]), widened(w[at + 2u * quads]), widened(w[at + 3u * quads]));
}

// Such weights with a vector for each column of the result.
fn byColumns(weights: mat4x4f) -> mat4x4f { return transpose(weights); }

// What four numbers of the left factor add to four columns, with such weights.
fn product(left: vec4f, weights: mat4x4f) -> vec4f {
  return left.x * weights[0] + left.y * weights[1] + left.z * weights[2] + left.w * weights[3];
}

// What is added to every sum of four columns: a gradient has none.
fn biasAt(quad: u32) -> vec4f { return vec4f(0.0); }

// Puts a sum where it belongs; at counts vectors of 4 in x and dx.
fn store(sum: vec4f, bias: vec4f, at: u32) {
  var out = sum;
  if (params.gated == 1u) { out = select(vec4f(0.0), out / (1.0 - params.rate), x[at] > vec4f(0.0)); }
  if (params.accumulate == 1u) { out += dx[at]; }
  dx[at] = out;
}
