// parts/attention_grad_params_dropped: the bindings of what gradients of attention are told where weights are dropped.

@group(0) @binding(7) var<storage, read> seed: array<u32>;
@group(0) @binding(8) var<uniform> params: Params;
