// batch_norm_grad: the gradient of the loss before batch_norm in training, from the gradient after it.
//
//   s = 1 / √(variance[c] + epsilon)       n = (x[b,t,c] - mean[c]) · s            (mean, variance = statistics, from the forward)
//   dx[b,t,c] = gamma[c] · s · (dy[b,t,c] - means[1,c] - n · means[0,c])           for t < lengths[b], else 0
//               (+ what was there, if accumulate is 1)
//
// x, dy, dx  : [batch, length, width] f32, width a multiple of 4, read as vec4; x and dy may hold anything at padding
// lengths    : [batch] u32; all frames of a sample whose length is above `length` are valid
// statistics : [2, width] f32, read as vec4
// gamma      : [width] f32, read as vec4
// means      : [2, width] f32, read as vec4: of dy · n, and of dy, over the valid frames of the batch, from batch_norm_weight_grad
// One lane owns four columns of EACH frames of a sample, for which it reads what belongs to the columns once. Padding is never read.

const WG = 64u;
const EACH = 8u; // tune: 1 8 64, frames of a sample that a lane takes in turn

struct Params { batch: u32, length: u32, width: u32, epsilon: f32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> lengths: array<u32>;
@group(0) @binding(2) var<storage, read> statistics: array<vec4f>;
@group(0) @binding(3) var<storage, read> gamma: array<vec4f>;
@group(0) @binding(4) var<storage, read> dy: array<vec4f>;
@group(0) @binding(5) var<storage, read> means: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(7) var<uniform> params: Params;

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
    let gain = gamma[c] * scale;
    let along = means[c];
    let level = means[columns + c];
    for (var t = first; t < end; t++) {
      let at = start + t * columns;
      var grad = vec4f(0.0);
      if (t < known) { grad = gain * (dy[at] - level - (x[at] - mean) * scale * along); }
      if (params.accumulate == 1u) { grad += dx[at]; }
      dx[at] = grad;
    }
  }
}
