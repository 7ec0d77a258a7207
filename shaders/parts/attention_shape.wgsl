// parts/attention_shape: the operands that attention and its gradients read. Rows of q are queryStride numbers long, those of k and v keyStride;
// keys begin at keyColumn and values, no earlier, at valueColumn.

// use: operand_f32, factor_exact, pairs_kept

@group(0) @binding(0) var<storage, read> q: array<Operand>;
@group(0) @binding(1) var<storage, read> k: array<Operand>;
@group(0) @binding(2) var<storage, read> v: array<Operand>;
