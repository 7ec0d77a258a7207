// nearest_code: every row in the words of a codebook (VQ-VAE, van den Oord et al. 2017): the code that is nearest to it.
//
//   index[r] = argmin_m Σ_c (z[r,c] - codes[m,c])²,   y[r] = codes[index[r]],   distance[r] = that least sum
//
// z        : [batch, length, width] f32, width a multiple of 4, read as vec4; rows past a clip's length may hold anything
// codes    : [at least count, width] f32, read as vec4
// lengths  : [batch] u32, each at most `length`; more counts as `length`
// y        : as z; index : [batch, length] u32; distance : [batch, length] f32. Past a clip's length: 0, `count` and 0
// One lane owns one row and goes through the codes in order; of codes that are equally near the first one is taken. Differences are squared, not
// products subtracted: rows near their code would lose their digits.

const WG = 64u;

struct Params { batch: u32, length: u32, width: u32, count: u32 }

@group(0) @binding(0) var<storage, read> z: array<vec4f>;
@group(0) @binding(1) var<storage, read> codes: array<vec4f>;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> index: array<u32>;
@group(0) @binding(5) var<storage, read_write> distance: array<f32>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (group.y * groups.x + group.x) * WG + lane;
  if (row >= params.batch * params.length) { return; }
  let cols = params.width / 4u;
  if (row % params.length >= lengths[row / params.length]) {
    for (var c = 0u; c < cols; c++) { y[row * cols + c] = vec4f(0.0); }
    index[row] = params.count;
    distance[row] = 0.0;
    return;
  }
  var best = 0u;
  var least = 0.0;
  for (var m = 0u; m < params.count; m++) {
    var sum = 0.0;
    for (var c = 0u; c < cols; c++) {
      let off = z[row * cols + c] - codes[m * cols + c];
      sum += dot(off, off);
    }
    if (m == 0u || sum < least) {
      least = sum;
      best = m;
    }
  }
  for (var c = 0u; c < cols; c++) { y[row * cols + c] = codes[best * cols + c]; }
  index[row] = best;
  distance[row] = least;
}
