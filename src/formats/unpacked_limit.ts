// How much may come out of a compressed file. A deflated byte can stand for a thousand, so that a small file could fill the memory; numbers that
// anybody measured shrink to a half or a tenth.

/** What a file of any size may hold: over an hour of signing. */
const ALWAYS = 64 * 2 ** 20
const RATIO = 64

/** The most bytes that a file of `fileBytes` may unpack to. */
export function mostUnpacked(fileBytes: number): number {
  return Math.max(ALWAYS, RATIO * fileBytes)
}
