// parts/class_sums: what cross entropy takes from one row of logits: `logits` of the kernel, [rows, stride] read as vec4, of `params.classes` classes.
//
// A row belongs to LANES lanes, which walk neighbouring vectors of four, each under a running maximum of its own; then they agree on the
// highest, and their sums are added pair by pair, in one fixed order. An exponential is never of a positive number, and at least one is of 0.

// use: row_lane

// Of the logits x of a row: the highest, Σ e^(x - highest), the right one, and Σ x.
struct ClassSums { highest: f32, powers: f32, right: f32, all: f32 }

// No column.
const NONE = 0xffffffffu;
const LOWEST = -3.4e38;

// `end` vectors from `start` on; `right` is the column of the right class, which may lie outside; the two of `apart` do not count in Σ x.
fn classSums(lane: u32, start: u32, end: u32, right: u32, apart: vec2u) -> ClassSums {
  var high = LOWEST;
  var powers = 0.0;
  var told = 0.0;
  var sum = 0.0;
  for (var v = lane; v < end; v += LANES) {
    let column = vec4u(0u, 1u, 2u, 3u) + 4u * v;
    let real = column < vec4u(params.classes);
    let x = logits[start + v];
    let seen = select(vec4f(LOWEST), x, real);
    let higher = max(max(high, max(seen.x, seen.y)), max(seen.z, seen.w));
    let each = select(vec4f(0.0), exp(seen - higher), real);
    powers = powers * exp(high - higher) + ((each.x + each.y) + (each.z + each.w));
    high = higher;
    let counted = select(vec4f(0.0), x, real & (column != vec4u(apart.x)) & (column != vec4u(apart.y)));
    sum += (counted.x + counted.y) + (counted.z + counted.w);
    let hit = select(vec4f(0.0), x, real & (column == vec4u(right)));
    told += (hit.x + hit.y) + (hit.z + hit.w);
  }
  let highest = rowHighest(high);
  return ClassSums(highest, rowTotal(powers * exp(high - highest)), rowTotal(told), rowTotal(sum));
}
