// clip_rows: the first row of every image in a batch of clips. The frames of all clips lie one behind the other without padding, as an image
// encoder takes them, in one tensor or in several; here every clip gets rows of its own.
//
//   y[b,t,:] = x[n - first, 0, :]   for t < lengths[b], n = lengths[0] + … + lengths[b-1] + t, where first <= n < first + images
//   y[b,t,:] = 0 for t >= lengths[b], and where x has no such image; with keep 1 what it was
//
// x       : [images, tokens, width] f32, width a multiple of 4, read as vec4: frames first … first + images - 1 of all
// lengths : [batch] u32, each at most `length`; more counts as `length`
// y       : [batch, length, width] f32
// One lane owns four neighbours of y.

const WG = 64u;

struct Params { batch: u32, length: u32, images: u32, tokens: u32, width: u32, first: u32, keep: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> lengths: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.width / 4u;
  if (at < params.batch * params.length * columns) {
    let b = at / columns / params.length;
    let t = (at / columns) % params.length;
    var frame = t;
    for (var before = 0u; before < b; before++) { frame += min(lengths[before], params.length); }
    let image = frame - params.first; // below 0 it is larger than any image's
    if (t < lengths[b] && image < params.images) {
      y[at] = x[image * params.tokens * columns + at % columns];
    } else if (params.keep == 0u) {
      y[at] = vec4f(0.0);
    }
  }
}
