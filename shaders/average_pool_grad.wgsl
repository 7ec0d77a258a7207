// average_pool_grad: the gradient of the loss before average_pool, from the gradient after it: a third of every mean that a row is part of.
//
//   dx[b,2i,:]   = dy[b,i,:] / 3
//   dx[b,2i+1,:] = (dy[b,i,:] + dy[b,i+1,:]) / 3     (+ what was there, if accumulate is 1; 0 for rows that are missing)
//
// dy      : [batch, tokens, width] f32, width a multiple of 4, read as vec4, tokens = ⌈length/2⌉
// lengths : [batch] u32, each at most `length`; more counts as `length`
// dx      : [batch, length, width] f32, read as vec4
// Which rows are missing, and what `padded` 1 is, as in average_pool; rows of dy that a clip does not have are not read.
// One lane owns EACH fours of neighbours in dx, WG fours apart.

const WG = 256u; // tune: 8 256
const EACH = 1u; // tune: 1 4 16 128, vectors of four a lane takes in turn

struct Params { n: u32, length: u32, width: u32, padded: u32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> dy: array<vec4f>;
@group(0) @binding(1) var<storage, read> lengths: array<u32>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let start = (group.y * groups.x + group.x) * WG * EACH + lane;
  let end = min(start + WG * EACH, params.n / 4u);
  let columns = params.width / 4u;
  let tokens = (params.length + 1u) / 2u;
  for (var i = start; i < end; i += WG) {
    let row = i / columns;
    let b = row / params.length;
    let t = row % params.length;
    let rows = select(min(lengths[b], params.length), params.length, params.padded == 1u);
    var grad = vec4f(0.0);
    if (t < rows) {
      let at = (b * tokens + t / 2u) * columns + i % columns;
      grad = dy[at];
      if (t % 2u == 1u && t + 1u < rows) { grad += dy[at + columns]; }
      grad /= 3.0;
    }
    if (params.accumulate == 1u) { grad += dx[i]; }
    dx[i] = grad;
  }
}
