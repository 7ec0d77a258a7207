// parts/row_subgroup: rows that belong to a subgroup each. Reads LANES of the kernel. That a subgroup is LANES neighbours along x WGSL does
// not say; it holds wherever such a variant is taken.

enable subgroups;

// The sum of a number of every lane of a row, on every lane: pairs, then pairs of pairs.
fn rowTotal(own: f32) -> f32 {
  var sum = own;
  for (var step = 1u; step < LANES; step *= 2u) { sum += subgroupShuffleXor(sum, step); }
  return sum;
}

// The highest of a number of every lane of a row, on every lane.
fn rowHighest(own: f32) -> f32 {
  var high = own;
  for (var step = 1u; step < LANES; step *= 2u) { high = max(high, subgroupShuffleXor(high, step)); }
  return high;
}
