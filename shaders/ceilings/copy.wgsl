// ceilings/copy: the memory ceiling of what makes one array out of one, or, where UPDATE is 1, of what changes an array in place by another, as
// sums of gradients do. A CPU must fetch what it writes, and in an update that is no extra: a byte costs less than in a copy.
// Each lane owns EACH vectors of four, WG apart, so that neighbouring lanes touch neighbouring memory; how many pay differs: software drivers
// pay for every lane they start. The ceiling of what makes one array out of two is the kernel add itself.

const WG = 64u; // tune: 8 64
const EACH = 1u; // tune: 1 4 16 128
const UPDATE = 0u; // tune: 0 1

struct Params { n: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let begin = (group.y * groups.x + group.x) * WG * EACH + lane;
  let end = min(begin + WG * EACH, params.n / 4u);
  for (var i = begin; i < end; i += WG) {
    if (UPDATE == 1u) { y[i] += x[i]; } else { y[i] = x[i]; }
  }
}
