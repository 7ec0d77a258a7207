// Signing in codes as a text of characters: runs of one code are one character, and long ones are followed by one more that says so (SignLLM's codebook
// reconstruction and alignment, Gong et al. 2024).

/** A code, with the tokens that have it one after another. */
export interface Run {
  readonly code: number
  /** The first of the tokens, and the one behind the last. */
  readonly first: number
  readonly end: number
}

/** How a text is written in characters. */
export interface Characters {
  /** The character of slowness, which is no code: as many as there are codes. */
  readonly slow: number
  /** α: a run of more tokens than this is slow. */
  readonly longest: number
}

export function runsOf(codes: ArrayLike<number>): Run[] {
  const runs: Run[] = []
  for (let first = 0, t = 1; t <= codes.length; t++) {
    if (t < codes.length && codes[t] === codes[first]) continue
    runs.push({ code: codes[first]!, first, end: t })
    first = t
  }
  return runs
}

/** Tokens of a run, on average; 1 where there is none. */
export function meanRun(clips: readonly ArrayLike<number>[]): number {
  const tokens = clips.reduce((sum, codes) => sum + codes.length, 0)
  const runs = clips.reduce((sum, codes) => sum + runsOf(codes).length, 0)
  return runs > 0 ? tokens / runs : 1
}

/** The characters of a clip. Of a slow run the first token is its code's, all others are of slowness. */
export function charactersOf(codes: ArrayLike<number>, { slow, longest }: Characters): Run[] {
  return runsOf(codes).flatMap((run) =>
    run.end - run.first > longest
      ? [
          { ...run, end: run.first + 1 },
          { code: slow, first: run.first + 1, end: run.end },
        ]
      : [run],
  )
}
