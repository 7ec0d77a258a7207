// parts/pairs_kept: what attention and its gradients are told, all of its weights being kept. For dropout of weights the loader takes
// parts/pairs_dropped in its place.

struct Params { batch: u32, queries: u32, keys: u32, heads: u32, headWidth: u32, causal: u32, scale: f32,
  queryStride: u32, keyStride: u32, keyColumn: u32, valueColumn: u32 }

fn keepOfKeys(line: u32, first: u32) -> vec4f { return vec4f(1.0); }

fn keepOfPairs(lines: vec4u, keys: vec4u) -> vec4f { return vec4f(1.0); }

fn keepOfTile(lines: vec4u, first: u32) -> mat4x4f { return mat4x4f(vec4f(1.0), vec4f(1.0), vec4f(1.0), vec4f(1.0)); }

fn enlarged() -> f32 { return 1.0; }
