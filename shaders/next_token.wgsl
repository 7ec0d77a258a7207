// next_token: from logits to the token that is fed next, so that many tokens run without the host.
//
//   For every sample that is not done, at t = lengths[b]:
//   best        = the first v < classes with the largest logits[b,v]
//   tokens[b,t] = best          input[b] = best          lengths[b] = t + 1
//   done[b]     = t + 1 if best is the end token or the room is full, t + 1 = capacity
//
// logits  : [B,stride] f32, stride a multiple of 4, read as vec4; a NaN is never the largest
// lengths : [B] u32, tokens so far      done : [B] u32, 0 or, once it stopped, the number of tokens, the end token included
// input   : [B] u32, the decoder's next input      tokens : [B,capacity] u32
// One lane owns one sample: it alone reads and writes that sample's numbers. A sample that is done is not touched.

const WG = 8u;
const LOWEST = -3.4e38;

struct Params { batch: u32, classes: u32, stride: u32, capacity: u32, end: u32 }

@group(0) @binding(0) var<storage, read> logits: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> lengths: array<u32>;
@group(0) @binding(2) var<storage, read_write> done: array<u32>;
@group(0) @binding(3) var<storage, read_write> input: array<u32>;
@group(0) @binding(4) var<storage, read_write> tokens: array<u32>;
@group(0) @binding(5) var<uniform> params: Params;

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
  var best = 0u;
  var high = LOWEST;
  for (var v = 0u; v < params.classes; v++) {
    let told = logits[(b * params.stride + v) / 4u][v % 4u];
    if (told > high) {
      high = told;
      best = v;
    }
  }
  tokens[b * params.capacity + t] = best;
  input[b] = best;
  lengths[b] = t + 1u;
  if (best == params.end || t + 1u >= params.capacity) {
    done[b] = t + 1u;
  }
}
