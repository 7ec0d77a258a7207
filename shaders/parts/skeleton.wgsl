// parts/skeleton: how the 50 joints are numbered (src/motion/skeleton.ts), without a table: what begins where, and a bone of given length.
// Bones go by length ids where a side's are walked, by the joint they end in elsewhere.

// The joint in which the right-hand bone of a length id ends; on the left it is id + 4.
fn rightJoint(id: u32) -> u32 {
  return select(select(id + 25u, 29u, id == 4u), id + 1u, id < 4u);
}

// The joint in which the bone to a joint begins: fingers are four bones in a row from the hand's root, the neck bears both arms, and the
// right hand is numbered behind the left one.
fn parentOf(joint: u32) -> u32 {
  if (joint == 5u) { return 1u; }
  if (joint == 29u) { return 4u; }
  if (joint > 29u && joint % 4u == 2u) { return 29u; }
  if (joint > 8u && joint < 29u && joint % 4u == 1u) { return 8u; }
  return joint - 1u;
}

// The bones that begin in a joint: the first one's joint, how many there are, and how far apart their joints are numbered.
fn childrenOf(joint: u32) -> vec3u {
  if (joint == 1u) { return vec3u(2u, 2u, 3u); }
  if (joint == 4u) { return vec3u(29u, 1u, 0u); }
  if (joint == 8u || joint == 29u) { return vec3u(joint + 1u, 5u, 4u); }
  let ends = (joint > 8u && joint < 29u && joint % 4u == 0u) || (joint > 29u && joint % 4u == 1u);
  return vec3u(joint + 1u, select(1u, 0u, ends), 0u);
}

// A bone of length `size` along a direction of any length; 1e-10 keeps one of length 0 from becoming NaN.
fn boneAlong(direction: vec3f, size: f32) -> vec3f {
  return direction * (size / (sqrt(dot(direction, direction)) + 1e-10));
}
