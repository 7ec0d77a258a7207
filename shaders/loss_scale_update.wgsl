// loss_scale_update: clip_scale for a gradient that was multiplied by a scale, and what that scale is next (Micikevicius et al., "Mixed
// Precision Training", 2018).
//
//   clip[0] = norm  = sqrt(Σ partial) / scale
//   clip[1] = factor = min(1, limit / (norm + 1e-6)) / scale;  1 / scale with limit 0;  0 where the norm is infinite or NaN
//
// Such a step is skipped: the scale halves. After `interval` others in a row it doubles, up to 2^24: beyond that nothing is gained, and a
// gradient of nothing would drive it to infinity.
//
//   hyper'[4] = 1 - beta1^t, hyper'[5] = 1 - beta2^t      t counts the steps that were not skipped: only they moved the moments
//
// partial : [partials] f32, partials a multiple of 4, read as vec4: what sum_squares leaves of the multiplied gradient
// hyper   : [8] f32, as adamw takes it; what is in places 4 and 5 is not read
// scaling : [8] f32, kept: (scale, steps since it changed or one was skipped, steps skipped in all, beta1^t, beta2^t, 0, 0, 0)
// clip    : [2] f32, as clip_scale leaves it, the factor for the multiplied gradient
// tuned   : [8] f32, hyper with the corrections
// One lane owns it all, as in clip_scale, where the test of the norm is explained. Scales are powers of 2: halving, doubling and dividing
// by them round nothing. A running product of t betas is off by t/2 roundings of itself at most, 3e-5 of a correction at its worst.

struct Params { partials: u32, limit: f32, interval: f32 }

@group(0) @binding(0) var<storage, read> partial: array<vec4f>;
@group(0) @binding(1) var<storage, read> hyper: array<f32>;
@group(0) @binding(2) var<storage, read_write> scaling: array<f32>;
@group(0) @binding(3) var<storage, read_write> clip: array<f32>;
@group(0) @binding(4) var<storage, read_write> tuned: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

const EXPONENT = 0x7f800000u;
const LARGEST = 16777216.0;

@compute @workgroup_size(1)
fn main() {
  var sum = vec4f(0.0);
  for (var i = 0u; i < params.partials / 4u; i++) {
    sum += partial[i];
  }
  let scale = scaling[0];
  let norm = sqrt(sum.x + sum.y + sum.z + sum.w) / scale;
  var factor = 0.0;
  if ((bitcast<u32>(norm) & EXPONENT) == EXPONENT) {
    scaling[0] = scale / 2.0;
    scaling[1] = 0.0;
    scaling[2] += 1.0;
  } else {
    factor = 1.0 / scale;
    if (params.limit > 0.0) { factor = min(1.0, params.limit / (norm + 1e-6)) / scale; }
    scaling[1] += 1.0;
    scaling[3] *= hyper[1];
    scaling[4] *= hyper[2];
    if (scaling[1] >= params.interval) {
      scaling[0] = min(2.0 * scale, LARGEST);
      scaling[1] = 0.0;
    }
  }
  clip[0] = norm;
  clip[1] = factor;
  for (var i = 0u; i < 8u; i++) {
    tuned[i] = hyper[i];
  }
  tuned[4] = 1.0 - scaling[3];
  tuned[5] = 1.0 - scaling[4];
}
