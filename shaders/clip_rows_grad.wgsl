// clip_rows_grad: the gradient of the loss at images of which clip_rows took the first rows: that at the row's place, and 0 in all other rows.
//
//   dx[n - first, 0, :] = dy[b,t,:]   of the clip and place that frame n has; 0 for frames behind the last clip
//   dx[i,u,:] = 0                     for u > 0                                    (+ what was there, if accumulate is 1)
//
// dy      : [batch, length, width] f32, width a multiple of 4, read as vec4
// lengths : [batch] u32, each at most `length`; more counts as `length`
// dx      : [images, tokens, width] f32: frames first … first + images - 1 of all
// One lane owns four neighbours of dx.

const WG = 256u;

struct Params { batch: u32, length: u32, images: u32, tokens: u32, width: u32, first: u32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> dy: array<vec4f>;
@group(0) @binding(1) var<storage, read> lengths: array<u32>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.width / 4u;
  if (at < params.images * params.tokens * columns) {
    let row = at / columns;
    var grad = vec4f(0.0);
    if (row % params.tokens == 0u) {
      let frame = params.first + row / params.tokens;
      var start = 0u;
      for (var b = 0u; b < params.batch; b++) {
        let end = start + min(lengths[b], params.length);
        if (frame >= start && frame < end) { grad = dy[(b * params.length + frame - start) * columns + at % columns]; }
        start = end;
      }
    }
    if (params.accumulate == 1u) { grad += dx[at]; }
    dx[at] = grad;
  }
}
