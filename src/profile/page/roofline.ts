// The roofline: each kernel by what it computes a byte and a second, both on logarithmic axes, under what this adapter can do.

import { escapeMarkup } from '../../outputs/markup.js'
import type { Ceilings } from '../ceilings.js'
import type { Group } from '../groups.js'
import { percent } from '../table.js'
import type { Traffic } from '../traffic.js'

const [WIDTH, HEIGHT] = [1100, 480]
const frame = { left: 62, right: 24, top: 18, bottom: 46 }
/** Kernels with less of the time get no label. */
const LABELLED = 0.02

/** The plot of kernels that compute at all; empty where none does. */
export function rooflineSvg(kernels: readonly Group[], { gigabytes: paces, gigaflops }: Ceilings): string {
  const points = kernels
    .filter((kernel) => kernel.gigaflops > 0 && kernel.gigabytes > 0)
    .map((kernel) => ({ kernel, x: kernel.gigaflops / kernel.gigabytes, y: kernel.gigaflops }))
  if (points.length === 0) return ''
  const ramps = rampsOf(
    points.map(({ kernel }) => kernel),
    paces,
  )
  const xs = decades([...ramps.map(({ gigabytes }) => gigaflops / gigabytes), ...points.map(({ x }) => x)])
  const ys = decades([gigaflops, ...points.map(({ y }) => y)])
  const across = scale(xs, frame.left, WIDTH - frame.right)
  const up = scale(ys, HEIGHT - frame.bottom, frame.top)
  const [left, right] = [10 ** xs[0]!, 10 ** xs.at(-1)!]
  const roofs = ramps.map(({ name, gigabytes }, i) => {
    // A ramp may leave the plot below before it reaches the left edge.
    const foot = Math.max(left, 10 ** ys[0]! / gigabytes)
    const ridge = gigaflops / gigabytes
    const line = `M${at(across(foot), up(foot * gigabytes))} L${at(across(ridge), up(gigaflops))} L${at(across(right), up(gigaflops))}`
    // Ramps lie near each other: their labels go up them one after the other.
    const label = foot * (ridge / foot) ** (i / ramps.length)
    return [
      `<path class="roof" d="${line}"/>`,
      text(across(label) + 28, up(label * gigabytes) + 2, `${name} ${gigabytes.toFixed(1)} GB/s`, 'class="strong"'),
    ].join('\n')
  })
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Roofline of the kernels">`,
    ...xs.map((power) => rule(across(10 ** power), frame.top, across(10 ** power), HEIGHT - frame.bottom)),
    ...ys.map((power) => rule(frame.left, up(10 ** power), WIDTH - frame.right, up(10 ** power))),
    ...xs.map((power) => text(across(10 ** power), HEIGHT - frame.bottom + 18, String(10 ** power), 'text-anchor="middle"')),
    ...ys.map((power) => text(frame.left - 8, up(10 ** power) + 4, String(Number((10 ** power).toPrecision(3))), 'text-anchor="end"')),
    text((frame.left + WIDTH - frame.right) / 2, HEIGHT - 8, 'flops a byte', 'text-anchor="middle"'),
    text(14, HEIGHT / 2, 'GFLOP/s', `text-anchor="middle" transform="rotate(-90 14 ${HEIGHT / 2})"`),
    ...roofs,
    text(across(right) - 4, up(gigaflops) - 6, `${gigaflops.toFixed(1)} GFLOP/s`, 'text-anchor="end" class="strong"'),
    ...points.map(({ kernel, x, y }) => {
      const told = `${kernel.name} (${kernel.variants.join(', ')}): ${percent(kernel.share)} of the time, ${percent(kernel.roof)} of its roof (${kernel.ceilings.join(', ')})`
      return `<circle cx="${across(x).toFixed(1)}" cy="${up(y).toFixed(1)}" r="${(3 + 16 * Math.sqrt(kernel.share)).toFixed(1)}" fill="var(--accent)" fill-opacity="0.45" stroke="var(--accent)"><title>${escapeMarkup(told)}</title></circle>`
    }),
    ...labels(points.map(({ kernel, x, y }) => ({ kernel, x: across(x), y: up(y) }))),
    '</svg>',
  ].join('\n')
}

/** The memory ceilings that these kernels come up against; the way to copy where multiply-add is all they do. */
function rampsOf(kernels: readonly Group[], paces: Ceilings['gigabytes']): { name: string; gigabytes: number }[] {
  const names = [...new Set(kernels.flatMap(({ ceilings }) => ceilings))].filter((name): name is Traffic => name in paces)
  return (names.length > 0 ? names : (['copy'] as const)).map((name) => ({ name, gigabytes: paces[name] }))
}

/** Names beside their circles, the costliest first; one that would cover another moves down, or is left to the tooltip. */
function labels(points: readonly { kernel: Group; x: number; y: number }[]): string[] {
  const taken: { x: number; y: number; width: number }[] = []
  return points.flatMap(({ kernel, x, y }) => {
    if (kernel.share < LABELLED) return []
    const width = 6.3 * kernel.name.length
    const beside = 6 + 16 * Math.sqrt(kernel.share)
    const left = x + beside + width > WIDTH - frame.right ? x - beside - width : x + beside
    const place = [4, 18, -10, 32].find((down) =>
      taken.every((other) => Math.abs(other.y - y - down) > 13 || left > other.x + other.width || left + width < other.x),
    )
    if (place === undefined) return []
    taken.push({ x: left, y: y + place, width })
    return [text(left, y + place, kernel.name, 'class="strong"')]
  })
}

/** Powers of ten that hold all values between the first and the last. */
function decades(values: readonly number[]): number[] {
  const first = Math.floor(Math.log10(Math.min(...values)))
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values) * 1.2)))
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}

function scale(powers: readonly number[], from: number, to: number): (value: number) => number {
  const [first, last] = [powers[0]!, powers.at(-1)!]
  return (value) => from + ((Math.log10(value) - first) / (last - first)) * (to - from)
}

const at = (x: number, y: number) => `${x.toFixed(1)},${y.toFixed(1)}`
const rule = (x1: number, y1: number, x2: number, y2: number) =>
  `<line class="grid" x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}"/>`
const text = (x: number, y: number, content: string, more: string) =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escapeMarkup(content)}</text>`
