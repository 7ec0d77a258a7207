// batch_norm: every column brought to mean 0 and variance 1, then scaled and shifted; padding comes out as 0.
//
//   y[b,t,c] = (x[b,t,c] - mean[c]) / √(variance[c] + epsilon) · gamma[c] + beta[c]    for t < lengths[b], else 0
//   (mean, variance) = statistics: of the batch in training, the running ones otherwise
//
// x, y        : [batch, length, width] f32, width a multiple of 4, read as vec4; x may hold anything at padding
// lengths     : [batch] u32; all frames of a sample whose length is above `length` are valid
// statistics  : [2, width] f32 or longer, read as vec4
// gamma, beta : [width] f32, read as vec4
// One lane owns four columns of EACH frames of a sample, for which it reads what belongs to the columns once. Padding is never read.
// epsilon > 0 keeps a constant column finite: its y is beta.

const WG = 64u;
const EACH = 8u; // tune: 1 8 64, frames of a sample that a lane takes in turn

struct Params { batch: u32, length: u32, width: u32, epsilon: f32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> lengths: array<u32>;
@group(0) @binding(2) var<storage, read> statistics: array<vec4f>;
@group(0) @binding(3) var<storage, read> gamma: array<vec4f>;
@group(0) @binding(4) var<storage, read> beta: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.width / 4u;
  let parts = (params.length + EACH - 1u) / EACH;
  if (i < params.batch * parts * columns) {
    let part = i / columns;
    let c = i % columns;
    let b = part / parts;
    let first = (part % parts) * EACH;
    let end = min(first + EACH, params.length);
    let known = clamp(lengths[b], first, end);
    let start = b * params.length * columns + c;
    let mean = statistics[c];
    let scale = inverseSqrt(statistics[columns + c] + params.epsilon);
    let gain = gamma[c];
    let offset = beta[c];
    for (var t = first; t < known; t++) { y[start + t * columns] = (x[start + t * columns] - mean) * scale * gain + offset; }
    for (var t = known; t < end; t++) { y[start + t * columns] = vec4f(0.0); }
  }
}
