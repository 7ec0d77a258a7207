// A line chart as SVG: curves of a few runs over one axis, with ticks at round numbers and the name at each group's colour.

import { escapeMarkup } from './markup.js'
import { ticks } from './ticks.js'

export interface Curve {
  /** Curves of one group share a colour and a place in the legend. */
  readonly group: string
  readonly points: readonly (readonly [x: number, y: number])[]
  /** How it is drawn: as a line, with a dot at each point too, or dashed. */
  readonly style?: 'line' | 'dots' | 'dashes'
}

export interface ChartOptions {
  readonly title: string
  readonly x: string
  readonly y: string
  /** Ticks of the x axis, ascending, which then ends with the last of them. Default: round numbers. */
  readonly xTicks?: readonly number[]
}

const [WIDTH, HEIGHT] = [760, 460]
const frame = { left: 64, right: 170, top: 44, bottom: 52 }
const hues = [
  '#1767b3',
  '#d9283c',
  '#3d9a2b',
  '#9a3fc7',
  '#e08a00',
  '#59626f',
  '#00909e',
  '#8a4b2a',
  '#c2477f',
  '#6b7f00',
  '#27348b',
  '#a89b8c',
]

/** The chart's SVG. Points that are not finite are left out; axes start at 0. */
export function lineChart(curves: readonly Curve[], { title, x, y, xTicks: given }: ChartOptions): string {
  const finite = curves.map(({ points, ...curve }) => ({ ...curve, points: points.filter((point) => point.every(Number.isFinite)) }))
  const all = finite.flatMap(({ points }) => points)
  const xTicks = given ?? ticks(Math.max(0, ...all.map(([at]) => at)))
  const yTicks = ticks(Math.max(0, ...all.map(([, at]) => at)))
  const right = WIDTH - frame.right
  const bottom = HEIGHT - frame.bottom
  const across = (value: number) => frame.left + (value / xTicks.at(-1)!) * (right - frame.left)
  const up = (value: number) => bottom - (value / yTicks.at(-1)!) * (bottom - frame.top)
  const groups = [...new Set(finite.map(({ group }) => group))]
  const hue = (group: string) => hues[groups.indexOf(group) % hues.length]!

  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12" fill="#3a424d">`,
    `<title>${escapeMarkup(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fcfcfa"/>`,
    text(frame.left, 26, title, 'font-size="15" font-weight="600"'),
    ...yTicks.map(
      (value) => rule(frame.left, up(value), right, up(value)) + text(frame.left - 8, up(value) + 4, label(value), 'text-anchor="end"'),
    ),
    ...xTicks.map((value) => text(across(value), bottom + 18, label(value), 'text-anchor="middle"')),
    text((frame.left + right) / 2, HEIGHT - 12, x, 'text-anchor="middle"'),
    text(18, (frame.top + bottom) / 2, y, `text-anchor="middle" transform="rotate(-90 18 ${(frame.top + bottom) / 2})"`),
    ...finite.map(({ group, points, style }) => {
      const places = points.map(([px, py]) => [across(px).toFixed(1), up(py).toFixed(1)] as const)
      const path = places.map((place) => place.join(',')).join(' ')
      const dashes = style === 'dashes' ? ' stroke-dasharray="5 5"' : ''
      const dots = style === 'dots' ? places.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3.2" fill="${hue(group)}"/>`) : []
      return `<polyline points="${path}" fill="none" stroke="${hue(group)}" stroke-width="1.8" stroke-linejoin="round" opacity="0.85"${dashes}/>${dots.join('')}`
    }),
    ...groups.map((group, i) => {
      const at = frame.top + 20 * i
      return `<line x1="${right + 18}" y1="${at}" x2="${right + 42}" y2="${at}" stroke="${hue(group)}" stroke-width="3"/>${text(right + 50, at + 4, group)}`
    }),
    '</svg>',
  ]
  return `${parts.join('\n')}\n`
}

const text = (x: number, y: number, content: string, more = '') =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escapeMarkup(content)}</text>`
const rule = (x1: number, y1: number, x2: number, y2: number) =>
  `<line x1="${x1}" y1="${y1.toFixed(1)}" x2="${x2}" y2="${y2.toFixed(1)}" stroke="#d9dce0"/>`
const label = (value: number) => String(Number(value.toPrecision(6)))
