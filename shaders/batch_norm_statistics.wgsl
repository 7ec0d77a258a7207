// batch_norm_statistics: mean and variance of every column over all valid frames of a batch, and the running ones moved towards them.
//
//   statistics[0,c] = mean       statistics[1,c] = variance = Σ (x - mean)² / count        (biased; both 0 where no frame is valid)
//   running[0,c] += momentum · (mean - running[0,c])                                        where count ≥ 1
//   running[1,c] += momentum · (variance · count / (count - 1) - running[1,c])              where count ≥ 2; unbiased, as PyTorch has it
//
// moments    : [batch · ⌈length / slice⌉, 2, width] f32, from batch_norm_moments, width a multiple of 4, read as vec4
// lengths    : [batch] u32, each at most `length`; more counts as `length`
// statistics : [2, width] f32, read as vec4
// running    : [2, width] f32 or longer, read as vec4; what lies behind is left alone
// One lane owns four columns and takes the slices in order, so the sum has one fixed order. Means are put together as Chan, Golub and LeVeque
// do, by their difference: nothing cancels. The workgroup is small because the lanes are few.
// A column whose mean or variance is not finite leaves its running numbers alone: one bad batch is not to spoil a model for good. The test
// looks at the exponent's bits, because WGSL lets a compiler assume that x != x is never true.

const WG = 16u;
const EXPONENT = vec4u(0x7f800000u);

struct Params { batch: u32, length: u32, width: u32, slice: u32, momentum: f32 }

@group(0) @binding(0) var<storage, read> moments: array<vec4f>;
@group(0) @binding(1) var<storage, read> lengths: array<u32>;
@group(0) @binding(2) var<storage, read_write> statistics: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> running: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let c = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.width / 4u;
  if (c >= columns) {
    return;
  }
  let each = (params.length + params.slice - 1u) / params.slice;
  var mean = vec4f(0.0);
  var squares = vec4f(0.0);
  var count = 0.0;
  for (var b = 0u; b < params.batch; b++) {
    let frames = min(lengths[b], params.length);
    for (var first = 0u; first < frames; first += params.slice) {
      let at = 2u * (b * each + first / params.slice) * columns + c;
      let more = f32(min(params.slice, frames - first));
      let off = moments[at] - mean;
      let share = more / (count + more);
      mean += off * share;
      squares += moments[at + columns] + off * off * (count * share);
      count += more;
    }
  }
  let variance = squares / max(count, 1.0);
  statistics[c] = mean;
  statistics[columns + c] = variance;

  let unbiased = squares / max(count - 1.0, 1.0);
  let known = isFinite(mean) & isFinite(unbiased);
  let movedMean = running[c] + params.momentum * (mean - running[c]);
  let movedVariance = running[columns + c] + params.momentum * (unbiased - running[columns + c]);
  if (count >= 1.0) { running[c] = select(running[c], movedMean, known); }
  if (count >= 2.0) { running[columns + c] = select(running[columns + c], movedVariance, known); }
}

fn isFinite(v: vec4f) -> vec4<bool> { return (bitcast<vec4u>(v) & EXPONENT) != EXPONENT; }
