// frame_noise: normal noise on the coordinates of every frame, each in proportion to how much that coordinate varies.
//
//   y[r,c] = x[r,c] + rate · sigma[c] · normal[r,c] for c < coords, else x[r,c]       (the counter and the padding stay)
//
// x, y  : [rows, stride] f32, stride a multiple of 4, read as vec4
// sigma : [stride] f32, read as vec4
// seed  : [4] u32, of which two are used; new ones every step
// stream  : a number of its own for every place in the model that draws
// One lane owns four neighbours. Its four words of pcg4d(i, stream, seed[0], seed[1]) make two pairs, and Box and Muller's transform
// makes two normals of each pair.
// log is taken of a number in [2⁻²⁴, 1], never of 0; its error near 1 could turn the square root's argument negative, hence max.
// WGSL promises sin and cos only to 2⁻¹¹ and only in [-π, π]: the angle is drawn there, and noise needs no more digits than that.

// use: random

const WG = 256u;

struct Params { rows: u32, stride: u32, coords: u32, stream: u32, rate: f32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> sigma: array<vec4f>;
@group(0) @binding(2) var<storage, read> seed: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

// 24 of the 32 bits, so that the conversion to f32 is exact and the angle stays below π.
fn normals(bits: vec4u) -> vec4f {
  let unit = vec4f(bits >> vec4u(8u));
  let radius = sqrt(max(-2.0 * log((unit.xz + 1.0) / 16777216.0), vec2f(0.0)));
  let angle = (unit.yw / 16777216.0 - 0.5) * 6.2831853;
  return vec4f(radius.x * cos(angle.x), radius.x * sin(angle.x), radius.y * cos(angle.y), radius.y * sin(angle.y));
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.stride / 4u;
  if (i < params.rows * columns) {
    let c = i % columns;
    let column = vec4u(4u * c) + vec4u(0u, 1u, 2u, 3u);
    let noisy = x[i] + params.rate * sigma[c] * normals(pcg4d(vec4u(i, params.stream, seed[0], seed[1])));
    y[i] = select(x[i], noisy, column < vec4u(params.coords));
  }
}
