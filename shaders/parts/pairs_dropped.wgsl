// parts/pairs_dropped: which weights of an attention a step drops: what the weight that a query gives a key is multiplied by once it is made, 0
// where it is dropped and 1/(1 - rate) where it is kept.
//
// `lines` are queries' places in [batch, heads, queries]. Pairs draw as the elements of a tensor [batch, heads, queries, keys] do in dropout,
// whose rows are rounded up to fours. seed : [4] u32, of which two are used, new ones every step.
// stream : a number of its own for every place in the model that drops.

// use: pair_draws

struct Params { batch: u32, queries: u32, keys: u32, heads: u32, headWidth: u32, causal: u32, scale: f32,
  queryStride: u32, keyStride: u32, keyColumn: u32, valueColumn: u32, stream: u32, rate: f32 }

// A query with four keys from `first` on, a multiple of 4.
fn keepOfKeys(line: u32, first: u32) -> vec4f { return keepOf(drawnAt(line, first)); }

// Any four pairs.
fn keepOfPairs(lines: vec4u, keys: vec4u) -> vec4f {
  return keepOf(vec4u(
    drawnAt(lines.x, keys.x)[keys.x % 4u],
    drawnAt(lines.y, keys.y)[keys.y % 4u],
    drawnAt(lines.z, keys.z)[keys.z % 4u],
    drawnAt(lines.w, keys.w)[keys.w % 4u]));
}

// Four queries with four keys from `first` on, a multiple of 4: a column for each key.
fn keepOfTile(lines: vec4u, first: u32) -> mat4x4f {
  return transpose(mat4x4f(keepOfKeys(lines.x, first), keepOfKeys(lines.y, first), keepOfKeys(lines.z, first), keepOfKeys(lines.w, first)));
}

// What weights that are kept are multiplied by.
fn enlarged() -> f32 { return 1.0 / (1.0 - params.rate); }
