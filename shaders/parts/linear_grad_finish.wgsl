// parts/linear_grad_finish: what becomes of a sum of linear_grad's before it is stored. Reads params, x and dx of the kernel.

// at counts vectors of 4 in x and dx.
fn finished(sum: vec4f, at: u32) -> vec4f {
  var out = sum;
  if (params.gated == 1u) { out = select(vec4f(0.0), out / (1.0 - params.rate), x[at] > vec4f(0.0)); }
  if (params.accumulate == 1u) { out += dx[at]; }
  return out;
}
