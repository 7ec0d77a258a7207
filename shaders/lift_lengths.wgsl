// lift_lengths: one step of every clip's bone lengths down the gradient of the lifting objective, and what the host wants to know of it.
//
//   dl_k  = mask_k · (Σ_t lengthGrad[k, t] + lengthCost·L_k),  L_k = e^l_k        (lengthCost · Σ_k L_k keeps bones from growing along the line of sight)
//   rule 0: l -= rate·dl
//   rule 1: m = b1·m + (1-b1)·dl,  v = b2·v + (1-b2)·dl²,  l -= rate·m / (sqrt(v) + 1e-12)        (Adam, as in lift_frame)
//
// lengthGrad : [27,F] f32 from lift_frame: 25 rows of gradients by length id, then the data sums and the smoothness sums
// clips       : [C] vec2u, (first frame, frames); a clip of 0 frames rests: nothing of it is written
// lengthMask  : [C,25] f32, 1, or 0 for a length that nothing was seen of: it is held, since its cost alone would shrink it to nothing
// logLength   : [C,25] f32, l
// boneLength  : [C,25] f32, L = e^l
// moments     : [C,25] vec2f, (m, v) of rule 1, 0 at the start; rule 0 leaves it alone
// report      : [C,27] f32, the lengths before this step, Σ w·|X - target|² / 50T and Σ |X_t - X_{t+1}|² / 50(T-1)
// One lane owns one row of one clip.
//
// Frames are added in blocks of 32 and the blocks after each other: a tree fixed by the clip's own length, so a clip gives the same bits
// whatever shares its batch, and a long clip loses 32 + T/32 roundings instead of T. L comes from l every time: it cannot become negative.

const WG = 64u;
const BLOCK = 32u;

struct Params { frames: u32, clips: u32, rule: u32, rate: f32, meanDecay: f32, squareDecay: f32, lengthCost: f32 }

@group(0) @binding(0) var<storage, read> lengthGrad: array<f32>;
@group(0) @binding(1) var<storage, read> clips: array<vec2u>;
@group(0) @binding(2) var<storage, read> lengthMask: array<f32>;
@group(0) @binding(3) var<storage, read_write> logLength: array<f32>;
@group(0) @binding(4) var<storage, read_write> boneLength: array<f32>;
@group(0) @binding(5) var<storage, read_write> moments: array<vec2f>;
@group(0) @binding(6) var<storage, read_write> report: array<f32>;
@group(0) @binding(7) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * WG + lane;
  let clip = at / 27u;
  let row = at - 27u * clip;
  if (clip >= params.clips) {
    return;
  }
  let count = clips[clip].y;
  if (count == 0u) {
    return;
  }
  let start = row * params.frames + clips[clip].x;
  var sum = 0.0;
  for (var begin = 0u; begin < count; begin += BLOCK) {
    let end = min(begin + BLOCK, count);
    var part = 0.0;
    for (var t = begin; t < end; t++) {
      part += lengthGrad[start + t];
    }
    sum += part;
  }
  if (row >= 25u) {
    let frames = select(max(count, 2u) - 1u, count, row == 25u);
    report[at] = sum / (50.0 * f32(frames));
    return;
  }

  let k = 25u * clip + row;
  let size = boneLength[k];
  report[at] = size;
  let grad = lengthMask[k] * (sum + params.lengthCost * size);
  var step = grad;
  if (params.rule == 1u) {
    let old = moments[k];
    let mean = params.meanDecay * old.x + (1.0 - params.meanDecay) * grad;
    let square = params.squareDecay * old.y + (1.0 - params.squareDecay) * grad * grad;
    moments[k] = vec2f(mean, square);
    step = mean / (sqrt(square) + 1e-12);
  }
  let moved = logLength[k] - params.rate * step;
  logLength[k] = moved;
  boneLength[k] = exp(moved);
}
