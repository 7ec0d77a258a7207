// parts/attention_shape: what attention and its gradients are told, and the operands that all of them read. Rows of q are queryStride numbers
// long, those of k and v keyStride; keys begin at keyColumn and values, no earlier, at valueColumn.

// use: operand_f32, factor_exact

struct Params { batch: u32, queries: u32, keys: u32, heads: u32, headWidth: u32, causal: u32, scale: f32,
  queryStride: u32, keyStride: u32, keyColumn: u32, valueColumn: u32 }

@group(0) @binding(0) var<storage, read> q: array<Operand>;
@group(0) @binding(1) var<storage, read> k: array<Operand>;
@group(0) @binding(2) var<storage, read> v: array<Operand>;
