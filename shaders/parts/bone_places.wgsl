// parts/bone_places: frames in which each joint's place holds the bone that hangs it on the neck's tree, for bone_joints and its gradient.
//
// x          : [rows, stride] f32, a frame each: three numbers a joint, then the counter and what pads it
// place      : [50, 3] vec4f, of each joint its bone's direction in the start frame, its centre and its scale; the fourth numbers are not read
// boneLength : [clips, 50] f32, the length of the bone that places each joint; the neck's is not read
// Rows of a clip are `length` neighbours.

// use: skeleton

const WG = 32u;
const NECK = 1u;
const COORDS = 150u;

struct Params { rows: u32, length: u32, stride: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> place: array<vec4f>;
@group(0) @binding(2) var<storage, read> boneLength: array<f32>;

fn directionOf(joint: u32, row: u32) -> vec3f {
  let i = row * params.stride + 3u * joint;
  return vec3f(x[i], x[i + 1u], x[i + 2u]) + place[3u * joint].xyz;
}

fn lengthOf(joint: u32, row: u32) -> f32 { return boneLength[50u * (row / params.length) + joint]; }
