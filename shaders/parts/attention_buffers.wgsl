// parts/attention_buffers: the buffers of attention, in all its variants.
// use: attention_shape, attention_params_kept

@group(0) @binding(3) var<storage, read> keyLengths: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> logSumExp: array<f32>;
