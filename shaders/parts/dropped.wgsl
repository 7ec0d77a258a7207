// parts/dropped: dropout of four numbers, for shaders that draw while they compute: what dropout.wgsl drops, the same bits.
//
// The shader has params.rate, at 0 of which nothing is below the threshold, and seed : [4] u32, of which two are used; new ones every step.
// rate · 2³² is exact, a product with a power of two, and fits a u32 since rate < 1.

// use: random

// v, which stands at vector `at` of a tensor, with a share of its numbers 0 and the rest enlarged. A select, not a product with 0: an overflow
// that is dropped becomes 0, not NaN. stream: a number of its own for every place in the model that drops.
fn dropped(v: vec4f, at: u32, stream: u32) -> vec4f {
  let bits = pcg4d(vec4u(at, stream, seed[0], seed[1]));
  return select(vec4f(0.0), v / (1.0 - params.rate), bits >= vec4u(u32(params.rate * 4294967296.0)));
}
