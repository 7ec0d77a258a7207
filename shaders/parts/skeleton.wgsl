// parts/skeleton: which joint a bone ends in, of the 50 that forward_kinematics places, and a bone of given length.

// The joint in which the right-hand bone of a length id ends; on the left it is id + 4.
fn rightJoint(id: u32) -> u32 {
  return select(select(id + 25u, 29u, id == 4u), id + 1u, id < 4u);
}

// A bone of length `size` along a direction of any length; 1e-10 keeps one of length 0 from becoming NaN.
fn boneAlong(direction: vec3f, size: f32) -> vec3f {
  return direction * (size / (sqrt(dot(direction, direction)) + 1e-10));
}
