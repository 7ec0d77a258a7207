// The shortest, middle and longest third of clips: what is easy for being short and what is hard for being long.

/** In the order of the numbers that {@link lengthThirds} gives. */
export const thirdNames = ['short', 'middle', 'long'] as const

/** The third of each clip by its frames, 0 to 2, by rank; of equal lengths the first in order counts as shorter. */
export function lengthThirds(frames: readonly number[]): number[] {
  const ranked = frames.map((_, i) => i).sort((a, b) => frames[a]! - frames[b]! || a - b)
  const thirds = new Array<number>(frames.length)
  ranked.forEach((clip, rank) => {
    thirds[clip] = Math.min(2, Math.floor((3 * rank) / frames.length))
  })
  return thirds
}
