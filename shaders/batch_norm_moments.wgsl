// batch_norm_moments: the mean of every column, and how far its numbers are from it, over the valid frames of each slice of a batch.
//
//   a slice s = b · ⌈length / slice⌉ + k holds the frames k·slice ≤ t < min((k + 1)·slice, lengths[b]) of sample b
//   moments[s,0,c] = mean of x[b,t,c] over its frames        moments[s,1,c] = Σ (x[b,t,c] - moments[s,0,c])²        (0 where it has none)
//
// x       : [batch, length, width] f32, width a multiple of 4, read as vec4; frames from lengths[b] on may hold anything
// lengths : [batch] u32, each at most `length`; more counts as `length`
// moments : [batch · ⌈length / slice⌉, 2, width] f32, read as vec4
// One lane owns four columns of one slice and walks its frames in order. The sums are Welford's, which move the mean along: E[x²] - mean²
// would lose every digit when |mean| ≫ std. Padding is never read.

const WG = 64u;

struct Params { batch: u32, length: u32, width: u32, slice: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> lengths: array<u32>;
@group(0) @binding(2) var<storage, read_write> moments: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

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
    var mean = vec4f(0.0);
    var squares = vec4f(0.0);
    var count = 0.0;
    for (var t = first; t < end; t++) {
      let value = x[(b * params.length + t) * columns + c];
      let off = value - mean;
      count += 1.0;
      mean += off * (1.0 / count);
      squares += off * (value - mean);
    }
    moments[2u * s * columns + c] = mean;
    moments[(2u * s + 1u) * columns + c] = squares;
  }
}
