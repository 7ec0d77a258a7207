// bone_loss_grad: the gradient of the losses on bones and on velocity at every predicted number.
//
//   With e, d as in bone_loss, m[t,j] = e[t,j] - e[t-1,j] where the bone counts in both frames of the clip, n[t,j] = d[t,j] - d[t-1,j], else 0:
//   g[t,j]     = factor · 2/49 · (bones · e[t,j] + velocity · (m[t,j] - m[t+1,j]))             at the direction of bone j
//   dv[t,j]    = (g - u (u·g)) / |v|, u the unit direction;  g / divisor where v is short      at the vector of bone j; 0 where it does not count
//   dpred[t,j] = scale · (dv[t,j] - Σ dv[t,c] over the bones c that begin in j) + factor · velocity · 2/50 · (n[t,j] - n[t+1,j])
//   factor = weight[b] · coefficient[b];   exactly 0 where t >= frames[b], in columns past the joints, and where the factor is 0
//   (+ what was there, if accumulate is 1)
//
// pred, goal          : [B,T,S] f32, units : [2,S] f32, as parts/bones has them
// frames              : [B] u32, real frames of each sample
// weight, coefficient : [B] f32
// dpred               : [B,T,S] f32
// One workgroup owns ROWS neighbouring rows of one sample, a lane one joint and the bone that ends in it, as in bone_loss. A lane makes its
// bone's gradients, and after one barrier gathers for its joint what the bones at it have left.
// Padding may hold anything, NaN too: it is not read. Nor is a sample whose factor is 0, which may have overflowed.

// use: bones

const WG = 64u;
const ROWS = 8u;

struct Params { batch: u32, length: u32, stride: u32, bones: f32, velocity: f32, accumulate: u32 }

@group(0) @binding(3) var<storage, read> frames: array<u32>;
@group(0) @binding(4) var<storage, read> weight: array<f32>;
@group(0) @binding(5) var<storage, read> coefficient: array<f32>;
@group(0) @binding(6) var<storage, read_write> dpred: array<f32>;
@group(0) @binding(7) var<uniform> params: Params;

var<workgroup> boneGrads: array<vec3f, ROWS * WG>;

// At the vector of a bone, before the sample's factor; `turns` is m[t] - m[t+1].
fn boneGrad(bone: Bone, turns: vec3f) -> vec3f {
  if (!bone.counts) {
    return vec3f(0.0);
  }
  let pull = params.bones * bone.error + params.velocity * turns;
  // A unit vector only turns; one that is short may grow.
  let turning = pull - bone.direction * dot(bone.direction, pull);
  return select(turning, pull, bone.short) * (2.0 / 49.0) / bone.divisor;
}

fn put(i: u32, grad: f32) {
  var sum = grad;
  if (params.accumulate == 1u) { sum += dpred[i]; }
  dpred[i] = sum;
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let tile = group.y * groups.x + group.x;
  let tiles = (params.length + ROWS - 1u) / ROWS;
  if (tile >= params.batch * tiles) {
    return;
  }
  let b = tile / tiles;
  let first = (tile % tiles) * ROWS;
  let clip = b * params.length;
  let factor = weight[b] * coefficient[b];
  let real = select(min(frames[b], params.length), 0u, factor == 0.0);
  let rows = select(0u, min(ROWS, real - first), first < real);
  let moves = params.velocity != 0.0;

  var jointGrads: array<vec3f, ROWS>;
  if (lane < JOINTS && rows > 0u) {
    let columns = boneColumns(lane);
    var before = boneAt(clip + max(first, 1u) - 1u, columns);
    var now = boneAt(clip + first, columns);
    for (var r = 0u; r < rows; r++) {
      let t = first + r;
      var after = now;
      if (t + 1u < real && (moves || r + 1u < rows)) { after = boneAt(clip + t + 1u, columns); }
      var turns = vec3f(0.0);
      var pull = vec3f(0.0);
      if (moves && t > 0u) {
        turns += turnBetween(before, now);
        pull += now.drift - before.drift;
      }
      if (moves && t + 1u < real) {
        turns -= turnBetween(now, after);
        pull -= after.drift - now.drift;
      }
      boneGrads[r * WG + lane] = boneGrad(now, turns);
      jointGrads[r] = params.velocity * (2.0 / 50.0) * pull;
      before = now;
      now = after;
    }
  }
  workgroupBarrier();

  let children = childrenOf(lane);
  let scale = unitsAt(params.stride + 3u * min(lane, JOINTS - 1u));
  for (var r = 0u; r < min(ROWS, params.length - first); r++) {
    let start = (clip + first + r) * params.stride;
    if (lane < JOINTS) {
      var grad = vec3f(0.0);
      if (r < rows) {
        var own = boneGrads[r * WG + lane];
        for (var n = 0u; n < children.y; n++) {
          own -= boneGrads[r * WG + children.x + n * children.z];
        }
        grad = factor * (scale * own + jointGrads[r]);
      }
      put(start + 3u * lane, grad.x);
      put(start + 3u * lane + 1u, grad.y);
      put(start + 3u * lane + 2u, grad.z);
    }
    for (var column = 3u * JOINTS + lane; column < params.stride; column += WG) {
      put(start + column, 0.0);
    }
  }
}
