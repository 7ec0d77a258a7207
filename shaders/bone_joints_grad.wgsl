// bone_joints_grad: the gradient of the loss at the bones a model predicts, from that at the joints they place.
//
//   S[j]  = dy[j] / scale[j] + Σ S[k] over the joints k that hang from j           (the gradient of all that a bone carries)
//   dx[j] = L[j] / (|v[j]| + 1e-10) · (S[j] - u (u · S[j])),  v[j] = x[j] + start[j],  u = v[j] / (|v[j]| + 1e-10)
//   dx[1] = dy[1] + scale[1] · Σ S[k] over what hangs from the neck;  for the counter and what pads it dx = dy
//
// x, place, boneLength : as parts/bone_places has them
// dy, dx               : [rows, stride] f32
// One lane owns one row and walks it inwards, from the last finger's tip to the neck: along a chain the gradient of everything further out is
// one running vec3f a side, summed in one order.
//
// A bone that carries no gradient is chosen to get none, so that a row whose dy is 0, as padding's is, gets 0 whatever stands in x, NaN
// included.

// use: bone_places

@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

// The gradient at a joint itself, in the units of the data.
fn gradAt(joint: u32, row: u32) -> vec3f {
  let i = row * params.stride + 3u * joint;
  return vec3f(dy[i], dy[i + 1u], dy[i + 2u]) / place[3u * joint + 2u].xyz;
}

fn store(joint: u32, row: u32, grad: vec3f) {
  let i = row * params.stride + 3u * joint;
  dx[i] = grad.x;
  dx[i + 1u] = grad.y;
  dx[i + 2u] = grad.z;
}

// Adds the gradient at a joint to that of what hangs from it, and turns the joint's bone by their sum, which is returned.
fn turn(joint: u32, row: u32, carried: vec3f) -> vec3f {
  let grad = carried + gradAt(joint, row);
  let direction = directionOf(joint, row);
  let norm = sqrt(dot(direction, direction)) + 1e-10;
  let unit = direction / norm;
  let turned = (grad - unit * dot(unit, grad)) * (lengthOf(joint, row) / norm);
  store(joint, row, select(turned, vec3f(0.0), all(grad == vec3f(0.0))));
  return grad;
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (group.y * groups.x + group.x) * WG + lane;
  if (row >= params.rows) {
    return;
  }
  var left = vec3f(0.0);
  var right = vec3f(0.0);
  var leftHand = vec3f(0.0);
  var rightHand = vec3f(0.0);
  for (var id = 24u; id > 0u; id--) {
    if (id % 4u == 0u) {
      // A finger's tip carries nothing, an arm its hand's five fingers.
      left = select(vec3f(0.0), leftHand, id == 4u);
      right = select(vec3f(0.0), rightHand, id == 4u);
    }
    left = turn(id + 4u, row, left);
    right = turn(rightJoint(id), row, right);
    if (id % 4u == 1u) {
      leftHand += left;
      rightHand += right;
    }
  }
  let carried = left + right + turn(0u, row, vec3f(0.0));
  let i = row * params.stride + 3u * NECK;
  store(NECK, row, vec3f(dy[i], dy[i + 1u], dy[i + 2u]) + place[3u * NECK + 2u].xyz * carried);
  for (var c = COORDS; c < params.stride; c++) { dx[row * params.stride + c] = dy[row * params.stride + c]; }
}
