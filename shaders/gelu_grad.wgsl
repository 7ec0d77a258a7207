// gelu_grad: the gradient of the loss before gelu, from the gradient after it.
//
//   s = 1 / (1 + exp(-2u)),   u = √(2/π) · (x + 0.044715 x³)
//   dx[i] = dy[i] · (s + 2 · x · s · (1 - s) · √(2/π) · (1 + 3 · 0.044715 x²))
//
// x, dy, dx : [n] f32, n a multiple of 4, read as vec4
// One lane owns EACH fours of neighbours, WG fours apart.
// Everything is taken of x clamped to ±10, where the gradient is 1 or 0 to the last bit of f32 and exp stays below 1e38. 1 - s is
// exp(-2u) · s, which does not cancel where s is close to 1.

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
    let near = clamp(x[i], vec4f(-10.0), vec4f(10.0));
    let square = near * near;
    let e = exp(-1.5957691216 * near * (1.0 + 0.044715 * square));
    let s = 1.0 / (1.0 + e);
    let rest = e * s;
    dx[i] = dy[i] * (s + near * s * rest * 1.5957691216 * (1.0 + 0.134145 * square));
  }
}
