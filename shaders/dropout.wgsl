// dropout: a share of the elements set to 0, the rest enlarged so that the expected value stays.
//
//   bits[i] = pcg4d(i / 4, stream, seed[0], seed[1])[i mod 4]
//   y[i]    = x[i] / (1 - rate) where bits[i] ≥ rate · 2³², else 0
//
// x, y : [n] f32, n a multiple of 4, read as vec4
// seed : [4] u32, of which two are used; new ones every step
// stream : a number of its own for every place in the model that drops, so that no two places drop alike
// One lane owns EACH fours of neighbours, WG fours apart; the bits of four are one hash of where they stand. Nothing is kept for the
// backward pass: the gradient is this same kernel run on dy with the same seed and stream.

// use: dropped

const WG = 256u; // tune: 8 256
const EACH = 1u; // tune: 1 4 16 128, vectors of four a lane takes in turn

struct Params { n: u32, stream: u32, rate: f32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> seed: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = (group.y * groups.x + group.x) * WG * EACH + lane;
  let end = min(first + WG * EACH, params.n / 4u);
  for (var i = first; i < end; i += WG) { y[i] = dropped(x[i], i, params.stream); }
}
