// relu_grad: the slope of the loss before relu, from the slope after it.
//
//   dx[i] = dy[i] where x[i] > 0, else 0        (at the kink 0, as the field does)
//
// x, dy, dx : [n] f32, n a multiple of 4, read as vec4
// One lane owns EACH fours of neighbours, WG fours apart.

const WG = 256u;
const EACH = 1u; // tune: 1 16, vectors of four a lane takes in turn

struct Params { n: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = (group.y * groups.x + group.x) * WG * EACH + lane;
  let end = min(first + WG * EACH, params.n / 4u);
  for (var i = first; i < end; i += WG) {
    dx[i] = select(vec4f(0.0), dy[i], x[i] > vec4f(0.0));
  }
}
