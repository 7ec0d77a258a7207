// parts/factor_exact: factors of a product, taken as they are. For products of halves the loader takes parts/factor_rounded in its place.

fn rounded(v: vec4f) -> vec4f { return v; }
