// add: the sum of two tensors, element by element.
//
//   y[i] = a[i] + b[i]
//
// a, b, y : [n] f32, n a multiple of 4, read as vec4
// One lane owns four neighbours. One rounding: nothing to lose.

const WG = 256u;

struct Params { n: u32 }

@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  if (i < params.n / 4u) {
    y[i] = a[i] + b[i];
  }
}
