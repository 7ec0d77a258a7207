// What a clip may be called. Names come out of files that others made, and commands make file names of them.

/** Bytes of the longest name most file systems take, with room for an ending. */
const LONGEST = 240

/** What is wrong with a name as a path below some folder, as `…, got …`; undefined where nothing is. */
export function clipNameProblem(name: string): string | undefined {
  const parts = name.split(/[/\\]/)
  if (/^[/\\]|^[A-Za-z]:/.test(name) || parts.includes('..')) return `wanted clip names that stay in the output's folder, got '${name}'`
  if (/\p{Cc}/u.test(name)) return `wanted clip names without control characters, got ${JSON.stringify(name)}`
  const long = parts.map((part) => new TextEncoder().encode(part).length).find((bytes) => bytes > LONGEST)
  if (long !== undefined) return `wanted clip names of at most ${LONGEST} bytes, got ${long} in '${name.slice(0, 40)}…'`
  if (name !== '' && parts.some((part) => part === '' || part === '.')) return `wanted clip names that can be file names, got '${name}'`
  return undefined
}
