// parts/drop_path: which clips' branches a step drops (stochastic depth, Huang et al. 2016).
// use: random

// What a clip's branch is multiplied by: 0 where it is dropped, 1/(1 - rate) where it is kept. Clips draw as the elements of dropout do.
// rate · 2³² is exact, and at rate 0 nothing is below it.
fn pathFactor(clip: u32, stream: u32, key: vec2u, rate: f32) -> f32 {
  if (rate == 0.0) { return 1.0; }
  let bits = pcg4d(vec4u(clip / 4u, stream, key));
  return select(0.0, 1.0 / (1.0 - rate), bits[clip % 4u] >= u32(rate * 4294967296.0));
}
