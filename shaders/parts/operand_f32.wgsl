// parts/operand_f32: operands stored in f32 and taken as they are. For f16 the loader takes parts/operand_f16 in its place.

// Four numbers as they are stored.
alias Operand = vec4f;

fn widened(stored: Operand) -> vec4f { return stored; }
