// error_spread: how the prediction's errors spread, column by column, for the size of the noise put on the decoder's inputs.
//
//   spread[0,c] = Σ of pred[b,t,c] - goal[b,t,c]  over the real rows, t < frames[b]
//   spread[1,c] = Σ of its square
//
// pred, goal : [B,T,S] f32, S the stride, a multiple of 4, read as vec4
// frames     : [B] u32, real frames of each sample
// spread     : [2,S] f32
// One lane owns four neighbouring columns, through all rows.
//
// Padding rows are not read. Padding columns are summed like any other: what they hold, NaN too, stays in their own column. Each sample
// is summed by itself and then added, which keeps a sum's roundings to T + B instead of T·B, in a fixed order. The host takes the
// variance as the difference of two means: errors lie around 0, so little cancels.

const WG = 8u;

struct Params { batch: u32, length: u32, stride: u32 }

@group(0) @binding(0) var<storage, read> pred: array<vec4f>;
@group(0) @binding(1) var<storage, read> goal: array<vec4f>;
@group(0) @binding(2) var<storage, read> frames: array<u32>;
@group(0) @binding(3) var<storage, read_write> spread: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let c = (group.y * groups.x + group.x) * WG + lane;
  let wide = params.stride / 4u;
  if (c >= wide) {
    return;
  }
  var sum = vec4f(0.0);
  var squares = vec4f(0.0);
  for (var b = 0u; b < params.batch; b++) {
    var sampleSum = vec4f(0.0);
    var sampleSquares = vec4f(0.0);
    let start = b * params.length * wide + c;
    let end = start + min(frames[b], params.length) * wide;
    for (var i = start; i < end; i += wide) {
      let d = pred[i] - goal[i];
      sampleSum += d;
      sampleSquares += d * d;
    }
    sum += sampleSum;
    squares += sampleSquares;
  }
  spread[c] = sum;
  spread[wide + c] = squares;
}
