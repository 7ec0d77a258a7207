// bone_loss_report: each sample's share of the losses on bones and on velocity.
//
//   report[b] = coefficient[b] · weight[b] · Σ_t rowSums[b,t]        (the losses of the batch are Σ_b report[b])
//
// rowSums             : [B,T,2] f32, as bone_loss leaves it
// frames              : [B] u32
// weight, coefficient : [B] f32, as pose_loss_report has them
// report              : [B,2] f32, (bones, velocity)
// One lane owns one sample and walks its own frames in order. A factor of 0 gives exactly 0, even where a sum overflowed.

const WG = 64u;

struct Params { batch: u32, length: u32 }

@group(0) @binding(0) var<storage, read> rowSums: array<vec2f>;
@group(0) @binding(1) var<storage, read> frames: array<u32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> coefficient: array<f32>;
@group(0) @binding(4) var<storage, read_write> report: array<vec2f>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let b = (group.y * groups.x + group.x) * WG + lane;
  if (b >= params.batch) {
    return;
  }
  var sum = vec2f(0.0);
  let rows = min(frames[b], params.length);
  for (var t = 0u; t < rows; t++) {
    sum += rowSums[b * params.length + t];
  }
  let factor = coefficient[b] * weight[b];
  report[b] = select(factor * sum, vec2f(0.0), factor == 0.0);
}
