// parts/bones: the 49 bones of predicted and of true frames, for what is asked of their directions. A bone goes by the joint it ends in,
// 1 to 49; parts/skeleton has their numbering.
//
//   v = place of the joint - place of its parent,   place = centre + scale · number
//   direction[v]  = v / max(|v|, |true v| / 4)
//
// pred, goal : [B,T,S] f32, S the stride; the first 150 numbers of a row are the joints' coordinates, in the model's units
// units      : [2,S] f32, centre and scale of each column: what a model's number is in the data's units
//
// A true bone shorter than 1e-6 has no direction and does not count. A predicted one of less than a quarter of the true length keeps that
// as its divisor: a unit vector's gradient grows as 1/|v|, and would drown all others where a finger shrinks to nothing.

// use: skeleton

const JOINTS = 50u;

@group(0) @binding(0) var<storage, read> pred: array<f32>;
@group(0) @binding(1) var<storage, read> goal: array<f32>;
@group(0) @binding(2) var<storage, read> units: array<f32>;

// How a joint's coordinates, and its parent's, are read: columns, and units of the data.
struct BoneColumns {
  end: u32,
  start: u32,
  between: vec3f,
  endScale: vec3f,
  startScale: vec3f,
}

struct Bone {
  // Predicted minus true direction; 0 where the bone does not count.
  error: vec3f,
  // The predicted direction, a unit vector unless `short`.
  direction: vec3f,
  // What the predicted bone was divided by.
  divisor: f32,
  short: bool,
  counts: bool,
  // Predicted minus true joint, in the model's units.
  drift: vec3f,
}

fn predAt(i: u32) -> vec3f { return vec3f(pred[i], pred[i + 1u], pred[i + 2u]); }

fn goalAt(i: u32) -> vec3f { return vec3f(goal[i], goal[i + 1u], goal[i + 2u]); }

fn unitsAt(i: u32) -> vec3f { return vec3f(units[i], units[i + 1u], units[i + 2u]); }

// The neck, in which no bone ends, is its own parent: its bone has no length and so does not count.
fn boneColumns(joint: u32) -> BoneColumns {
  let end = 3u * joint;
  let start = select(3u * parentOf(joint), 0u, joint == 0u);
  let between = unitsAt(end) - unitsAt(start);
  return BoneColumns(end, start, between, unitsAt(params.stride + end), unitsAt(params.stride + start));
}

fn boneAt(row: u32, columns: BoneColumns) -> Bone {
  let first = row * params.stride;
  let predicted = predAt(first + columns.end);
  let truth = goalAt(first + columns.end);
  let v = columns.between + (columns.endScale * predicted - columns.startScale * predAt(first + columns.start));
  let wanted = columns.between + (columns.endScale * truth - columns.startScale * goalAt(first + columns.start));
  let size = sqrt(dot(v, v));
  let wantedSize = sqrt(dot(wanted, wanted));
  let counts = wantedSize >= 1e-6;
  let least = 0.25 * max(wantedSize, 1e-6);
  let divisor = max(size, least);
  let direction = v / divisor;
  let error = select(vec3f(0.0), direction - wanted / max(wantedSize, 1e-6), counts);
  return Bone(error, direction, divisor, size < least, counts, predicted - truth);
}

// How much the direction's error changes from one frame to the next: not at all where the bone does not count in both.
fn turnBetween(before: Bone, after: Bone) -> vec3f {
  return select(vec3f(0.0), after.error - before.error, before.counts && after.counts);
}
