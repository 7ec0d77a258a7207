// to_half: numbers as 16-bit floats, the working copies that linear_half reads.
//
//   y[i] = the nearest half of x[i], ties to the even one
//
// x : [n] f32, n a multiple of 4, read as vec4      y : [n] f16, packed two to a u32, the earlier one in the low bits
// One lane owns EACH fours of neighbours, WG fours apart.
//
// All by whole numbers, since pack2x16float may round as it likes and leaves open what becomes of numbers a half cannot hold: so every
// adapter gives the same bits. From 65520 on it is infinity; below 2^-14 multiples of 2^-24; what is not a number stays none.

const WG = 256u; // tune: 8 256
const EACH = 1u; // tune: 1 4 16 128, vectors of four a lane takes in turn

struct Params { n: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec2u>;
@group(0) @binding(2) var<uniform> params: Params;

const LEAST_NORMAL = vec4u(0x38800000u); // 2^-14
const OVERFLOW = vec4u(0x477ff000u); // 65520
const INFINITE = vec4u(0x7f800000u);

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = (group.y * groups.x + group.x) * WG * EACH + lane;
  let end = min(first + WG * EACH, params.n / 4u);
  for (var i = first; i < end; i += WG) {
    let bits = halves(x[i]);
    y[i] = bits.xz | (bits.yw << vec2u(16u));
  }
}

fn halves(v: vec4f) -> vec4u {
  let bits = bitcast<vec4u>(v);
  let size = bits & vec4u(0x7fffffffu);
  // 13 digits of the fraction are dropped, and the exponent counts from -15 instead of -127; a carry runs into it, as it should.
  let normal = (size + vec4u(0xfffu) + ((size >> vec4u(13u)) & vec4u(1u)) - vec4u(0x38000000u)) >> vec4u(13u);
  let small = vec4u(round(min(bitcast<vec4f>(size), vec4f(1.0)) * 16777216.0)); // in units of 2^-24
  var half = select(normal, small, size < LEAST_NORMAL);
  half = select(half, vec4u(0x7c00u), size >= OVERFLOW);
  half = select(half, vec4u(0x7e00u), size > INFINITE);
  return half | ((bits >> vec4u(16u)) & vec4u(0x8000u));
}
