// parts/attention_params_dropped: the bindings of what attention is told where weights are dropped.

@group(0) @binding(6) var<storage, read> seed: array<u32>;
@group(0) @binding(7) var<uniform> params: Params;
