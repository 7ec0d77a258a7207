// Counts in sentences.

/** `1 clip`, `3 clips`; a noun whose plural is not made with an s brings its own. */
export function counted(n: number, noun: string, plural = `${noun}s`): string {
  return `${n} ${n === 1 ? noun : plural}`
}

/** The first three names, in quotes; more are an ellipsis. */
export function someOf(names: readonly string[]): string {
  const quoted = names.slice(0, 3).map((name) => `'${name}'`)
  return [...quoted, ...(names.length > 3 ? ['…'] : [])].join(', ')
}
