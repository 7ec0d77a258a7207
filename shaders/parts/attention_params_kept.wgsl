// parts/attention_params_kept: the binding of what attention is told. Where weights are dropped the loader takes parts/attention_params_dropped in
// its place.

@group(0) @binding(6) var<uniform> params: Params;
