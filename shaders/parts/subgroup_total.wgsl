// parts/subgroup_total: sums over a subgroup. Reads LANES of the kernel, which enables subgroups.
// use: total

// The sum of all numbers of all lanes, on every lane: pairs, then pairs of pairs.
fn subgroupTotal(own: vec4f) -> f32 {
  var sum = total(own);
  for (var step = 1u; step < LANES; step *= 2u) { sum += subgroupShuffleXor(sum, step); }
  return sum;
}
