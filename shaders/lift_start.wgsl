// lift_start: the first guess of a pose in depth: every bone that looks too short in the picture leans out of it, to one side.
//
//   walking from the root, a the parent's place so far, d = (target of the child - a) in the picture, L the bone's length:
//   v = (dx, dy, sqrt(L² - |d|²) + 0.001)    where |d| <= L
//       (dx, dy, 0.001)                      where the bone looks too long
//       (1, 1, 1.001)                        where the child is seen exactly at a
//   pose[child] = v / |v|,  the child's place = a + L · pose[child]
//
// target2d   : [50,F] vec4f, (x, y, confidence, unused) of each joint, joint after joint
// root       : [F] vec4f, where the root starts
// boneLength : [C,25] f32, the bone lengths of each clip by length id
// frameClip  : [F] u32, the clip of each frame; C or more: padding
// pose       : [50,F] vec4f, the root's position, then the unit direction of the bone that ends in each joint; padding stays as it is
// One lane owns one frame and walks the chains of forward_kinematics.
//
// The formula is what Prompt2Sign's search over hypotheses reduces to; depth is only ever added, which keeps both arms on the same side
// of the trunk. L² - |d|² is taken as (L - |d|)(L + |d|), which loses nothing where the bone lies nearly in the picture plane.

// use: skeleton

const WG = 64u;

struct Params { frames: u32, clips: u32 }

@group(0) @binding(0) var<storage, read> target2d: array<vec4f>;
@group(0) @binding(1) var<storage, read> root: array<vec4f>;
@group(0) @binding(2) var<storage, read> boneLength: array<f32>;
@group(0) @binding(3) var<storage, read> frameClip: array<u32>;
@group(0) @binding(4) var<storage, read_write> pose: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

/** Aims the bone from `parent` at its joint's target; returns where the joint then is in the picture. */
fn aim(joint: u32, frame: u32, parent: vec2f, size: f32) -> vec2f {
  let at = joint * params.frames + frame;
  let d = target2d[at].xy - parent;
  let seen = sqrt(dot(d, d));
  var v = vec3f(d, sqrt(max(0.0, (size - seen) * (size + seen))) + 0.001);
  if (seen == 0.0) {
    v = vec3f(1.0, 1.0, 1.001);
  }
  let direction = v / sqrt(dot(v, v));
  pose[at] = vec4f(direction, 0.0);
  return parent + size * direction.xy;
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
  let lengths = 25u * clip;
  pose[t] = vec4f(root[t].xyz, 0.0);
  let neck = aim(1u, t, root[t].xy, boneLength[lengths]);
  var left = neck;
  var right = neck;
  var leftHand = neck;
  var rightHand = neck;
  for (var id = 1u; id < 25u; id++) {
    if (id % 4u == 1u) {
      // Until the arms are placed, their hands stand where the arms begin.
      left = leftHand;
      right = rightHand;
    }
    let size = boneLength[lengths + id];
    left = aim(id + 4u, t, left, size);
    right = aim(rightJoint(id), t, right, size);
    if (id == 4u) {
      leftHand = left;
      rightHand = right;
    }
  }
}
