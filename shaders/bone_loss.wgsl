// bone_loss: how far the directions of predicted bones are from the true ones, and the motion from frame to frame from the true motion.
//
//   e[t,j]       = direction of predicted bone j - direction of true bone j          (parts/bones; 0 where the bone does not count)
//   d[t,j]       = pred - goal of joint j, in the model's units
//   rowSums[b,t] = ( bones · Σ |e[t,j]|² / 49,
//                    velocity · (Σ |e[t,j] - e[t-1,j]|² / 49 + Σ |d[t,j] - d[t-1,j]|² / 50) );   (0, 0) where t >= frames[b]
//
// pred, goal : [B,T,S] f32, units : [2,S] f32, as parts/bones has them
// frames     : [B] u32, real frames of each sample
// rowSums    : [B,T,2] f32
// One workgroup owns one row, a lane one joint and the bone that ends in it. After one barrier the first lane adds the 50 up in order.
//
// The change of an error is the error of a change: (pred[t] - pred[t-1]) - (goal[t] - goal[t-1]). A bone's counts where the bone counts in
// both frames; the first frame of a clip has no motion. Padding, which may hold anything, is not read.

// use: bones

const WG = 64u;

struct Params { batch: u32, length: u32, stride: u32, bones: f32, velocity: f32 }

@group(0) @binding(3) var<storage, read> frames: array<u32>;
@group(0) @binding(4) var<storage, read_write> rowSums: array<vec2f>;
@group(0) @binding(5) var<uniform> params: Params;

var<workgroup> sums: array<vec2f, WG>;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.y * groups.x + group.x;
  if (row >= params.batch * params.length) {
    return;
  }
  let t = row % params.length;
  var sum = vec2f(0.0);
  if (t < frames[row / params.length] && lane < JOINTS) {
    let moves = t > 0u && params.velocity != 0.0;
    if (lane > 0u) {
      let now = boneAt(row, lane);
      sum.x = params.bones * dot(now.error, now.error) / 49.0;
      if (moves) {
        let before = boneAt(row - 1u, lane);
        if (now.counts && before.counts) {
          let change = now.error - before.error;
          sum.y = params.velocity * dot(change, change) / 49.0;
        }
      }
    }
    if (moves) {
      let change = jointDrift(row, lane);
      sum.y += params.velocity * dot(change, change) / 50.0;
    }
  }
  sums[lane] = sum;
  workgroupBarrier();
  if (lane == 0u) {
    var all = vec2f(0.0);
    for (var joint = 0u; joint < JOINTS; joint++) {
      all += sums[joint];
    }
    rowSums[row] = all;
  }
}
