// parts/pair_draws: the draws of parts/pairs_dropped.

// use: random

// Of a query with the four keys among which `key` is.
fn drawnAt(line: u32, key: u32) -> vec4u {
  return pcg4d(vec4u(line * ((params.keys + 3u) / 4u) + key / 4u, params.stream, seed[0], seed[1]));
}

// rate · 2³² is exact, and fits a u32 since rate < 1.
fn keepOf(drawn: vec4u) -> vec4f {
  return select(vec4f(0.0), vec4f(1.0 / (1.0 - params.rate)), drawn >= vec4u(u32(params.rate * 4294967296.0)));
}
