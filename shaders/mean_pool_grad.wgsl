// mean_pool_grad: the gradient of the loss before mean_pool, from the gradient after it: every token gets an equal share.
//
//   dx[b,u,:] = dy[b,:] / lengths[b] for u < lengths[b], else 0       (+ what was there, if accumulate is 1)
//
// dy      : [batch, width] f32, width a multiple of 4, read as vec4
// lengths : [batch] u32, each at most `length`; more counts as `length`
// dx      : [batch, length, width] f32, read as vec4
// One lane owns four neighbours of dx. Nothing is divided by 0: a sentence of no tokens has no token to give a share to.

const WG = 256u;

struct Params { batch: u32, length: u32, width: u32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> dy: array<vec4f>;
@group(0) @binding(1) var<storage, read> lengths: array<u32>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.width / 4u;
  if (i < params.batch * params.length * columns) {
    let token = i / columns;
    let b = token / params.length;
    let tokens = min(lengths[b], params.length);
    var grad = vec4f(0.0);
    if (token % params.length < tokens) { grad = dy[b * columns + i % columns] / f32(tokens); }
    if (params.accumulate == 1u) { grad += dx[i]; }
    dx[i] = grad;
  }
}
