// Numbers that are no numbers: looked for wherever they come in or go out, since arithmetic carries them on without a word.

/** The place of the first value that is NaN or infinite; -1 where there is none. */
export function firstNonFinite(values: ArrayLike<number>): number {
  // x - x is 0 for every finite x and NaN for the others: quicker than a call a number.
  for (let i = 0; i < values.length; i++) if (values[i]! - values[i]! !== 0) return i
  return -1
}

/** Where number `i` of an array of that shape lies, as in `[2, 17]`. */
export function placeIn(shape: readonly number[], i: number): string {
  const at = shape.map((extent, axis) => Math.floor(i / shape.slice(axis + 1).reduce((a, b) => a * b, 1)) % extent)
  return `[${at.join(', ')}]`
}
