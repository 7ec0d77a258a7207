// gloss_attention_places: where between the frames of its clip each sample of a gloss attention (Yin et al. 2023) is taken, and whether a step drops its weight.
//
//   p = i + r + offset   with r = -⌊samples/2⌋ … for the samples of frame i, wrapped into [0, rows - 1): a remainder that is never negative
//   places[b,h,i,n] = (⌊p⌋, p - ⌊p⌋, keep, slope)         slope: dp/d offset
//
// offsets : [B, T, columns] f32, that of sample n of head h in column h·samples + n; columns is heads·samples or more
// lengths : [B] u32, each at most T; more counts as T
// seed    : [4] u32, of which two are used; new ones every step; of no account at rate 0
// places  : [B, H, T, samples] of vec4f
// Rows past a clip's length are not read and take no samples: their ⌊p⌋ is -2, the rest 0. A clip of one frame has p = 0 and slope 0.
// With `released` 1 everything is as the published code has it: r begins at -⌈samples/2⌉; p becomes p·T/(T - 1) - 1/2, T being the padded length;
// half of what lies at p is taken, which `slope` counts in; and padding takes samples as any row does.
// keep is 1/(1 - rate) or, for a share `rate` of the samples, 0.
// One lane owns one place. Whole frames are counted apart from parts of one, so that a long clip costs no digits.

// use: random

const WG = 64u;

struct Params { batch: u32, length: u32, heads: u32, samples: u32, columns: u32, released: u32, stream: u32, rate: f32 }

@group(0) @binding(0) var<storage, read> offsets: array<f32>;
@group(0) @binding(1) var<storage, read> lengths: array<u32>;
@group(0) @binding(2) var<storage, read> seed: array<u32>;
@group(0) @binding(3) var<storage, read_write> places: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let own = (group.y * groups.x + group.x) * WG + lane;
  if (own >= params.batch * params.heads * params.length * params.samples) { return; }
  let n = own % params.samples;
  let line = own / params.samples;
  let i = line % params.length;
  let head = line / params.length % params.heads;
  let b = line / params.length / params.heads;
  let rows = min(lengths[b], params.length);
  let isReleased = params.released == 1u;
  if (rows == 0u || (i >= rows && !isReleased)) {
    places[own] = vec4f(-2.0, 0.0, 0.0, 0.0);
    return;
  }

  // 1. Whole frames and the part of one.
  let offset = offsets[(b * params.length + i) * params.columns + head * params.samples + n];
  var whole = 0.0;
  var part = 0.0;
  let span = f32(rows - 1u);
  if (rows > 1u) {
    let behind = select(params.samples / 2u, (params.samples + 1u) / 2u, isReleased);
    let steps = floor(offset);
    part = offset - steps;
    whole = wrapped(f32(i + n) - f32(behind) + wrapped(steps, span), span);
  }

  // 2. As the published sampler reads it.
  let last = f32(max(params.length, 2u) - 1u);
  if (isReleased) {
    let rest = part + (whole + part) / last - 0.5;
    let steps = floor(rest);
    whole += steps;
    part = rest - steps;
  }
  let slope = select(0.0, select(1.0, 0.5 * (1.0 + 1.0 / last), isReleased), rows > 1u);
  places[own] = vec4f(whole, part, keepOf(own, vec2u(seed[0], seed[1])), slope);
}

// The remainder of a whole number, from 0 to under `span`. A quotient that is rounded to the next whole number is one too many or too few.
fn wrapped(value: f32, span: f32) -> f32 {
  let rest = value - span * floor(value / span);
  return clamp(rest + select(0.0, span, rest < 0.0) - select(0.0, span, rest >= span), 0.0, span - 1.0);
}

// Places draw as the elements of a tensor [batch, heads, length, samples] do in dropout.
fn keepOf(place: u32, key: vec2u) -> f32 {
  if (params.rate == 0.0) { return 1.0; }
  let bits = pcg4d(vec4u(place / 4u, params.stream, key));
  return select(0.0, 1.0 / (1.0 - params.rate), bits[place % 4u] >= u32(params.rate * 4294967296.0));
}
