// word_means_grad: the gradient of the loss at the rows of which word_means made words.
//
//   dx[b, t] = weight[b, t] · dy[b, word of t]; 0 in slowness and past a clip's length        (+ what was there, if accumulate is 1)
//
// dy    : [batch, length, width] f32, width a multiple of 4, read as vec4; rows past the last word are not read
// spans, weight : from sign_words
// dx    : as dy
// One lane owns four neighbours of dx.

const WG = 64u;

struct Params { batch: u32, length: u32, width: u32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> dy: array<vec4f>;
@group(0) @binding(1) var<storage, read> spans: array<vec2u>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.width / 4u;
  if (i >= params.batch * params.length * columns) {
    return;
  }
  let b = i / (params.length * columns);
  let t = i / columns % params.length;
  let each = weight[b * params.length + t];
  var grad = vec4f(0.0);
  if (each > 0.0) { grad = each * dy[(b * params.length + spans[b * (params.length + 1u) + t].x) * columns + i % columns]; }
  if (params.accumulate == 1u) { grad += dx[i]; }
  dx[i] = grad;
}
