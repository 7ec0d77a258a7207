// parts/normal_tail: how much of a normal distribution lies beyond a number, for gelu_erf and its gradient.

// Past ±13 the density is below 1e-37; squares of numbers beyond could overflow.
fn nearZero(x: vec4f) -> vec4f { return clamp(x, vec4f(-13.0), vec4f(13.0)); }

// √(2π) times the density at x.
fn bell(x: vec4f) -> vec4f { return exp(-0.5 * x * x); }

// The share beyond |x|: ½ erfc(|x|/√2), by formula 7.1.26 of Abramowitz and Stegun, "Handbook of Mathematical Functions", 1964; off by at most
// 7.5e-8, and by less the rarer it is. 0.23164190 is their 0.3275911/√2, and the last factor their e^(-x²).
fn tailBeyond(x: vec4f, bell: vec4f) -> vec4f {
  let t = 1.0 / (1.0 + 0.23164190 * abs(x));
  let sum = 0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)));
  return 0.5 * t * sum * bell;
}
