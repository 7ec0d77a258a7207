// parts/place_rows: which rows of keys and values a place of gloss_attention_places lies between, and what it has of each.

// What lies at a place is lowShare · kv[low] + highShare · kv[high], and changes by lowSlope · kv[low] + highSlope · kv[high] with its offset.
// A row that is not there or has no share is the other one again, at share 0.
struct Between { low: u32, high: u32, lowShare: f32, highShare: f32, lowSlope: f32, highSlope: f32 }

// `first` is where the clip's first row begins in kv, `stride` its rows' length; `factor` of what lies there is taken.
fn betweenRows(place: vec4f, first: u32, stride: u32, length: u32, factor: f32) -> Between {
  let low = i32(place.x);
  let hasLow = low >= 0;
  let hasHigh = low + 1 < i32(length) && (place.y > 0.0 || place.w > 0.0);
  let lowRow = u32(select(low + 1, low, hasLow));
  let highRow = u32(select(low, low + 1, hasHigh));
  return Between(
    first + lowRow * stride,
    first + highRow * stride,
    select(0.0, factor * (1.0 - place.y), hasLow),
    select(0.0, factor * place.y, hasHigh),
    select(0.0, -place.w, hasLow),
    select(0.0, place.w, hasHigh));
}
