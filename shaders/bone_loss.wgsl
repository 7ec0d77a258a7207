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
// One workgroup owns ROWS neighbouring rows of one sample, a lane one joint and the bone that ends in it: units are loaded once, and each frame
// is computed once but for the one before the first. After one barrier a lane adds the 50 of a row up in order.
//
// The change of an error is the error of a change: (pred[t] - pred[t-1]) - (goal[t] - goal[t-1]). A bone's counts where the bone counts in
// both frames; the first frame of a clip has no motion. Padding, which may hold anything, is not read.

// use: bones

const WG = 64u;
const ROWS = 8u;

struct Params { batch: u32, length: u32, stride: u32, bones: f32, velocity: f32 }

@group(0) @binding(3) var<storage, read> frames: array<u32>;
@group(0) @binding(4) var<storage, read_write> rowSums: array<vec2f>;
@group(0) @binding(5) var<uniform> params: Params;

var<workgroup> sums: array<vec2f, ROWS * WG>;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let tile = group.y * groups.x + group.x;
  let tiles = (params.length + ROWS - 1u) / ROWS;
  if (tile >= params.batch * tiles) {
    return;
  }
  let b = tile / tiles;
  let first = (tile % tiles) * ROWS;
  let real = min(frames[b], params.length);
  let clip = b * params.length;

  if (lane < JOINTS && first < real) {
    let columns = boneColumns(lane);
    var before = boneAt(clip + max(first, 1u) - 1u, columns);
    for (var r = 0u; r < min(ROWS, real - first); r++) {
      let t = first + r;
      let now = boneAt(clip + t, columns);
      var sum = vec2f(params.bones * dot(now.error, now.error) / 49.0, 0.0);
      if (t > 0u && params.velocity != 0.0) {
        let turn = turnBetween(before, now);
        let shift = now.drift - before.drift;
        sum.y = params.velocity * dot(turn, turn) / 49.0 + params.velocity * dot(shift, shift) / 50.0;
      }
      sums[r * WG + lane] = sum;
      before = now;
    }
  }
  workgroupBarrier();
  if (lane < ROWS && first + lane < params.length) {
    var all = vec2f(0.0);
    if (first + lane < real) {
      for (var joint = 0u; joint < JOINTS; joint++) {
        all += sums[lane * WG + joint];
      }
    }
    rowSums[clip + first + lane] = all;
  }
}
