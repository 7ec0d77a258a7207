// sigmoid_grad: the gradient of the loss before sigmoid, from the gradient after it.
//
//   dx[i] = dy[i] · y·(1 - y),   y = 1 / (1 + exp(-x[i]))
//
// x, dy, dx : [n] f32, n a multiple of 4, read as vec4
// One lane owns EACH fours of neighbours, WG fours apart.
// Taken of x, as e / (1 + e)² with e = exp(-|x|): 1 - y would have no digit left where y is near 1.

const WG = 256u; // tune: 8 256
const EACH = 1u; // tune: 1 4 16 128, vectors of four a lane takes in turn

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
    let e = exp(-abs(x[i]));
    let share = 1.0 / (1.0 + e);
    dx[i] = dy[i] * e * share * share;
  }
}
