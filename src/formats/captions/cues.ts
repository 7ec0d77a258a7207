// What is said when in a video.

export interface Cue {
  /** Seconds. */
  readonly start: number
  readonly end: number
  readonly text: string
}

/** The frames of a cue: from the one in which it begins to the one in which it ends, `end` not included, within a video of so many frames. */
export function framesOfCue({ start, end }: Cue, fps: number, totalFrames: number): { readonly start: number; readonly end: number } {
  const from = Math.max(0, Math.floor(start * fps))
  return { start: Math.min(from, totalFrames), end: Math.min(totalFrames, Math.ceil(end * fps)) }
}

/**
 * Which of a video's tracks, by their names, to take; undefined where it has none such. `original` is what somebody wrote or spoke: English where there is such a
 * track, else the first by name that is no translation. A language is a track of it, or else of a translation into it: `en`, then `en-…`, then `…-en`.
 */
export function chooseTrack(tracks: readonly string[], wanted: string): string | undefined {
  const sorted = tracks.toSorted()
  if (wanted === 'original') {
    // A translation into English is named by both languages, and lies beside its source.
    const isTranslation = (track: string): boolean => track.startsWith('en-') && sorted.includes(track.slice(3))
    return sorted.includes('en') ? 'en' : (sorted.find((track) => !isTranslation(track)) ?? sorted[0])
  }
  return (
    sorted.find((track) => track === wanted) ??
    sorted.find((track) => track.startsWith(`${wanted}-`) || track.startsWith(`${wanted}_`)) ??
    sorted.find((track) => track.endsWith(`-${wanted}`))
  )
}
