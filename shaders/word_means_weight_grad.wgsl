// word_means_weight_grad: the gradient of the loss at the vector of slowness of a word_means.
//
//   dslow += Σ_{b, w} slowShare[b, w] · dy[b, w]        over the words of each clip
//
// dy    : [batch, length, width] f32, width a multiple of 4, read as vec4; rows of words without slowness and past the last word are not read
// slowShare, wordLengths : from sign_words
// dslow : [at least 1, width] f32, read as vec4
// One lane owns four columns and goes through all words in order: a sum has one fixed order.

const WG = 64u;

struct Params { batch: u32, length: u32, width: u32 }

@group(0) @binding(0) var<storage, read> dy: array<vec4f>;
@group(0) @binding(1) var<storage, read> slowShare: array<f32>;
@group(0) @binding(2) var<storage, read> wordLengths: array<u32>;
@group(0) @binding(3) var<storage, read_write> dslow: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.width / 4u;
  if (i >= columns) {
    return;
  }
  var sum = vec4f(0.0);
  for (var b = 0u; b < params.batch; b++) {
    for (var w = 0u; w < min(wordLengths[b], params.length); w++) {
      let each = slowShare[b * params.length + w];
      if (each > 0.0) { sum += each * dy[(b * params.length + w) * columns + i]; }
    }
  }
  dslow[i] += sum;
}
