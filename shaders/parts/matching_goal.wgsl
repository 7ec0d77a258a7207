// parts/matching_goal: what a clip is to be matched with, among so many sentences: the softmax of SHARPNESS at its own and 0 at others.

const SHARPNESS = 10.0;

// The share of its own sentence, and that of each of the others.
fn goalOf(rows: u32) -> vec2f {
  let own = exp(SHARPNESS);
  return vec2f(own, 1.0) / (own + f32(rows) - 1.0);
}
