// parts/softmax_f32: the exponentials of a softmax: e^(score - level), under the highest score as level.

// What a product of query and key is multiplied by to be a score.
fn scoreUnit(scale: f32) -> f32 { return scale; }

// The level that exponentials are taken under, from the highest score.
fn levelOf(highest: f32) -> f32 { return highest; }

fn levelsOf(highest: vec4f) -> vec4f { return highest; }

fn power(x: f32) -> f32 { return exp(x); }

fn powers(x: vec4f) -> vec4f { return exp(x); }

// log Σ e^score, from the sum of the exponentials under a level.
fn logSumOf(level: f32, sum: f32) -> f32 { return level + log(sum); }
