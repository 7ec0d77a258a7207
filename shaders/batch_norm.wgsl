// batch_norm: every column brought to mean 0 and variance 1, then scaled and shifted; padding comes out as 0.
//
//   y[b,t,c] = (x[b,t,c] - mean[c]) / √(variance[c] + epsilon) · gamma[c] + beta[c]    for t < lengths[b], else 0
//   (mean, variance) = statistics: of the batch in training, the running ones otherwise
//
// x, y        : [batch, length, width] f32, width a multiple of 4, read as vec4; x may hold anything at padding
// lengths     : [batch] u32; all frames of a sample whose length is above `length` are valid
// statistics  : [2, width] f32 or longer, read as vec4
// gamma, beta : [width] f32, read as vec4
// One lane owns EACH fours of neighbours, WG fours apart. Padding is chosen away, not multiplied by 0.
// epsilon > 0 keeps a constant column finite: its y is beta.

const WG = 256u; // tune: 8 256
const EACH = 1u; // tune: 1 4 16 128, vectors of four a lane takes in turn

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
  let columns = params.width / 4u;
  let first = (group.y * groups.x + group.x) * WG * EACH + lane;
  let end = min(first + WG * EACH, params.batch * params.length * columns);
  for (var i = first; i < end; i += WG) {
    let row = i / columns;
    let c = i % columns;
    let normed = (x[i] - statistics[c]) * inverseSqrt(statistics[columns + c] + params.epsilon);
    y[i] = select(vec4f(0.0), normed * gamma[c] + beta[c], row % params.length < lengths[row / params.length]);
  }
}
