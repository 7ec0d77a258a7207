// parts/banded_pairs: which pairs of rows meet in a banded attention, and which of them a step drops.
// use: random

struct Params { batch: u32, length: u32, heads: u32, headWidth: u32, reach: u32, padded: u32, scale: f32, stream: u32, rate: f32 }

// Rows that meet a row: `near` of them from `first` on, and after those, where count is near + 1, the row itself.
struct Band { first: u32, near: u32, count: u32 }

// The keys that query i of a clip of `rows` rows sees.
fn keysOf(i: u32, rows: u32) -> Band {
  let isPadding = i >= rows;
  if (isPadding && params.padded == 0u) { return Band(0u, 0u, 0u); }
  let first = i - min(i, params.reach);
  let near = max(min(i + params.reach + 1u, rows), first) - first;
  return Band(first, near, near + select(0u, 1u, isPadding));
}

// The queries that see key j of a clip of `rows` rows: of padding only itself.
fn queriesOf(j: u32, rows: u32) -> Band {
  if (j >= rows) { return Band(0u, 0u, params.padded); }
  let first = j - min(j, params.reach);
  let near = min(j + params.reach + 1u, select(rows, params.length, params.padded == 1u)) - first;
  return Band(first, near, near);
}

// The n-th row of the band of row `own`; past its last the last one again.
fn memberOf(band: Band, n: u32, own: u32) -> u32 {
  let last = min(n, band.count - 1u);
  return select(own, band.first + last, last < band.near);
}

// What the weight that query i gives key j is multiplied by: 0 where it is dropped, 1/(1 - rate) where it is kept. `line` is the query's place in
// [batch, heads, length]; pairs draw as elements of a tensor [batch, heads, length, 2·reach + 1] do in dropout.
fn pairFactor(line: u32, i: u32, j: u32, key: vec2u) -> f32 {
  if (params.rate == 0.0) { return 1.0; }
  let pair = line * (2u * params.reach + 1u) + j + params.reach - i;
  let bits = pcg4d(vec4u(pair / 4u, params.stream, key));
  return select(0.0, 1.0 / (1.0 - params.rate), bits[pair % 4u] >= u32(params.rate * 4294967296.0));
}
