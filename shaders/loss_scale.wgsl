// loss_scale: the shares of a loss, multiplied for the way back, so that gradients are numbers that halves hold.
//
//   y[i] = x[i] * scaling[0]
//
// x, y    : [n] f32, any n
// scaling : [8] f32, what loss_scale_update keeps; the first is the scale, a power of 2, so nothing is rounded
// One lane owns a number.

const WG = 64u;

struct Params { n: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> scaling: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  if (i < params.n) { y[i] = x[i] * scaling[0]; }
}
