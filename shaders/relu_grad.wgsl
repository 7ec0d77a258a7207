// relu_grad: the gradient of the loss before a ReLU, from that behind it: as it is where something came through, 0 elsewhere.
//
//   dx[i] = dy[i] where y[i] > 0, else 0       (+ what was there, if accumulate is 1)
//
// y, dy, dx : [n] f32, n a multiple of 4, read as vec4
// One lane owns EACH fours of neighbours, WG fours apart.

const WG = 256u; // tune: 8 256
const EACH = 1u; // tune: 1 4 16 128, vectors of four a lane takes in turn

struct Params { n: u32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> y: array<vec4f>;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let begin = (group.y * groups.x + group.x) * WG * EACH + lane;
  let end = min(begin + WG * EACH, params.n / 4u);
  for (var i = begin; i < end; i += WG) {
    var grad = select(vec4f(0.0), dy[i], y[i] > vec4f(0.0));
    if (params.accumulate == 1u) { grad += dx[i]; }
    dx[i] = grad;
  }
}
