// Where in a clip each word was found, as a picture: a row for each word, time from left to right, darker the more of it was found.

import { extname } from 'node:path'
import { SignError } from '../base/errors.js'
import { writeWhole } from '../base/files.js'
import { type Colour, rgb } from './colours.js'
import { type Box, type FlatPicture, flatRaster, flatSvg, lettersLacking, type Words, wordsWidth } from './flat_picture.js'
import { encodePng } from './png.js'
import { ticks } from './ticks.js'

/** The frames that a word is signed in: the first, and the one behind the last. */
export interface TrueSpan {
  readonly first: number
  readonly end: number
}

export interface MappedWord {
  readonly word: string
  /** How much of it was found in each token, from 0 to 1. */
  readonly found: ArrayLike<number>
  /** Their sum, the word's score in the clip. */
  readonly score: number
  /** Whether the sentence has it, and whether its score is above the threshold. */
  readonly isWanted: boolean
  readonly isFound: boolean
  /** Where it truly is, where that is known. */
  readonly spans?: readonly TrueSpan[]
}

export interface LocalisationPicture {
  readonly title: string
  /** A row each, from the top; of as many tokens. */
  readonly words: readonly MappedWord[]
  readonly tokens: number
  /** Frames from one token to the next: token t is about frame t · framesPerToken. */
  readonly framesPerToken: number
  /** Frames a second, for an axis in seconds; in frames without it. */
  readonly fps?: number
}

const PAPER: Colour = '#fcfcfa'
const EMPTY: Colour = '#eef0f2'
const FULL: Colour = '#0b4f94'
const INK: Colour = '#2b323b'
const QUIET: Colour = '#5a626e'
const TRUE: Colour = '#d9283c'

/** Pixels. */
const ROW = 24
const STRIP = 18
const MARGIN = 16
const TOP = 48
const [MOST_ACROSS, WIDEST_CELL] = [960, 24]
const LONGEST_WORD = 18
/** Wide enough for `0.00`. */
const SCORES = 60

/**
 * Writes the picture to a `.svg` or `.png`. Returns what to know of it: a `.png` has Latin letters only. Throws ERR_USAGE for another extension, ERR_DATA as `localisationMap` does, ERR_OUTPUT where it cannot be
 * written.
 */
export async function writeLocalisationMap(path: string, picture: LocalisationPicture): Promise<string[]> {
  checkMapPath(path)
  const map = localisationMap(picture)
  const isSvg = extname(path).toLowerCase() === '.svg'
  await writeWhole(path, isSvg ? flatSvg(map) : encodePng(flatRaster(map)))
  const lacking = isSvg ? [] : lettersLacking(map)
  return lacking.length === 0
    ? []
    : [`${path} shows a box for letters that pictures of pixels lack, such as ${lacking[0]}: name it .svg to have them`]
}

/** Throws ERR_USAGE for a path that does not end as such a picture. */
export function checkMapPath(path: string): void {
  const extension = extname(path).toLowerCase()
  if (extension === '.svg' || extension === '.png') return
  throw new SignError('ERR_USAGE', path, `wanted a picture that ends in .svg or .png, got '${extension}'`, 'Name it so, or name a folder')
}

/**
 * The picture's boxes and words. Every cell is one token, or, of very long clips, the highest of a few. A `-` stands before a word that was
 * missed, a `+` before one that the sentence does not have. Throws ERR_DATA for a word with another number of tokens.
 */
export function localisationMap(picture: LocalisationPicture): FlatPicture {
  const { title, words, tokens } = picture
  checkTokens(picture)
  const labels = words.map(labelOf)
  const left = MARGIN + Math.max(...[unitOf(picture), ...labels].map(wordsWidth)) + 8
  const perCell = Math.max(1, Math.ceil(tokens / (MOST_ACROSS / 2)))
  const cells = Math.ceil(tokens / perCell)
  const cell = Math.min(WIDEST_CELL, Math.max(2, Math.floor(MOST_ACROSS / Math.max(1, cells))))
  const most = Math.max(0, ...words.map(({ found }) => highest(found, 0, tokens)))
  const plot = { left, right: left + cells * cell, cell, perCell, cells }
  const bottom = TOP + words.length * ROW
  const legend = legendOf(most, MARGIN, bottom + 58)
  const ends = [...legend.words.map(({ text, x }) => x + wordsWidth(text)), MARGIN + wordsWidth(title), plot.right + SCORES]
  const time = axisOf(picture, plot, bottom)
  return {
    title,
    width: Math.max(...ends) + MARGIN,
    height: bottom + 84,
    paper: PAPER,
    boxes: [...words.flatMap((word, i) => rowBoxes(word, TOP + i * ROW, plot, picture, most)), ...time.boxes, ...legend.boxes],
    words: [
      { text: title, x: MARGIN, y: 24, anchor: 'start', colour: INK },
      ...words.flatMap(({ score, isWanted, isFound }, i): Words[] => {
        const y = TOP + i * ROW + STRIP / 2
        const colour = isWanted && isFound ? INK : QUIET
        return [
          { text: labels[i]!, x: left - 8, y, anchor: 'end', colour },
          { text: score.toFixed(2), x: plot.right + 8, y, anchor: 'start', colour },
        ]
      }),
      ...time.words,
      ...legend.words,
    ],
  }
}

interface Plot {
  readonly left: number
  readonly right: number
  /** Pixels a cell is wide. */
  readonly cell: number
  /** Tokens in a cell. */
  readonly perCell: number
  readonly cells: number
}

function checkTokens({ title, words, tokens }: LocalisationPicture): void {
  const odd = words.find(({ found }) => found.length !== tokens)
  if (!odd) return
  const problem = `wanted ${tokens} numbers for '${odd.word}', got ${odd.found.length}`
  throw new SignError('ERR_DATA', title, problem, 'Give each word a number for every token of the clip')
}

function labelOf({ word, isWanted, isFound }: MappedWord): string {
  const letters = Array.from(word)
  const cut = letters.length > LONGEST_WORD ? `${letters.slice(0, LONGEST_WORD - 2).join('')}..` : word
  return `${isFound ? (isWanted ? '' : '+ ') : '- '}${cut}`
}

/** The strip of cells, the frames of true spans around them, and a dot below the highest cell. */
function rowBoxes({ found, spans = [] }: MappedWord, y: number, plot: Plot, picture: LocalisationPicture, most: number): Box[] {
  const { left, right, cell, perCell, cells } = plot
  const inCells = Array.from({ length: cells }, (_, c) => highest(found, c * perCell, perCell))
  const best = inCells.indexOf(Math.max(...inCells))
  const strip = inCells.map((value, c): Box => ({ x: left + c * cell, y, width: cell, height: STRIP, colour: shade(value, most) }))
  // A dot says where a word is; one that is nowhere has none.
  const dot =
    cells > 0 && inCells[best]! > 0
      ? [{ x: left + Math.round((best + 0.5) * cell) - 2, y: y + STRIP, width: 4, height: 4, colour: INK }]
      : []
  const within = (x: number) => Math.min(right, Math.max(left, x))
  const framed = spans.flatMap(({ first, end }) => {
    const [x0, x1] = [within(placeOf(first - 0.5, plot, picture)), within(placeOf(end - 0.5, plot, picture))]
    return frameAround(x0, y, Math.max(4, x1 - x0), STRIP)
  })
  return [...strip, ...framed, ...dot]
}

/** Pixels from the left to a frame; half a frame more or less is where it begins or ends. */
const placeOf = (frame: number, { left, cell, perCell }: Plot, { framesPerToken }: LocalisationPicture): number =>
  left + Math.round(((frame / framesPerToken + 0.5) / perCell) * cell)

/** Four boxes, two pixels strong. */
const frameAround = (x: number, y: number, width: number, height: number): Box[] => [
  { x, y, width, height: 2, colour: TRUE },
  { x, y: y + height - 2, width, height: 2, colour: TRUE },
  { x, y, width: 2, height, colour: TRUE },
  { x: x + width - 2, y, width: 2, height, colour: TRUE },
]

const unitOf = ({ fps }: LocalisationPicture): string => (fps ? 'seconds' : 'frames')

function axisOf(picture: LocalisationPicture, plot: Plot, y: number): { boxes: Box[]; words: Words[] } {
  const { tokens, framesPerToken, fps } = picture
  const unit = fps ?? 1
  const last = (tokens * framesPerToken) / unit
  const marks = ticks(last).filter((at) => at <= last)
  const places = marks.map((at) => Math.min(plot.right, placeOf(at * unit, plot, picture)))
  return {
    boxes: places.map((x) => ({ x, y, width: 1, height: 6, colour: QUIET })),
    words: [
      ...marks.map(
        (at, i): Words => ({ text: String(Number(at.toPrecision(6))), x: places[i]!, y: y + 16, anchor: 'middle', colour: QUIET }),
      ),
      { text: unitOf(picture), x: plot.left - 8, y: y + 16, anchor: 'end', colour: QUIET },
    ],
  }
}

/** What colours and signs mean. */
function legendOf(most: number, x: number, y: number): { boxes: Box[]; words: Words[] } {
  const steps = Array.from({ length: 10 }, (_, i): Box => {
    return { x: x + 36 + 8 * i, y: y - 6, width: 8, height: 12, colour: shade((i / 9) * most, most) }
  })
  const signs = x + 36 + 80 + 72
  const dotted = signs + wordsWidth('true span ') + 32
  const missed = dotted + wordsWidth('highest ') + 24
  return {
    boxes: [...steps, ...frameAround(signs, y - 7, 22, 14), { x: dotted, y: y - 2, width: 4, height: 4, colour: INK }],
    words: [
      { text: '0', x: x + 28, y, anchor: 'end', colour: QUIET },
      { text: most.toFixed(2), x: x + 36 + 88, y, anchor: 'start', colour: QUIET },
      { text: 'true span', x: signs + 30, y, anchor: 'start', colour: QUIET },
      { text: 'highest', x: dotted + 12, y, anchor: 'start', colour: QUIET },
      { text: '- missed', x: missed, y, anchor: 'start', colour: QUIET },
      { text: '+ not wanted', x: missed + wordsWidth('- missed ') + 12, y, anchor: 'start', colour: QUIET },
    ],
  }
}

function highest(found: ArrayLike<number>, first: number, count: number): number {
  let most = 0
  for (let t = first; t < Math.min(found.length, first + count); t++) most = Math.max(most, found[t]!)
  return most
}

/** From empty to full; small shares are lifted, or most of a map would look empty. */
function shade(value: number, most: number): Colour {
  const share = most > 0 ? (value / most) ** 0.7 : 0
  const [from, to] = [rgb(EMPTY), rgb(FULL)]
  const bytes = from.map((low, i) => Math.round(low + (to[i]! - low) * share))
  return `#${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
