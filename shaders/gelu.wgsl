// gelu: x times (nearly) the share of a normal distribution below x, in the tanh form.
//
//   u(x) = √(2/π) · (x + 0.044715 x³)
//   y[i] = x/2 · (1 + tanh u) = x / (1 + exp(-2u))
//
// x, y : [n] f32, n a multiple of 4, read as vec4
// One lane owns EACH fours of neighbours, WG fours apart.
// WGSL's tanh may be off by 1e-5, and is sinh/cosh on some drivers: NaN for large u. The same function through exp keeps its digits
// also where y is tiny. u is taken of x clamped to ±10, so exp stays below 1e38; past that y is x above, and below it stays within
// 1e-36 of 0, however large x.

const WG = 256u; // tune: 8 256
const EACH = 1u; // tune: 1 4 16 128, vectors of four a lane takes in turn

struct Params { n: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = (group.y * groups.x + group.x) * WG * EACH + lane;
  let end = min(first + WG * EACH, params.n / 4u);
  for (var i = first; i < end; i += WG) {
    let near = clamp(x[i], vec4f(-10.0), vec4f(10.0));
    let e = exp(-1.5957691216 * near * (1.0 + 0.044715 * near * near));
    y[i] = max(x[i], vec4f(-10.0)) / (1.0 + e);
  }
}
