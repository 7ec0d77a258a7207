// parts/skeleton: which joint a bone ends in, of the 50 that forward_kinematics places.

// The joint in which the right-hand bone of a length id ends; on the left it is id + 4.
fn rightJoint(id: u32) -> u32 {
  return select(select(id + 25u, 29u, id == 4u), id + 1u, id < 4u);
}
