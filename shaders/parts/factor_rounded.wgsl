// parts/factor_rounded: factors of a product in f16, rounded as they are loaded.

// The nearest f16, ties to the even one; from 65520 on infinity, and what is not a number stays none. Whole numbers do it, since
// drivers take pack2x16float and quantizeToF16 each their own way. Below 2^-14, where an f16 has fewer digits, 11 are kept.
fn rounded(v: vec4f) -> vec4f {
  let bits = bitcast<vec4u>(v);
  let near = (bits + vec4u(0xfffu) + ((bits >> vec4u(13u)) & vec4u(1u))) & vec4u(0xffffe000u);
  let size = bits & vec4u(0x7fffffffu);
  let far = (bits & vec4u(0x80000000u)) | max(size, vec4u(0x7f800000u));
  return bitcast<vec4f>(select(near, far, size >= vec4u(0x477ff000u)));
}
