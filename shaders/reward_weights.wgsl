// reward_weights: how much each sample of a batch counts, by the rewards pose_loss_report gave them.
//
//   kind 0, reward-weighted regression:  weight[b] = B · e^(intensity·reward[b]) / Σ e^(intensity·reward)      (1 on the average)
//   kind 1, policy gradient:             weight[b] = (reward[b] - mean reward) / (2 · spread²)
//   report[b] = (share · weight, error, reward, weight) in kind 0; kind 1 leaves share and weight as they are
//
// report : [B,4] f32, (share, error, reward, weight)
// weight : [B] f32, what pose_loss_grad multiplies with. In kind 1 its goal is the action that was tried, pred + spread · noise:
//          weight · 2(pred - action) is then the score function's gradient, -(reward - mean) · (action - pred) / spread².
// One lane owns the batch: it is at most some hundred samples, and every weight hangs on every reward. Rewards are in (0, 1], so no
// exponential overflows for intensities up to 80.

struct Params { batch: u32, kind: u32, intensity: f32, spread: f32 }

@group(0) @binding(0) var<storage, read_write> report: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> weight: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(1)
fn main() {
  var powers = 0.0;
  var rewards = 0.0;
  for (var b = 0u; b < params.batch; b++) {
    let reward = report[b].z;
    powers += exp(params.intensity * reward);
    rewards += reward;
  }
  let count = f32(params.batch);
  for (var b = 0u; b < params.batch; b++) {
    let told = report[b];
    if (params.kind == 1u) {
      weight[b] = (told.z - rewards / count) / (2.0 * params.spread * params.spread);
    } else {
      let share = count * exp(params.intensity * told.z) / powers;
      weight[b] = share;
      report[b] = vec4f(told.x * share, told.y, told.z, share);
    }
  }
}
