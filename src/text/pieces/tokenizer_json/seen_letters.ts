// A text as what is seen as one letter: a letter with its marks, an emoji of several code points (grapheme clusters, UAX #29).

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Units that are looked at at once: the engine's time grows with the square of what it is given. */
const WINDOW = 48

/** The grapheme clusters of a text, in order. */
export function* seenLetters(text: string): Generator<string> {
  let at = 0
  for (let size = WINDOW; at < text.length; ) {
    // Half a letter at the end would be seen as one of its own, and what is before it as ended.
    const window = text.slice(at, at + size + (isInner(text, at + size) ? 1 : 0))
    // The last may go on behind the window; a window of one alone is made larger.
    let last = ''
    for (const { segment } of segmenter.segment(window)) {
      if (last !== '') {
        yield last
        at += last.length
        size = WINDOW
      }
      last = segment
    }
    if (at + last.length < text.length) {
      if (last.length === window.length) size *= 2
      continue
    }
    yield last
    return
  }
}

const isInner = (text: string, at: number): boolean => text.charCodeAt(at) >> 10 === 0x37
