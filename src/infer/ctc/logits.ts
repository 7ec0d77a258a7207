// What decoders of CTC read: a clip's logits, as a model gives them.

/** Frames of scores over classes, before any softmax. */
export interface CtcLogits {
  /** [frames, stride]; columns from `classes` on are not read. */
  readonly logits: Float32Array | Float64Array
  readonly frames: number
  readonly classes: number
  /** Columns of a row; default `classes`. */
  readonly stride?: number
  /** The class that stands for no label. */
  readonly blank: number
}

/** The logits of frame t. */
export function frameOf({ logits, classes, stride = classes }: CtcLogits, t: number): Float32Array | Float64Array {
  return logits.subarray(t * stride, t * stride + classes)
}

/** The class of each frame's highest logit; of equals the first. */
export function likeliestClasses(given: CtcLogits): number[] {
  return Array.from({ length: given.frames }, (_, t) => {
    const row = frameOf(given, t)
    let best = 0
    for (let v = 1; v < row.length; v++) if (row[v]! > row[best]!) best = v
    return best
  })
}
