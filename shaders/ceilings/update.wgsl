// ceilings/update: the memory ceiling of what changes an array in place by another, as sums of gradients do. A CPU must fetch what it
// writes, and here that is no extra: a byte costs less than in a copy. Lanes share the arrays as in ceilings/copy.

const WG = 64u; // tune: 8 64
const EACH = 1u; // tune: 1 4 16 128

struct Params { bytes: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let begin = (group.y * groups.x + group.x) * WG * EACH + lane;
  let end = min(begin + WG * EACH, params.bytes / 16u);
  for (var i = begin; i < end; i += WG) { y[i] += x[i]; }
}
