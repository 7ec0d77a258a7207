// bone_joints: a model's frames out of the bones it predicts: where the 50 joints are, in the units it sees frames in.
//
//   v[j]     = x[j] + start[j]                                       (so that a prediction of 0 is the start frame's pose)
//   joint[1] = centre[1] + scale[1] · x[1]                           (the neck, root of the tree)
//   joint[j] = joint[from(j)] + L[j] · v[j] / (|v[j]| + 1e-10)       (every other, outwards; the nose hangs from the neck)
//   y[1] = x[1],  y[j] = (joint[j] - centre[j]) / scale[j];  the counter and what pads it are x's
//
// x, place, boneLength : as parts/bone_places has them
// y                    : [rows, stride] f32
// One lane owns one row: the neck, the nose, then both arms and from their hands the five fingers, in forward_kinematics' numbering.
//
// Bones have the length that they are given whatever is predicted. A row of NaN spoils no other.

// use: bone_places

@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

// Places a joint at the end of its bone, which begins at `begin`.
fn hang(joint: u32, row: u32, begin: vec3f) -> vec3f {
  let position = begin + boneAlong(directionOf(joint, row), lengthOf(joint, row));
  let seen = (position - place[3u * joint + 1u].xyz) / place[3u * joint + 2u].xyz;
  let i = row * params.stride + 3u * joint;
  y[i] = seen.x;
  y[i + 1u] = seen.y;
  y[i + 2u] = seen.z;
  return position;
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (group.y * groups.x + group.x) * WG + lane;
  if (row >= params.rows) {
    return;
  }
  let root = row * params.stride + 3u * NECK;
  let told = vec3f(x[root], x[root + 1u], x[root + 2u]);
  y[root] = told.x;
  y[root + 1u] = told.y;
  y[root + 2u] = told.z;
  let neck = place[3u * NECK + 1u].xyz + place[3u * NECK + 2u].xyz * told;
  hang(0u, row, neck);
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
    left = hang(id + 4u, row, left);
    right = hang(rightJoint(id), row, right);
    if (id == 4u) {
      leftHand = left;
      rightHand = right;
    }
  }
  for (var c = COORDS; c < params.stride; c++) { y[row * params.stride + c] = x[row * params.stride + c]; }
}
