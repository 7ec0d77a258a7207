// clip_scale: the global norm of a gradient, and the factor that brings it under a limit.
//
//   clip[0] = norm  = sqrt(Σ partial)
//   clip[1] = scale = min(1, limit / (norm + 1e-6));  1 with limit 0;  0 where the norm is infinite or NaN
//
// partial : [partials] f32, partials a multiple of 4, read as vec4: what sum_squares leaves, of one array or of several end to end
// clip    : [2] f32
// One lane owns it all: a thousand additions are over before a second workgroup could be told of them.
//
// A scale of 0 tells adamw to leave everything alone: one bad batch costs one step, not the run. The norm is reported as it is, so that
// the host can say what happened. The test looks at the exponent's bits, because WGSL lets a compiler assume that x != x is never true.

struct Params { partials: u32, limit: f32 }

@group(0) @binding(0) var<storage, read> partial: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> clip: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

const EXPONENT = 0x7f800000u;

@compute @workgroup_size(1)
fn main() {
  var sum = vec4f(0.0);
  for (var i = 0u; i < params.partials / 4u; i++) {
    sum += partial[i];
  }
  let norm = sqrt(sum.x + sum.y + sum.z + sum.w);
  var scale = 1.0;
  if ((bitcast<u32>(norm) & EXPONENT) == EXPONENT) {
    scale = 0.0;
  } else if (params.limit > 0.0) {
    scale = min(1.0, params.limit / (norm + 1e-6));
  }
  clip[0] = norm;
  clip[1] = scale;
}
