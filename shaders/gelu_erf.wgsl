// gelu_erf: x times the share of a normal distribution below x, exactly; gelu is its tanh form, which differs by up to 5e-4.
//
//   y[i] = x · Φ(x),   Φ(x) = ½ (1 + erf(x/√2))
//
// x, y : [n] f32, n a multiple of 4, read as vec4
// One lane owns EACH fours of neighbours, WG fours apart.
// Below 0 the share is the tail itself, not 1 less the rest, so that it keeps its digits. Everything but the factor x is taken of x clamped to
// ±13; past that y is x above, and below it stays within 1e-36 of 0, however large x.

// use: normal_tail

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
    let near = nearZero(x[i]);
    let tail = tailBeyond(near, bell(near));
    y[i] = max(x[i], vec4f(-13.0)) * select(tail, 1.0 - tail, near >= vec4f(0.0));
  }
}
