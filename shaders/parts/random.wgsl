// parts/random: random bits from a key, the same on every adapter.

// Four hashed words of four: pcg4d, Jarzynski and Olano, "Hash Functions for GPU Rendering", 2020. u32 arithmetic wraps by definition.
fn pcg4d(key: vec4u) -> vec4u {
  var v = key * 1664525u + 1013904223u;
  v.x += v.y * v.w;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v.w += v.y * v.z;
  v ^= v >> vec4u(16u);
  v.x += v.y * v.w;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v.w += v.y * v.z;
  return v;
}
