// parts/linear_finish: what becomes of a sum of linear's before it is stored. Reads params, seed and residual of the kernel.
// use: random

// The sum comes with its bias; at counts vectors of 4 in y. Dropout as in dropout.wgsl.
fn finished(sum: vec4f, at: u32) -> vec4f {
  var out = sum;
  if (params.activation == 1u) { out = max(out, vec4f(0.0)); }
  if (params.rate > 0.0) {
    let bits = pcg4d(vec4u(at, params.stream, seed[0], seed[1]));
    out = select(vec4f(0.0), out / (1.0 - params.rate), bits >= vec4u(u32(params.rate * 4294967296.0)));
  }
  if (params.hasResidual == 1u) { out += residual[at]; }
  return out;
}
