// forward_kinematics: where the 50 joints of every frame are, from the root and the direction and length of every bone.
//
//   position[0]     = pose[0]
//   position[child] = position[parent] + length · pose[child] / (|pose[child]| + 1e-10)
//
// pose       : [50,F] vec4f, joint after joint: place 0 is the root's position, place j the direction of the bone that ends in joint j, of any length
// boneLength : [C,25] f32, the bone lengths of each clip by length id
// frameClip  : [F] u32, the clip of each frame; C or more: padding
// clips      : [C] vec2u, (first frame, frames); a clip of 0 frames rests
// position   : [50,F] vec4f; frames of resting clips and padding stay as they are
// One lane owns one frame; neighbouring lanes touch neighbouring addresses.
//
// The skeleton's numbering does without a table: length id 4c+1 to 4c+4 are the bones of chain c from the trunk outwards, on the left ending in
// joint id + 4. Chain 0 is the arm from the neck to the root of the hand, chains 1 to 5 are the fingers from there.
// A bone's length is the same in every frame by construction.

// use: skeleton

const WG = 64u;

struct Params { frames: u32, clips: u32 }

@group(0) @binding(0) var<storage, read> pose: array<vec4f>;
@group(0) @binding(1) var<storage, read> boneLength: array<f32>;
@group(0) @binding(2) var<storage, read> frameClip: array<u32>;
@group(0) @binding(3) var<storage, read> clips: array<vec2u>;
@group(0) @binding(4) var<storage, read_write> position: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

fn bone(joint: u32, frame: u32, size: f32) -> vec3f {
  return boneAlong(pose[joint * params.frames + frame].xyz, size);
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let t = (group.y * groups.x + group.x) * WG + lane;
  if (t >= params.frames) {
    return;
  }
  let clip = frameClip[t];
  if (clip >= params.clips || clips[min(clip, params.clips - 1u)].y == 0u) {
    return;
  }
  let lengths = 25u * clip;
  let root = pose[t].xyz;
  let neck = root + bone(1u, t, boneLength[lengths]);
  position[t] = vec4f(root, 0.0);
  position[params.frames + t] = vec4f(neck, 0.0);
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
    let leftEnd = id + 4u;
    let rightEnd = rightJoint(id);
    left += bone(leftEnd, t, size);
    right += bone(rightEnd, t, size);
    position[leftEnd * params.frames + t] = vec4f(left, 0.0);
    position[rightEnd * params.frames + t] = vec4f(right, 0.0);
    if (id == 4u) {
      leftHand = left;
      rightHand = right;
    }
  }
}
