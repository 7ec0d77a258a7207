// mix_frames: scheduled sampling: some of the true frames a decoder is fed give way to what it predicted for them itself.
//
//   y[b,t,c] = pred[b,t-1,c]  where c < coords, 0 < t < frames[b] and unit(b,t) < share[0], else x[b,t,c]
//   unit(b,t) = (pcg4d(b · T + t, stream, seed[0], seed[1])[0] / 2⁸) / 2²⁴, in [0, 1)
//
// x, y   : [B,T,S] f32, S the stride of the decoder's input, a multiple of 4, read as vec4: row t is the frame before frame t
// pred   : [B,T,P] f32, P ≥ coords the stride of its output, a multiple of 4, read as vec4: row t is frame t
// frames : [B] u32, real frames of each sample
// share  : [1] f32, the probability that a frame is a predicted one: 0 never, 1 always
// seed   : [4] u32, of which two are used; new ones every step
// stream : a number of its own for every place in the model that draws
// One lane owns four neighbouring columns of a row. All lanes of a row draw the same, and so does every pass over the same rows.
//
// The start frame, the counter and the padding stay: padding rows are chosen, not weighed, so a prediction that is NaN there goes nowhere.
// 24 of a word's 32 bits, so that the conversion to f32 is exact and a share of 1 lets nothing through.

// use: random

const WG = 256u;

struct Params { batch: u32, length: u32, stride: u32, predStride: u32, coords: u32, stream: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> pred: array<vec4f>;
@group(0) @binding(2) var<storage, read> frames: array<u32>;
@group(0) @binding(3) var<storage, read> share: array<f32>;
@group(0) @binding(4) var<storage, read> seed: array<u32>;
@group(0) @binding(5) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.stride / 4u;
  if (i >= params.batch * params.length * columns) {
    return;
  }
  let row = i / columns;
  let c = i % columns;
  let t = row % params.length;
  let unit = f32(pcg4d(vec4u(row, params.stream, seed[0], seed[1])).x >> 8u) / 16777216.0;
  var mixed = x[i];
  if (4u * c < params.coords && t > 0u && t < frames[row / params.length] && unit < share[0]) {
    let column = vec4u(4u * c) + vec4u(0u, 1u, 2u, 3u);
    mixed = select(mixed, pred[(row - 1u) * (params.predStride / 4u) + c], column < vec4u(params.coords));
  }
  y[i] = mixed;
}
