// pose_loss_report: what the host wants to know of each sample of a batch: its share of the loss, its error, its reward.
//
//   share[b]  = coefficient[b] · weight[b] · Σ_t rowSums[b,t,0]          (the loss of the batch is Σ_b share[b])
//   error[b]  = Σ_t rowSums[b,t,1] / (frames[b] · coords)                (mean over the sample's own frames and coordinates)
//   reward[b] = 2^(-error[b] / reference)                                (in (0, 1], a half at the running median error)
//
// rowSums     : [B,T,2] f32, as pose_loss leaves it
// frames      : [B] u32
// weight      : [B] f32, 0 for a sample that is skipped
// coefficient : [B] f32, what turns a sum into the mean that is trained on, e.g. 1 / (B·T·numbers)
// reference   : [1] f32, the running median error, >= 0
// report      : [B,4] f32, (share, error, reward, weight)
// One lane owns one sample.
//
// While the median is still 0 (nothing has been seen yet) every reward is 1, so nothing is skipped and nothing is preferred. A sample
// without frames has share 0, error 0 and reward 1. A factor of 0 gives a share of exactly 0, even where the sum overflowed; the error
// still shows that it did. The exponent is never positive, so the reward cannot overflow; far above the median it becomes 0.

const WG = 64u;

struct Params { batch: u32, length: u32, coords: u32 }

@group(0) @binding(0) var<storage, read> rowSums: array<vec2f>;
@group(0) @binding(1) var<storage, read> frames: array<u32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> coefficient: array<f32>;
@group(0) @binding(4) var<storage, read> reference: array<f32>;
@group(0) @binding(5) var<storage, read_write> report: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let b = (group.y * groups.x + group.x) * WG + lane;
  if (b >= params.batch) {
    return;
  }
  let rows = min(frames[b], params.length);
  var sums = vec2f(0.0);
  for (var t = 0u; t < rows; t++) {
    sums += rowSums[b * params.length + t];
  }
  let factor = coefficient[b] * weight[b];
  let share = select(factor * sums.x, 0.0, factor == 0.0);
  let error = sums.y / f32(max(rows * params.coords, 1u));
  let median = reference[0];
  var reward = 1.0;
  if (median > 0.0) {
    reward = exp2(-error / median);
  }
  report[b] = vec4f(share, error, reward, weight[b]);
}
