// parts/tile_floats: f32 numbers out of a tile of matrices, `tile` of the kernel, whose elements are vec2u.

// Four numbers from an element of the tile on.
fn floatsAt(at: u32) -> vec4f { return bitcast<vec4f>(vec4u(tile[at], tile[at + 1u])); }
