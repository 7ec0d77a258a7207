// rotary: queries and keys turned by their place, so that a score knows how far apart they are (RoPE, Su et al. 2021); all else copied.
//
//   for every turned head h and c < half:   a = x[r, h·headWidth + c],   b = x[r, h·headWidth + half + c],   φ = the angle of place t at c
//   y[r, h·headWidth + c]        = a · cos φ - b · sin φ
//   y[r, h·headWidth + half + c] = b · cos φ + a · sin φ
//
// x, y  : [rows, stride] f32, stride a multiple of headWidth; the first turnedHeads heads of a row are turned; t = r mod length
// table : [places, headWidth] f32, places ≥ length: half = headWidth/2 cosines, then as many sines. The host makes it in float64, for WGSL
//         promises sin() only to 2^-11
// Its gradient is the turn back: this kernel run on dy with `back` 1.
// One lane owns one pair of numbers, and pairs lie half a head apart: neighbouring lanes read neighbouring numbers.

const WG = 256u;

struct Params { rows: u32, length: u32, stride: u32, headWidth: u32, turnedHeads: u32, back: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> table: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let half = params.headWidth / 2u;
  let pairs = params.stride / 2u;
  if (i < params.rows * pairs) {
    let row = i / pairs;
    let head = i % pairs / half;
    let c = i % half;
    let at = row * params.stride + head * params.headWidth + c;
    let pair = vec2f(x[at], x[at + half]);
    var turned = pair;
    if (head < params.turnedHeads) {
      let angle = row % params.length * params.headWidth + c;
      let cosine = table[angle];
      let sine = select(table[angle + half], -table[angle + half], params.back == 1u);
      turned = pair * cosine + vec2f(-pair.y, pair.x) * sine;
    }
    y[at] = turned.x;
    y[at + half] = turned.y;
  }
}
