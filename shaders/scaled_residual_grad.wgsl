// scaled_residual_grad: the gradient of the loss at the branch of a scaled_residual; the one at x is dy itself.
//
//   dbranch[b,t,c] = keep[b] · gamma[c] · dy[b,t,c]        (+ what was there, if accumulate is 1)
//
// dy, dbranch  : [B, length, width] f32 as n numbers, width a multiple of 4, read as vec4
// gamma        : [width] f32, read as vec4
// seed, stream : as in the forward, which drew the same
// One lane owns EACH fours of neighbours, WG fours apart.

// use: drop_path

const WG = 256u; // tune: 8 256
const EACH = 1u; // tune: 1 4 16 128, vectors of four a lane takes in turn

struct Params { n: u32, width: u32, length: u32, stream: u32, rate: f32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> dy: array<vec4f>;
@group(0) @binding(1) var<storage, read> gamma: array<vec4f>;
@group(0) @binding(2) var<storage, read> seed: array<u32>;
@group(0) @binding(3) var<storage, read_write> dbranch: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = (group.y * groups.x + group.x) * WG * EACH + lane;
  let end = min(first + WG * EACH, params.n / 4u);
  let columns = params.width / 4u;
  let key = vec2u(seed[0], seed[1]);
  for (var i = first; i < end; i += WG) {
    let keep = pathFactor(i / (columns * params.length), params.stream, key, params.rate);
    var grad = select(vec4f(0.0), keep * gamma[i % columns] * dy[i], keep > 0.0);
    if (params.accumulate == 1u) { grad += dbranch[i]; }
    dbranch[i] = grad;
  }
}
