// A picture of boxes and words, for charts that are wanted as SVG and in pixels.

import type { Colour } from './colours.js'
import { ADVANCE, HEIGHT, hasGlyph, WIDTH } from './font.js'
import { escapeMarkup } from './markup.js'
import { Raster } from './raster.js'

/** Whole pixels from the picture's left and top. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly colour: Colour
}

export interface Words {
  readonly text: string
  /** Where they begin, end, or have their middle. */
  readonly x: number
  readonly anchor: 'start' | 'middle' | 'end'
  /** The middle of their height. */
  readonly y: number
  readonly colour: Colour
}

export interface FlatPicture {
  readonly title: string
  readonly width: number
  readonly height: number
  readonly paper: Colour
  /** Painted in this order. */
  readonly boxes: readonly Box[]
  /** Over the boxes. */
  readonly words: readonly Words[]
}

/** Pixels a side of a dot of the bitmap alphabet. */
const DOT = 2

/** Pixels that words are wide at most, in either form: the bitmap alphabet is the wider one. */
export const wordsWidth = (text: string): number => Array.from(bare(text)).length * ADVANCE * DOT

/** The picture as an SVG document. */
export function flatSvg({ title, width, height, paper, boxes, words }: FlatPicture): string {
  const text = ({ text, x, y, anchor, colour }: Words) =>
    `<text x="${x}" y="${y}" text-anchor="${anchor}" dominant-baseline="central" fill="${colour}">${escapeMarkup(text)}</text>`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escapeMarkup(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="${paper}"/>`,
    '<g shape-rendering="crispEdges">',
    ...boxes.map((box) => `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" fill="${box.colour}"/>`),
    '</g>',
    '<g font-family="system-ui, sans-serif" font-size="14">',
    ...words.map(text),
    '</g>',
    '</svg>',
    '',
  ].join('\n')
}

/** The picture in pixels. Its letters are capitals; what the bitmap alphabet lacks is an open box. */
export function flatRaster({ width, height, paper, boxes, words }: FlatPicture): Raster {
  const raster = new Raster(width, height, paper)
  for (const box of boxes) raster.box(box.x, box.y, box.width, box.height, box.colour)
  for (const { text, x, y, anchor, colour } of words) {
    const wide = wordsWidth(text) - (ADVANCE - WIDTH) * DOT
    const left = anchor === 'start' ? x : anchor === 'end' ? x - wide : x - Math.round(wide / 2)
    raster.text(bare(text), left, y - Math.round((HEIGHT * DOT) / 2), DOT, colour)
  }
  return raster
}

/** The characters that {@link flatRaster} draws as boxes, each once. */
export const lettersLacking = ({ words }: Pick<FlatPicture, 'words'>): string[] => [
  ...new Set(words.flatMap(({ text }) => Array.from(bare(text)).filter((char) => !hasGlyph(char)))),
]

/** Letters with marks that the bitmap alphabet lacks, without them. */
function bare(text: string): string {
  const upper = text.toUpperCase().normalize('NFC')
  return upper.replace(/[^ÄÖÜ]/gu, (char) => char.normalize('NFD').replace(/\p{Mark}/gu, ''))
}
