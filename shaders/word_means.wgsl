// word_means: words of sign_words as the means of their characters, a character being the mean of its tokens' rows.
//
//   y[b, w] = Σ_t weight[b, t] · x[b, t] + slowShare[b, w] · slow        over the tokens t of word w; 0 past the last word
//
// x     : [batch, length, width] f32, width a multiple of 4, read as vec4; rows of slowness and past a clip's length are not read
// spans, weight, slowShare, wordLengths : from sign_words
// slow  : [at least 1, width] f32, read as vec4: the vector of slowness
// y     : as x
// One lane owns four neighbours of y and adds up the word's tokens in order.

const WG = 64u;

struct Params { batch: u32, length: u32, width: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> spans: array<vec2u>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> slowShare: array<f32>;
@group(0) @binding(4) var<storage, read> wordLengths: array<u32>;
@group(0) @binding(5) var<storage, read> slow: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(7) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.width / 4u;
  if (i >= params.batch * params.length * columns) {
    return;
  }
  let b = i / (params.length * columns);
  let w = i / columns % params.length;
  var sum = vec4f(0.0);
  if (w < wordLengths[b]) {
    let spanRow = b * (params.length + 1u);
    for (var t = spans[spanRow + w].y; t < spans[spanRow + w + 1u].y; t++) {
      let each = weight[b * params.length + t];
      if (each > 0.0) { sum += each * x[(b * params.length + t) * columns + i % columns]; }
    }
    sum += slowShare[b * params.length + w] * slow[i % columns];
  }
  y[i] = sum;
}
