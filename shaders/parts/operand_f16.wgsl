// parts/operand_f16: operands stored in f16. All arithmetic stays f32, so this is core WGSL, for adapters without shader-f16 too.

// Four numbers as they are stored: two to a u32, the earlier one in the low bits, what to_half makes.
alias Operand = vec2u;

fn widened(stored: Operand) -> vec4f { return vec4f(unpack2x16float(stored.x), unpack2x16float(stored.y)); }
