// What counts as white space in text metrics: the published scripts are written in Python, whose set is not JavaScript's. It has U+001C to
// U+001F and U+0085, and lacks U+FEFF, which JavaScript's \s would cut at.

// biome-ignore lint/suspicious/noControlCharactersInRegex: Python splits at them
const SPACES = /[\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/u

const everywhere = new RegExp(SPACES, 'gu')

/** What stands between white space; empty for a line without anything else. */
export const tokensOf = (line: string): string[] => line.split(SPACES).filter(Boolean)

/** The line with all white space taken out. */
export const withoutSpace = (line: string): string => line.replace(everywhere, '')

/** The line without white space at its ends; inside it stays as it is. */
export const trimmed = (line: string): string => line.replace(atEnds, '')

const atEnds = new RegExp(`^${SPACES.source}|${SPACES.source}$`, 'gu')

/** The line with runs of two and more made one space: a single no-break space or tab stays what it is. */
export const withoutRuns = (line: string): string => line.replace(everywhere, (run) => (run.length > 1 ? ' ' : run))
