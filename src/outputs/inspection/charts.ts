// The charts of the inspection page, as SVG and HTML without colours of their own: the page's style gives them, by day and by night.

import { bones, JOINTS, joint, jointNames } from '../../motion/skeleton.js'
import { escapeMarkup } from '../markup.js'

const WIDTH = 640

/** How many clips are how long, in at most 24 bars of equal width in seconds. */
export function lengthHistogram(seconds: readonly number[]): string {
  const longest = seconds.reduce((a, b) => Math.max(a, b), 0)
  const step = roundUp(longest / 24)
  const bars = Array.from({ length: Math.max(1, Math.ceil(longest / step - 1e-9)) }, () => 0)
  // The longest ends exactly where the last bar does.
  for (const value of seconds) bars[Math.min(bars.length - 1, Math.floor(value / step + 1e-9))]! += 1
  const [left, top, bottom, height] = [36, 8, 150, 190]
  const most = Math.max(...bars)
  const wide = (WIDTH - left - 8) / bars.length
  const marks = bars.map((count, i) => {
    const tall = (count / most) * (bottom - top)
    const title = `${count} of ${round(i * step)} to ${round((i + 1) * step)} s`
    return `<rect class="mark" x="${round(left + i * wide + 1)}" y="${round(bottom - tall)}" width="${round(wide - 2)}" height="${round(tall)}"><title>${title}</title></rect>`
  })
  const every = Math.ceil(bars.length / 8)
  const ticks = bars.flatMap((_, i) => (i % every === 0 ? [label(left + i * wide, bottom + 15, round(i * step), 'middle')] : []))
  return chart('Number of clips by length', height, [
    `<line class="grid" x1="${left}" y1="${bottom}" x2="${WIDTH - 8}" y2="${bottom}"/>`,
    ...marks,
    ...ticks,
    label(left - 6, top + 9, most, 'end'),
    label(left - 6, bottom, 0, 'end'),
    label((left + WIDTH) / 2, height - 6, 'seconds', 'middle'),
  ])
}

/** A step of 1, 2 or 5 times a power of ten, at least as large as asked. */
function roundUp(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step))
  return [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= step * (1 - 1e-9))!
}

/** Most columns the heat map has; neighbouring clips share one beyond. */
const COLUMNS = 160

/** Joints down, clips across: the darker, the larger the share of a clip's frames in which the joint was not seen. `missing` is [clips][50], 0 to 1. */
export function missingHeatMap(missing: readonly ArrayLike<number>[]): string {
  const columns = Math.min(COLUMNS, missing.length)
  const [left, top, row] = [70, 4, 8]
  const wide = (WIDTH - left - 4) / columns
  const bottom = top + JOINTS * row
  const cells: string[] = []
  for (let column = 0; column < columns; column++) {
    const clips = missing.slice(Math.floor((column * missing.length) / columns), Math.floor(((column + 1) * missing.length) / columns))
    for (let id = 0; id < JOINTS; id++) {
      const share = clips.reduce((sum, clip) => sum + clip[id]!, 0) / clips.length
      if (!(share > 0.005)) continue
      const title = `${jointNames[id]}: missing in ${percent(share)}`
      const at = `x="${round(left + column * wide)}" y="${top + id * row}" width="${round(wide + 0.3)}" height="${row}"`
      cells.push(`<rect class="mark" ${at} fill-opacity="${round(0.12 + 0.88 * share)}"><title>${title}</title></rect>`)
    }
  }
  const groups = [
    { name: 'body', from: 0 },
    { name: 'left hand', from: joint.leftHand },
    { name: 'right hand', from: joint.rightHand },
  ]
  return chart('Missing joints by clip', bottom + 22, [
    `<rect class="ground" x="${left}" y="${top}" width="${WIDTH - left - 4}" height="${bottom - top}"/>`,
    ...cells,
    ...groups.map(({ from }) => `<line class="grid" x1="${left}" y1="${top + from * row}" x2="${WIDTH - 4}" y2="${top + from * row}"/>`),
    ...groups.map(({ name, from }) => label(left - 8, top + from * row + 11, name, 'end')),
    label((left + WIDTH) / 2, bottom + 16, `clips 1 to ${missing.length}`, 'middle'),
  ])
}

/** One bar a bone, named by the joint it ends in, in three groups. `spread` is [49], a share; bones without length are left out. */
export function boneBars(spread: ArrayLike<number>): string {
  const rows = bones.map(({ child }, b) => ({ child, value: spread[b]! })).filter(({ value }) => Number.isFinite(value))
  const largest = Math.max(1e-9, ...rows.map(({ value }) => value))
  const group = (name: string, of: (child: number) => boolean): string => {
    const own = rows.filter(({ child }) => of(child))
    const bars = own.map(({ child, value }) => {
      const bar = `<span>${escapeMarkup(jointNames[child]!)}</span><span><i style="width:${round((100 * value) / largest)}%"></i></span><b>${percent(value)}</b>`
      return `<div class="bar">${bar}</div>`
    })
    return `<div><h3>${name}</h3>${bars.join('\n')}</div>`
  }
  const [left, right] = [joint.leftHand, joint.rightHand]
  const groups = [
    group('body', (child) => child <= left || child === right),
    group('left hand', (child) => child > left && child < right),
    group('right hand', (child) => child > right),
  ]
  return `<div class="bars">${groups.join('\n')}</div>`
}

/** With a decimal below ten. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`
}

function chart(name: string, height: number, parts: readonly string[]): string {
  return `<svg class="chart" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${name}">\n${parts.join('\n')}\n</svg>`
}

function label(x: number, y: number, content: string | number, anchor: 'middle' | 'end'): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escapeMarkup(String(content))}</text>`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
