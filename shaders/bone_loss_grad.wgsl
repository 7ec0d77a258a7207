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
// One workgroup owns one row. A lane makes its bone's gradient, and after one barrier gathers for its joint what the bones at it have left.
// Padding may hold anything, NaN too: it is not read. Nor is a sample whose factor is 0, which may have overflowed.

// use: bones

const WG = 64u;

struct Params { batch: u32, length: u32, stride: u32, bones: f32, velocity: f32, accumulate: u32 }

@group(0) @binding(3) var<storage, read> frames: array<u32>;
@group(0) @binding(4) var<storage, read> weight: array<f32>;
@group(0) @binding(5) var<storage, read> coefficient: array<f32>;
@group(0) @binding(6) var<storage, read_write> dpred: array<f32>;
@group(0) @binding(7) var<uniform> params: Params;

var<workgroup> boneGrads: array<vec3f, WG>;

// At the vector of a bone, before the sample's factor.
fn boneGrad(row: u32, joint: u32, hasBefore: bool, hasAfter: bool) -> vec3f {
  let bone = boneAt(row, joint);
  if (!bone.counts) {
    return vec3f(0.0);
  }
  var pull = params.bones * bone.error;
  if (hasBefore) {
    let before = boneAt(row - 1u, joint);
    pull += select(vec3f(0.0), params.velocity * (bone.error - before.error), before.counts);
  }
  if (hasAfter) {
    let after = boneAt(row + 1u, joint);
    pull -= select(vec3f(0.0), params.velocity * (after.error - bone.error), after.counts);
  }
  // A unit vector only turns; one that is short may grow.
  let turning = pull - bone.direction * dot(bone.direction, pull);
  return select(turning, pull, bone.short) * (2.0 / 49.0) / bone.divisor;
}

fn jointGrad(row: u32, joint: u32, hasBefore: bool, hasAfter: bool) -> vec3f {
  var pull = vec3f(0.0);
  if (hasBefore) { pull += jointDrift(row, joint); }
  if (hasAfter) { pull -= jointDrift(row + 1u, joint); }
  return params.velocity * (2.0 / 50.0) * pull;
}

fn put(i: u32, grad: f32) {
  var sum = grad;
  if (params.accumulate == 1u) { sum += dpred[i]; }
  dpred[i] = sum;
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.y * groups.x + group.x;
  if (row >= params.batch * params.length) {
    return;
  }
  let b = row / params.length;
  let t = row % params.length;
  let rows = min(frames[b], params.length);
  let factor = weight[b] * coefficient[b];
  let counts = t < rows && factor != 0.0;
  let moves = counts && params.velocity != 0.0;
  let hasBefore = moves && t > 0u;
  let hasAfter = moves && t + 1u < rows;

  var own = vec3f(0.0);
  if (counts && lane > 0u && lane < JOINTS) {
    own = boneGrad(row, lane, hasBefore, hasAfter);
  }
  boneGrads[lane] = own;
  workgroupBarrier();

  let start = row * params.stride;
  if (lane < JOINTS) {
    var grad = vec3f(0.0);
    if (counts) {
      let children = childrenOf(lane);
      for (var n = 0u; n < children.y; n++) {
        own -= boneGrads[children.x + n * children.z];
      }
      grad = factor * (unitsAt(params.stride + 3u * lane) * own + jointGrad(row, lane, hasBefore, hasAfter));
    }
    put(start + 3u * lane, grad.x);
    put(start + 3u * lane + 1u, grad.y);
    put(start + 3u * lane + 2u, grad.z);
  }
  for (var column = 3u * JOINTS + lane; column < params.stride; column += WG) {
    put(start + column, 0.0);
  }
}
