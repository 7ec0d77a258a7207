// relu: what is below 0 becomes 0, as a rule of a sum: what a layer's branch made, and what went past it.
//
//   y[i] = max(0, x[i] + residual[i])        without the residual where hasResidual is 0
//
// x, residual, y : [n] f32, n a multiple of 4, read as vec4
// One lane owns EACH fours of neighbours, WG fours apart.

const WG = 256u; // tune: 8 256
const EACH = 1u; // tune: 1 4 16 128, vectors of four a lane takes in turn

struct Params { n: u32, hasResidual: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> residual: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let begin = (group.y * groups.x + group.x) * WG * EACH + lane;
  let end = min(begin + WG * EACH, params.n / 4u);
  for (var i = begin; i < end; i += WG) {
    var sum = x[i];
    if (params.hasResidual == 1u) { sum += residual[i]; }
    // What is no number stays so: max would make it 0.
    y[i] = select(sum, vec4f(0.0), sum <= vec4f(0.0));
  }
}
