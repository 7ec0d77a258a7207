// parts/softmax_f16: the exponentials of a softmax whose weights are rounded to f16: 2^(score - level), with scores that count powers of two
// and the whole number above the highest as level. Another level then moves a weight by a power of two, so that it rounds to the same
// digits under the maximum of the keys so far as under that of all, and every variant of a kernel rounds alike.

// What a product of query and key is multiplied by to be a score.
fn scoreUnit(scale: f32) -> f32 { return scale * 1.4426950408889634; }

// The level that exponentials are taken under, from the highest score.
fn levelOf(highest: f32) -> f32 { return ceil(highest); }

fn levelsOf(highest: vec4f) -> vec4f { return ceil(highest); }

fn power(x: f32) -> f32 { return exp2(x); }

fn powers(x: vec4f) -> vec4f { return exp2(x); }

// log Σ e^score, from the sum of the exponentials under a level.
fn logSumOf(level: f32, sum: f32) -> f32 { return (level + log2(sum)) * 0.6931471805599453; }
