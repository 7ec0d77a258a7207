// frame_augment: draws frames of videos, each of its own size, into squares of one size: resize, crop, rotation and mirror in one affine map,
// and all changes of colour in one more, then the normalisation that an image encoder was trained with.
//
//   (u, v) = map · (column + ½, row + ½, 1)                                   where the pixel lies in the frame, in pixels of it
//   c      = Σ tent((i + ½ - u) / su) tent((j + ½ - v) / sv) frame[j, i] / Σ of the weights,   tent(t) = max(1 - |t|, 0)
//   y[f, :, row, column] = (clamp(colour · (c, 1), 0, 1) - mean) / deviation
//
// su and sv are how far apart pixels lie in the frame, at least 1: bilinear where it grows, and where it shrinks a mean over all that a pixel
// covers, so that nothing flickers (as Pillow resizes). Sums are over pixels of the frame only; outside of it c is black.
//
// pixels     : u32 RGBA, a byte a channel, red lowest; alpha is not read
// places     : [frames, 4] u32: first pixel, width, height, and nothing; a width of 0 is no frame: y is 0 there
// transforms : [frames, 24] f32: map's two rows of 3, colour's three rows of 4, mean, 1 / deviation
// y          : [frames, 3, size, size] f32
// One lane owns one pixel in three colours.

const WG = 64u;

struct Params { frames: u32, size: u32 }

@group(0) @binding(0) var<storage, read> pixels: array<u32>;
@group(0) @binding(1) var<storage, read> places: array<vec4u>;
@group(0) @binding(2) var<storage, read> transforms: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

fn told(frame: u32, at: u32) -> f32 { return transforms[24u * frame + at]; }

fn threeFrom(frame: u32, at: u32) -> vec3f { return vec3f(told(frame, at), told(frame, at + 1u), told(frame, at + 2u)); }

// The mean colour around a point of a frame; black outside.
fn colourAt(place: vec4u, at: vec2f, spread: vec2f) -> vec3f {
  let extent = vec2f(place.yz);
  if (at.x < 0.0 || at.y < 0.0 || at.x > extent.x || at.y > extent.y) { return vec3f(0.0); }
  let first = vec2u(max(ceil(at - spread - vec2f(0.5)), vec2f(0.0)));
  let last = vec2u(min(floor(at + spread - vec2f(0.5)), extent - vec2f(1.0)));
  var sum = vec3f(0.0);
  var total = 0.0;
  for (var j = first.y; j <= last.y; j++) {
    let down = max(1.0 - abs(f32(j) + 0.5 - at.y) / spread.y, 0.0);
    for (var i = first.x; i <= last.x; i++) {
      let weight = down * max(1.0 - abs(f32(i) + 0.5 - at.x) / spread.x, 0.0);
      sum += weight * unpack4x8unorm(pixels[place.x + j * place.y + i]).xyz;
      total += weight;
    }
  }
  return sum / total;
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * WG + lane;
  let area = params.size * params.size;
  if (at < params.frames * area) {
    let frame = at / area;
    let place = places[frame];
    var out = vec3f(0.0);
    if (place.y > 0u) {
      let here = vec3f(f32(at % params.size) + 0.5, f32((at % area) / params.size) + 0.5, 1.0);
      let across = threeFrom(frame, 0u);
      let down = threeFrom(frame, 3u);
      let spread = max(vec2f(length(across.xy), length(down.xy)), vec2f(1.0));
      let colour = vec4f(colourAt(place, vec2f(dot(across, here), dot(down, here)), spread), 1.0);
      let changed = vec3f(
        dot(vec4f(threeFrom(frame, 6u), told(frame, 9u)), colour),
        dot(vec4f(threeFrom(frame, 10u), told(frame, 13u)), colour),
        dot(vec4f(threeFrom(frame, 14u), told(frame, 17u)), colour),
      );
      out = (clamp(changed, vec3f(0.0), vec3f(1.0)) - threeFrom(frame, 18u)) * threeFrom(frame, 21u);
    }
    let first = frame * 3u * area + at % area;
    y[first] = out.x;
    y[first + area] = out.y;
    y[first + 2u * area] = out.z;
  }
}
