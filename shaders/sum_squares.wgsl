// sum_squares: the squares of a long array in a few partial sums, on the way to its norm.
//
//   partial[p] = Σ of x[i]² over the vec4s that are lane p's
//
// x       : [n] f32, n a multiple of 4, read as vec4
// partial : [PARTIALS] f32
// A workgroup owns one contiguous stretch of x, its lanes take turns along it: neighbours read neighbours (which a GPU wants), and
// a CPU driver's thread walks memory in one direction (at n = 16 M within noise of one stretch a lane, and faster than striding over all).
//
// The number of lanes does not depend on the adapter and every lane adds in order, so the same array gives the same bits. Squares are
// never negative, hence no cancellation: a partial is off by at most n/(4·PARTIALS) + 3 roundings of itself. Numbers above 1.8e19
// overflow to infinity, which is how clip_scale learns that a step must not be taken; below 1e-23 they vanish, and may.

const WG = 64u;
const PARTIALS = 1024u; // tune: 256 1024 4096

struct Params { n: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> partial: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let owner = group.y * groups.x + group.x;
  let p = owner * WG + lane;
  if (p >= PARTIALS) {
    return;
  }
  let stretch = (params.n / 4u + PARTIALS - 1u) / PARTIALS * WG;
  let end = min((owner + 1u) * stretch, params.n / 4u);
  var sum = vec4f(0.0);
  for (var i = owner * stretch + lane; i < end; i += WG) {
    let v = x[i];
    sum += v * v;
  }
  partial[p] = sum.x + sum.y + sum.z + sum.w;
}
