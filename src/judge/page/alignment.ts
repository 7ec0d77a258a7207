// What was read when: a clip's runs of frames along time, the generated motion above the signed one.

import { scrolling } from '../../outputs/html_page.js'
import { escapeMarkup } from '../../outputs/markup.js'
import type { AlignedRun } from '../judge.js'
import type { ClipReport } from '../report.js'
import { CEILING, type SystemName } from '../systems.js'

const WIDTH = 900
const LEFT = 96
const LANE = 24
/** Width of a letter of the labels. */
const LETTER = 6.2

/** The drawing of a clip; empty where no judge aligns. */
export function alignmentFigure({ name, text, alignment, seconds: lasts }: ClipReport): string {
  const lanes = (['generated', CEILING] as const).flatMap((system) => (alignment[system] ? [{ system, runs: alignment[system] }] : []))
  if (lanes.length === 0) return ''
  const seconds = Math.max(0.1, lasts.reference, lasts.generated ?? 0)
  const x = (time: number) => round(LEFT + (time / seconds) * (WIDTH - LEFT - 8))
  const height = lanes.length * (LANE + 6) + 18
  const label = `What was read when in ${name}`
  const drawing = `<svg class="alignment" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeMarkup(label)}">
${lanes.map(({ system, runs }, at) => lane(system, runs, at * (LANE + 6) + 2, x, seconds)).join('\n')}
${ticks(seconds)
  .map((time) => `<text class="axis" x="${x(time)}" y="${height - 3}" text-anchor="middle">${round(time)} s</text>`)
  .join('')}
</svg>`
  return `<p><b>${escapeMarkup(name)}</b> <span class="soft">${escapeMarkup(text)}</span></p>\n${scrolling(label, drawing)}`
}

function lane(system: SystemName, runs: readonly AlignedRun[], top: number, x: (time: number) => number, end: number): string {
  const kind = system === CEILING ? ' class="truth"' : ''
  const boxes = runs.map(({ label, from, to }, i) => {
    const [left, right] = [x(from), x(to)]
    // CTC often tells a sign by a frame or two: its name then stands beside it, as far as there is room.
    const room = x(runs[i + 1]?.from ?? end) - left
    const beside = label.length * LETTER + 4 > right - left && room > right - left
    const fitting = Math.floor(((beside ? room - (right - left) : right - left) - 4) / LETTER)
    const letters = [...label]
    const shown = letters.length <= fitting ? label : fitting >= 2 ? `${letters.slice(0, fitting - 1).join('')}…` : ''
    const title = `<title>${escapeMarkup(`${label}, ${round(from)} to ${round(to)} s`)}</title>`
    const place = beside ? `x="${round(right + 2)}"` : `x="${round((left + right) / 2)}" text-anchor="middle"`
    const words = shown ? `<text ${place} y="${top + 16}">${escapeMarkup(shown)}</text>` : ''
    return `<g>${title}<rect${kind} x="${left}" y="${top}" width="${round(Math.max(1, right - left))}" height="${LANE}"/>${words}</g>`
  })
  return `<text class="axis" x="${LEFT - 8}" y="${top + 16}" text-anchor="end">${system}</text>${boxes.join('')}`
}

/** At most ten, at whole steps of 1, 2 or 5 times a power of ten. */
function ticks(seconds: number): number[] {
  const power = 10 ** Math.floor(Math.log10(seconds / 10))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => seconds / candidate <= 10)!
  return Array.from({ length: Math.floor(seconds / step + 1e-9) + 1 }, (_, i) => i * step)
}

const round = (value: number): number => Math.round(value * 100) / 100
