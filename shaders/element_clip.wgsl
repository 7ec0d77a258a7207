// element_clip: every number of a gradient brought within a limit, in place.
//
//   x[i] = min(max(x[i], -most), most),   most = limit · scaling[0] where scaled is 1, for a loss that was multiplied by it; else limit
//
// x : [n] f32, n a multiple of 4, read as vec4      scaling : [1] f32 or more, read where scaled
// One lane owns EACH fours of neighbours, WG fours apart.
// Infinity and NaN stay what they are, so that the norm taken next tells of them. The test looks at the exponent's bits, because WGSL lets a
// compiler assume that x != x is never true.

const WG = 256u; // tune: 8 256
const EACH = 1u; // tune: 1 4 16 128, vectors of four a lane takes in turn
const EXPONENT = 0x7f800000u;

struct Params { n: u32, limit: f32, scaled: u32 }

@group(0) @binding(0) var<storage, read> scaling: array<f32>;
@group(0) @binding(1) var<storage, read_write> x: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = (group.y * groups.x + group.x) * WG * EACH + lane;
  let end = min(first + WG * EACH, params.n / 4u);
  var most = params.limit;
  if (params.scaled == 1u) { most *= scaling[0]; }
  for (var i = first; i < end; i += WG) {
    let v = x[i];
    let finite = (bitcast<vec4u>(v) & vec4u(EXPONENT)) != vec4u(EXPONENT);
    x[i] = select(v, clamp(v, vec4f(-most), vec4f(most)), finite);
  }
}
