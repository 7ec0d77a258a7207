// parts/attention_grad_params_kept: the binding of what gradients of attention are told. Where weights are dropped the loader takes
// parts/attention_grad_params_dropped in its place.

@group(0) @binding(7) var<uniform> params: Params;
