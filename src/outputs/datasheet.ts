// The picture of a data sheet as SVG: hours of each language, how long clips are, and which points were not seen.

import { escapeMarkup } from './markup.js'

/** What is drawn. */
export interface DrawnSheet {
  readonly path: string
  readonly layout: string
  readonly licence: string | null
  readonly all: DrawnLanguage
  readonly languages: readonly DrawnLanguage[]
  readonly lengths: readonly (readonly [frames: number, clips: number])[]
}

interface DrawnLanguage {
  readonly language: string
  readonly clips: number
  readonly hours: number
  readonly words: { readonly different: number }
  readonly missing: Readonly<Partial<Record<'body' | 'leftHand' | 'rightHand' | 'face', number>>>
}

const WIDTH = 860
const ROW = 20
/** Where the columns of bars begin and how wide they are at most. */
const hours = { left: 110, width: 330 }
const parts = { left: 560, width: 60, names: { body: 'body', leftHand: 'left hand', rightHand: 'right hand', face: 'face' } }
const lengthChart = { left: 110, width: 700, height: 130, bars: 70 }
const [INK, BAR, UNSEEN, PAPER] = ['#3a424d', '#1767b3', '#d9283c', '#fcfcfa']

export function sheetPicture({ path, layout, licence, all, languages, lengths }: DrawnSheet): string {
  const top = 96
  const below = top + ROW * languages.length + 70
  const height = below + lengthChart.height + 60
  const most = Math.max(...languages.map((own) => own.hours))
  const about = `${all.clips.toLocaleString('en')} clips, ${duration(all.hours)}, ${all.words.different.toLocaleString('en')} different words, ${layout}, licence: ${licence ?? 'not stated'}`
  const body = [
    text(24, 30, path, 'font-size="16" font-weight="600"'),
    text(24, 52, about),
    text(hours.left, top - 14, 'duration', 'font-weight="600"'),
    ...Object.values(parts.names).map((name, i) => text(parts.left + 70 * i, top - 14, name, 'font-weight="600"')),
    text(parts.left, top - 32, 'points that were not seen'),
    ...languages.flatMap((own, i) => languageRow(own, top + ROW * i, most)),
    ...lengthBars(lengths, below),
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="${INK}">
<title>${escapeMarkup(`What ${path} is made of`)}</title>
<rect width="${WIDTH}" height="${height}" fill="${PAPER}"/>
${body.join('\n')}
</svg>
`
}

function languageRow({ language, hours: own, clips, missing }: DrawnLanguage, y: number, most: number): string[] {
  const length = (hours.width * own) / most
  const told = `${duration(own)}, ${clips.toLocaleString('en')} clips`
  return [
    text(hours.left - 8, y + 12, language, 'text-anchor="end"'),
    bar(hours.left, y + 2, length, ROW - 7, BAR),
    // Beside a bar, or in a long one at its end.
    length > 200
      ? text(hours.left + length - 6, y + 12, told, `text-anchor="end" fill="${PAPER}"`)
      : text(hours.left + length + 6, y + 12, told),
    ...Object.keys(parts.names).flatMap((part, i) => {
      const share = missing[part as keyof typeof parts.names]
      const left = parts.left + 70 * i
      if (share === undefined) return [text(left, y + 12, '–')]
      return [
        bar(left, y + 2, parts.width, ROW - 7, '#e6e8eb'),
        bar(left, y + 2, parts.width * share, ROW - 7, UNSEEN),
        // Read on the bar where it is long, else beside it.
        share > 0.5
          ? text(left + 4, y + 12, percent(share), `font-size="10" fill="${PAPER}"`)
          : text(left + parts.width - 4, y + 12, percent(share), 'font-size="10" text-anchor="end"'),
      ]
    }),
  ]
}

/** How many clips have so many frames, in bars of equal width. */
function lengthBars(lengths: readonly (readonly [number, number])[], top: number): string[] {
  const { left, width, height, bars } = lengthChart
  const longest = lengths.at(-1)?.[0] ?? 1
  const each = Math.max(1, Math.ceil(longest / bars))
  const counts = new Array<number>(Math.ceil((longest + 1) / each)).fill(0)
  for (const [frames, clips] of lengths) counts[Math.floor(frames / each)]! += clips
  const most = Math.max(...counts)
  const step = width / counts.length
  const bottom = top + height
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(share * longest))
  return [
    text(left, top - 14, `clips by length, ${each} frame${each > 1 ? 's' : ''} a bar`, 'font-weight="600"'),
    ...counts.map((count, i) =>
      bar(left + step * i, bottom - (height * count) / most, Math.max(0.5, step - 1), (height * count) / most, BAR),
    ),
    text(left - 8, top + 10, most.toLocaleString('en'), 'text-anchor="end"'),
    text(left - 8, bottom, '0', 'text-anchor="end"'),
    ...[...new Set(ticks)].map((frames) =>
      text(left + (step * (frames + 0.5)) / each, bottom + 18, String(frames), 'text-anchor="middle"'),
    ),
    text(left + width / 2, bottom + 38, 'frames', 'text-anchor="middle"'),
  ]
}

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`

/** In the unit in which it is not nearly 0. */
function duration(inHours: number): string {
  if (inHours >= 1) return `${inHours.toFixed(inHours < 10 ? 1 : 0)} hours`
  const minutes = 60 * inHours
  return minutes >= 1 ? `${minutes.toFixed(0)} minutes` : `${(60 * minutes).toFixed(0)} seconds`
}

const text = (x: number, y: number, content: string, more = '') =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escapeMarkup(content)}</text>`
const bar = (x: number, y: number, width: number, height: number, colour: string) =>
  `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${width.toFixed(1)}" height="${height.toFixed(1)}" fill="${colour}"/>`
