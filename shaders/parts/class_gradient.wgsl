// parts/class_gradient: the gradient of a row's cross entropy at four neighbouring logits.

// No column.
const NONE = 0xffffffffu;

// factor · (e^(logit - top) - wanted): wanted is 1 - smoothing at the column `right`, which may lie outside, and `share` more in all but the two of
// `apart`. Columns from `classes` on get exactly 0, whatever stands there: it is chosen away, not multiplied by 0.
fn classGradient(factor: f32, four: vec4f, top: f32, column: vec4u, right: u32, apart: vec2u, share: f32) -> vec4f {
  let counted = (column != vec4u(apart.x)) & (column != vec4u(apart.y));
  let hit = select(vec4f(0.0), vec4f(1.0 - params.smoothing), column == vec4u(right));
  let wanted = hit + select(vec4f(0.0), vec4f(share), counted);
  return select(vec4f(0.0), factor * (exp(four - top) - wanted), column < vec4u(params.classes));
}
