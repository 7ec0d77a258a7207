// scaled_residual: what a branch adds to the residual sum, each column times a scale of its own (LayerScale, Touvron et al. 2021), unless its
// clip's branch is dropped (stochastic depth).
//
//   y[b,t,c] = x[b,t,c] + keep[b] · gamma[c] · branch[b,t,c]
//   keep[b]  = 1 / (1 - rate) where pcg4d(b / 4, stream, seed[0], seed[1])[b mod 4] ≥ rate · 2³², else 0
//
// x, branch, y : [B, length, width] f32 as n numbers, width a multiple of 4, read as vec4
// gamma        : [width] f32, read as vec4
// seed         : [4] u32, of which two are used; new ones every step; of no account at rate 0
// stream       : a number of its own for every place in the model that draws
// One lane owns EACH fours of neighbours, WG fours apart. The choice is a select, not a product with 0: an overflow in a dropped branch stays out.

// use: drop_path

const WG = 256u; // tune: 8 256
const EACH = 1u; // tune: 1 4 16 128, vectors of four a lane takes in turn

struct Params { n: u32, width: u32, length: u32, stream: u32, rate: f32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> branch: array<vec4f>;
@group(0) @binding(2) var<storage, read> gamma: array<vec4f>;
@group(0) @binding(3) var<storage, read> seed: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = (group.y * groups.x + group.x) * WG * EACH + lane;
  let end = min(first + WG * EACH, params.n / 4u);
  let columns = params.width / 4u;
  let key = vec2u(seed[0], seed[1]);
  for (var i = first; i < end; i += WG) {
    let keep = pathFactor(i / (columns * params.length), params.stream, key, params.rate);
    y[i] = x[i] + select(vec4f(0.0), keep * gamma[i % columns] * branch[i], keep > 0.0);
  }
}
