// batch_norm_sums: what the gradients of a batch norm sum down its columns, over the valid frames of each slice of a batch.
//
//   n = (x[b,t,c] - mean[c]) / √(variance[c] + epsilon)                  (mean, variance = statistics, from the forward)
//   sums[s,0,c] = Σ dy[b,t,c] · n        sums[s,1,c] = Σ dy[b,t,c]       over the frames of slice s, which are those of batch_norm_moments
//
// x, dy      : [batch, length, width] f32, width a multiple of 4, read as vec4; frames from lengths[b] on may hold anything
// lengths    : [batch] u32, each at most `length`; more counts as `length`
// statistics : [2, width] f32, read as vec4
// sums       : [batch · ⌈length / slice⌉, 2, width] f32, read as vec4
// One lane owns four columns of one slice and walks its frames in order. n is of size 1 whatever the size of x, so the sums hold numbers the
// size of dy. Padding is never read.

const WG = 64u;

struct Params { batch: u32, length: u32, width: u32, slice: u32, epsilon: f32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> lengths: array<u32>;
@group(0) @binding(2) var<storage, read> statistics: array<vec4f>;
@group(0) @binding(3) var<storage, read> dy: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> sums: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.width / 4u;
  let each = (params.length + params.slice - 1u) / params.slice;
  if (i < params.batch * each * columns) {
    let s = i / columns;
    let c = i % columns;
    let b = s / each;
    let first = (s % each) * params.slice;
    let end = min(first + params.slice, min(lengths[b], params.length));
    let mean = statistics[c];
    let scale = inverseSqrt(statistics[columns + c] + params.epsilon);
    var along = vec4f(0.0);
    var sum = vec4f(0.0);
    for (var t = first; t < end; t++) {
      let at = (b * params.length + t) * columns + c;
      along += dy[at] * ((x[at] - mean) * scale);
      sum += dy[at];
    }
    sums[2u * s * columns + c] = along;
    sums[(2u * s + 1u) * columns + c] = sum;
  }
}
