// gelu_erf_grad: the gradient of the loss before gelu_erf, from the gradient after it.
//
//   dx[i] = dy[i] · (Φ(x) + x · φ(x)),   φ(x) = exp(-x²/2) / √(2π)
//
// x, dy, dx : [n] f32, n a multiple of 4, read as vec4
// One lane owns EACH fours of neighbours, WG fours apart.
// Everything is taken of x clamped to ±13, where the gradient is 1 or 0 to the last bit of f32.

// use: normal_tail

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
    let near = nearZero(x[i]);
    let density = bell(near);
    let tail = tailBeyond(near, density);
    dx[i] = dy[i] * (select(tail, 1.0 - tail, near >= vec4f(0.0)) + 0.3989422804 * near * density);
  }
}
