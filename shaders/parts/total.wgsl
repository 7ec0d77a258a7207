// parts/total: the sum of a vector's numbers, in pairs.

fn total(v: vec4f) -> f32 { return (v.x + v.y) + (v.z + v.w); }
