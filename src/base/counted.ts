// Counts in sentences.

/** `1 clip`, `3 clips`; a noun whose plural is not made with an s brings its own. */
export function counted(n: number, noun: string, plural = `${noun}s`): string {
  return `${n} ${n === 1 ? noun : plural}`
}
