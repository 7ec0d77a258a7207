// mean_pool: one row for each sentence, the mean of its tokens' rows; padding has no part in it.
//
//   y[b,:] = Σ x[b,u,:] / lengths[b]   over u < lengths[b]
//
// x       : [batch, length, width] f32, width a multiple of 4, read as vec4
// lengths : [batch] u32, each at most `length`; more counts as `length`
// y       : [batch, width] f32, read as vec4
// One lane owns four columns of one sentence and walks its tokens in order. Padding is never read, so whatever stands there, NaN
// included, stays out. A sentence of no tokens pools to 0.

const WG = 64u;

struct Params { batch: u32, length: u32, width: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> lengths: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.width / 4u;
  if (i < params.batch * columns) {
    let b = i / columns;
    let c = i % columns;
    let tokens = min(lengths[b], params.length);
    var sum = vec4f(0.0);
    for (var u = 0u; u < tokens; u++) { sum += x[(b * params.length + u) * columns + c]; }
    y[i] = sum / f32(max(tokens, 1u));
  }
}
