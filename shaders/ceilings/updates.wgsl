// ceilings/updates: the memory ceiling of what changes several arrays in place by another, as optimizers do. Lanes share the arrays as in
// ceilings/copy.

const WG = 64u; // tune: 8 64
const EACH = 1u; // tune: 1 4 16 128

struct Params { n: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> a: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> b: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> c: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let begin = (group.y * groups.x + group.x) * WG * EACH + lane;
  let end = min(begin + WG * EACH, params.n / 4u);
  for (var i = begin; i < end; i += WG) {
    let change = x[i];
    a[i] += change;
    b[i] += change;
    c[i] += change;
  }
}
