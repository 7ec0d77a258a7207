// next_frame: from what the decoder predicted to what it is fed next, so that many frames run without the host.
//
//   For every sample that is not done, at t = lengths[b]:
//   c        = min(stopAt, max(input[b,inputCounter] + delta, pred[b,predCounter]))   (mode 0: its own counter, which never falls back)
//            = (t + 1) · counterStep                                             (mode 1: the length is given)
//   frames[b,t % kept] = pred[b, 0 … coords-1], then c, then zeros
//   input[b]    = pred[b, 0 … inputCounter-1], then c, then zeros
//   lengths[b]  = t + 1
//   done[b]     = t + 1 if the room is full, t + 1 = capacity, or the end is near: c >= stopAt in mode 1; in mode 0, where nobody
//                 knows how long a frame is on the counter, c + half the mean step so far, c · (1 + 1/(2(t+1))) >= stopAt
//
// pred    : [B,predStride] f32; under future prediction the counter comes after several frames, in column predCounter
// policy  : [B,4] f32, (delta, counterStep, stopAt, mode)
// lengths : [B] u32, frames generated so far
// done    : [B] u32, 0 or, once it stopped, the sample's number of frames
// input   : [B,inputStride] f32, the decoder's input of this step, of the next one after; inputCounter 0 keeps the counter alone
// frames  : [B,kept,stride] f32, the last `kept` frames, the counter in column coords: all of them where kept = capacity
// All strides are multiples of 4, read as vec4.
// One lane owns one sample: it alone reads and writes that sample's length, done and counter, so nothing can race, without a barrier.
//
// A sample that is done is not touched, its length neither: its caches stop growing while others go on. The counter is compared, not
// passed to max(), which may return either side when one is NaN: a NaN prediction leaves c at its own pace. A sample always ends, by
// its capacity if by nothing else; one that has no room left when it arrives is not touched either.

const WG = 8u;

struct Params {
  batch: u32, capacity: u32, stride: u32, coords: u32,
  predStride: u32, predCounter: u32, inputStride: u32, inputCounter: u32, kept: u32,
}

@group(0) @binding(0) var<storage, read> pred: array<vec4f>;
@group(0) @binding(1) var<storage, read> policy: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> lengths: array<u32>;
@group(0) @binding(3) var<storage, read_write> done: array<u32>;
@group(0) @binding(4) var<storage, read_write> input: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> frames: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let b = (group.y * groups.x + group.x) * WG + lane;
  if (b >= params.batch) {
    return;
  }
  let t = lengths[b];
  if (done[b] != 0u || t >= params.capacity) {
    return;
  }
  let rule = policy[b];
  let predRow = b * params.predStride / 4u;
  let inputRow = b * params.inputStride / 4u;
  let frameRow = (b * params.kept + t % params.kept) * params.stride / 4u;
  var c = f32(t + 1u) * rule.y;
  var ahead = c;
  if (rule.w == 0.0) {
    c = input[inputRow + params.inputCounter / 4u][params.inputCounter % 4u] + rule.x;
    let told = pred[predRow + params.predCounter / 4u][params.predCounter % 4u];
    if (told > c) {
      c = told;
    }
    c = min(rule.z, c);
    ahead = c + 0.5 * c / f32(t + 1u);
  }
  // Where pred has no counter its rows may be shorter: no more than coordinates are taken of them.
  let last = params.predStride / 4u - 1u;
  for (var v = 0u; v < params.stride / 4u; v++) {
    frames[frameRow + v] = upTo(params.coords, v, pred[predRow + min(v, last)], c);
  }
  for (var v = 0u; v < params.inputStride / 4u; v++) {
    input[inputRow + v] = upTo(params.inputCounter, v, pred[predRow + min(v, last)], c);
  }
  lengths[b] = t + 1u;
  if (ahead >= rule.z || t + 1u >= params.capacity) {
    done[b] = t + 1u;
  }
}

// Columns 4v … 4v+3 of a frame: coordinates before column `last`, the counter in it, zeros after it.
fn upTo(last: u32, v: u32, coordinates: vec4f, c: f32) -> vec4f {
  let column = vec4u(0u, 1u, 2u, 3u) + 4u * v;
  return select(select(vec4f(0.0), vec4f(c), column == vec4u(last)), coordinates, column < vec4u(last));
}
