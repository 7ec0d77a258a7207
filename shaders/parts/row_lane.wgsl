// parts/row_lane: rows that belong to a lane each. For rows of subgroups the loader takes parts/row_subgroup in its place.

// The sum of a number of every lane of a row: there is one.
fn rowTotal(own: f32) -> f32 { return own; }

// The highest of a number of every lane of a row.
fn rowHighest(own: f32) -> f32 { return own; }
