// parts/token_phase: where a moment lies in a token's span, and what of it the frames are told.

// How much a token's weight falls towards the ends of its span: that of a normal distribution whose deviation is a third of the span.
const SHARPNESS = 4.5;

// Places along a span of which a frame is told how near it is.
const PLACES = 16u;

// 0 where a token begins, 1 where it ends; before and after it, beyond.
fn phaseOf(moment: f32, span: vec2f) -> f32 {
  return (moment - span.x) / max(span.y, 1e-6);
}

// The logarithm of an unnormalised weight: largest in the middle of the span.
fn scoreOf(phase: f32) -> f32 {
  return -SHARPNESS * (phase - 0.5) * (phase - 0.5);
}

// The place of a phase, from 0 to PLACES - 1; moments outside the span count as its ends.
fn placeOf(phase: f32) -> f32 {
  return clamp(phase, 0.0, 1.0) * f32(PLACES - 1u);
}
