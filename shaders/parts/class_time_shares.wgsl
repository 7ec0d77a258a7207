// parts/class_time_shares: the two softmaxes of prototype_scores, over classes and over time, from what each was divided by. Reads overClasses and
// overTime of the kernel, which takes parts/held_temperatures too.

// Whether the row of a token counts: padding was left without a total.
fn isSigned(row: u32) -> bool { return overClasses[row].y > 0.0; }

// The share of each class in its token, for four cosines of one row.
fn classShare(cosine: vec4f, row: u32) -> vec4f {
  return exp((cosine - overClasses[row].x) / classTemperature()) / overClasses[row].y;
}

// The share of a token in the time of each class, for four cosines of clip b, columns 4c to 4c + 3 of 4·columns.
fn timeShare(cosine: vec4f, b: u32, c: u32, columns: u32) -> vec4f {
  let at = 2u * b * columns + c;
  return exp((cosine - overTime[at]) / timeTemperature()) / overTime[at + columns];
}
