// lift_frame: one step of every frame's root and bone directions down the gradient of the lifting objective.
//
//   loss  = Σ_tj w·|X - target|²_xy / (50T)  +  lengthCost · Σ_k e^l  +  smoothness · Σ_tj |X_t - X_{t+1}|² / (50(T-1))
//   G     = dloss/dX;  from the fingertips to the root, with u = A / (|A| + 1e-10) and L = e^l:
//   dl_k += L·(G_child · u)
//   dA    = L/(|A| + 1e-10) · (G_child - u (u · G_child))
//   G_parent += G_child;  at last dR = G_root
//   rule 0: A -= rate·dA        (gradient descent)
//   rule 1: m = b1·m + (1-b1)·dA,  v = b2·v + (1-b2)·|dA|²,  A -= rate·m / (sqrt(v) + 1e-12)        (Adam, one v for the three numbers of a direction)
//
// target2d    : [50,F] vec4f, (x, y, confidence, unused) of each joint, joint after joint
// position    : [50,F] vec4f, the joints as forward_kinematics places them
// boneLength  : [C,25] f32, the bone lengths L = e^l of each clip by length id
// frameClip   : [F] u32, the clip of each frame; C or more: padding
// clips       : [C] vec2u, (first frame, frames); a clip of 0 frames rests: nothing of it is written
// pose        : [50,F] vec4f, root R, then directions A by the joint in which the bone ends
// moments     : [50,F] vec4f, (m, v) of rule 1, 0 at the start; rule 0 leaves it alone
// lengthGrad : [27,F] f32, each frame's share: 25 rows of dl by length id, then Σ_j w·|X - target|² and Σ_j |X_t - X_{t+1}|²
// One lane owns one frame. It reads its neighbours' positions and writes only its own.
//
// Along a chain the gradient of everything further out is one running vec3f a side, so the way back needs no list of 50 gradients. The chains are
// those of forward_kinematics, walked from the last finger's tip inwards: length ids 24 to 1.
// At the ends of a clip the neighbour is the frame itself, whose difference is 0; a clip of one frame thus has no smoothness, and its
// divisor is guarded. Adam has no correction for its start: with b1 = .9 and b2 = .95 m/sqrt(v) begins at .45 and nears 1 within ten
// steps, a warm-up. One v a direction keeps the step independent of how the camera is turned about its axis.

// use: skeleton

const WG = 64u;

struct Params { frames: u32, clips: u32, rule: u32, rate: f32, meanDecay: f32, squareDecay: f32, smoothness: f32 }

@group(0) @binding(0) var<storage, read> target2d: array<vec4f>;
@group(0) @binding(1) var<storage, read> position: array<vec4f>;
@group(0) @binding(2) var<storage, read> boneLength: array<f32>;
@group(0) @binding(3) var<storage, read> frameClip: array<u32>;
@group(0) @binding(4) var<storage, read> clips: array<vec2u>;
@group(0) @binding(5) var<storage, read_write> pose: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> moments: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> lengthGrad: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

/** What one lane knows of its frame: addresses of the frames around it, and what a joint's distances count for. */
struct Frame { at: u32, before: u32, after: u32, pull: f32, hold: f32 }

/** What pulls at one joint itself: the gradient of the loss at its position, and its share of the two sums over joints, before their divisors. */
struct Pull { grad: vec3f, loss: vec2f }

fn pullAt(joint: u32, frame: Frame) -> Pull {
  let row = joint * params.frames;
  let seen = target2d[row + frame.at];
  let here = position[row + frame.at].xyz;
  let ahead = here - position[row + frame.after].xyz;
  let behind = here - position[row + frame.before].xyz;
  let off = here.xy - seen.xy;
  let grad = vec3f(frame.pull * seen.z * off, 0.0) + frame.hold * (ahead + behind);
  return Pull(grad, vec2f(seen.z * dot(off, off), dot(ahead, ahead)));
}

/** Moves the vector at `at` down its gradient. */
fn descend(at: u32, value: vec3f, grad: vec3f) {
  var step = grad;
  if (params.rule == 1u) {
    let old = moments[at];
    let mean = params.meanDecay * old.xyz + (1.0 - params.meanDecay) * grad;
    let square = params.squareDecay * old.w + (1.0 - params.squareDecay) * dot(grad, grad);
    moments[at] = vec4f(mean, square);
    step = mean / (sqrt(square) + 1e-12);
  }
  pose[at] = vec4f(value - params.rate * step, 0.0);
}

/** Turns the bone that ends in `joint`, where the gradient of all it carries is `gradient`; returns the gradient of its log-length. */
fn turn(joint: u32, frame: Frame, grad: vec3f, size: f32) -> f32 {
  let at = joint * params.frames + frame.at;
  let direction = pose[at].xyz;
  let norm = sqrt(dot(direction, direction)) + 1e-10;
  let unit = direction / norm;
  let along = dot(unit, grad);
  descend(at, direction, (grad - unit * along) * (size / norm));
  return size * along;
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let t = (group.y * groups.x + group.x) * WG + lane;
  if (t >= params.frames) {
    return;
  }
  let clip = frameClip[t];
  if (clip >= params.clips) {
    return;
  }
  let first = clips[clip].x;
  let count = clips[clip].y;
  if (count == 0u) {
    return;
  }
  let pairs = f32(max(count, 2u) - 1u);
  let before = max(t, first + 1u) - 1u;
  let after = min(t + 1u, first + count - 1u);
  let frame = Frame(t, before, after, 2.0 / (50.0 * f32(count)), 2.0 * params.smoothness / (50.0 * pairs));

  let lengths = 25u * clip;
  var left = vec3f(0.0);
  var right = vec3f(0.0);
  var leftHand = vec3f(0.0);
  var rightHand = vec3f(0.0);
  var loss = vec2f(0.0);
  for (var id = 24u; id > 0u; id--) {
    if (id % 4u == 0u) {
      // A finger's tip carries nothing, an arm its hand's five fingers.
      left = select(vec3f(0.0), leftHand, id == 4u);
      right = select(vec3f(0.0), rightHand, id == 4u);
    }
    let size = boneLength[lengths + id];
    let leftEnd = id + 4u;
    let leftPull = pullAt(leftEnd, frame);
    left += leftPull.grad;
    let leftTurn = turn(leftEnd, frame, left, size);
    let rightEnd = rightJoint(id);
    let rightPull = pullAt(rightEnd, frame);
    right += rightPull.grad;
    let rightTurn = turn(rightEnd, frame, right, size);
    lengthGrad[id * params.frames + t] = leftTurn + rightTurn;
    loss += leftPull.loss + rightPull.loss;
    if (id % 4u == 1u) {
      leftHand += left;
      rightHand += right;
    }
  }
  let neck = pullAt(1u, frame);
  let trunk = left + right + neck.grad;
  lengthGrad[t] = turn(1u, frame, trunk, boneLength[lengths]);
  let nose = pullAt(0u, frame);
  descend(t, pose[t].xyz, trunk + nose.grad);
  loss += neck.loss + nose.loss;
  lengthGrad[25u * params.frames + t] = loss.x;
  lengthGrad[26u * params.frames + t] = loss.y;
}
