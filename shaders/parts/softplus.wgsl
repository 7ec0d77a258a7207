// parts/softplus: softplus without an exponential of a positive number, and with its digits where it is small.

// softplus at z, and its slope there.
fn softplus(z: f32) -> vec2f {
  let e = exp(-abs(z));
  return vec2f(max(z, 0.0) + logOnePlus(e), select(e, 1.0, z >= 0.0) / (1.0 + e));
}

// log(1 + e) = 2 · artanh(e / (2 + e)) for 0 ≤ e ≤ 1: the argument is at most 1/3, so eight terms are enough.
fn logOnePlus(e: f32) -> f32 {
  let s = e / (2.0 + e);
  let q = s * s;
  let tail = q * (1.0 / 9.0 + q * (1.0 / 11.0 + q * (1.0 / 13.0 + q * (1.0 / 15.0))));
  return 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * (1.0 / 7.0 + tail))));
}
