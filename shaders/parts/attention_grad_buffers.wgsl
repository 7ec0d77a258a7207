// parts/attention_grad_buffers: what both gradients of attention read. What they write, at binding 6, is the kernel's own.
// use: attention_shape, attention_grad_params_kept

@group(0) @binding(3) var<storage, read> dy: array<Operand>;
@group(0) @binding(4) var<storage, read> rowStats: array<vec2f>;
@group(0) @binding(5) var<storage, read> keyLengths: array<u32>;
