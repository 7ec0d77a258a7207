// parts/gate: how far a gate is open, from the number that is trained.
//
//   kind 0, clamp: the number, but no less than 0 and no more than 1      kind 1, tanh: its hyperbolic tangent

// WGSL's tanh may be off by 1e-5, and is sinh/cosh on some drivers. Near 0 its series, whose next term is below 3e-9 there, is exact at 0,
// where a gate that adds nothing must add nothing; elsewhere the same function through exp, of a number clamped to ±10, where it is ±1.
fn openTo(raw: f32, kind: u32) -> f32 {
  if (kind == 0u) { return clamp(raw, 0.0, 1.0); }
  let s = raw * raw;
  let series = raw * (1.0 + s * (-1.0 / 3.0 + s * (2.0 / 15.0 + s * (-17.0 / 315.0 + s * 62.0 / 2835.0))));
  let e = exp(2.0 * clamp(raw, -10.0, 10.0));
  return select((e - 1.0) / (e + 1.0), series, abs(raw) < 0.25);
}
