// The text of a progress line: pure functions from numbers to characters.

import type pc from 'picocolors'
import type { Progress } from '../base/progress.js'

export interface View extends Progress {
  readonly loss?: number | undefined
  /** Losses so far, the latest last. */
  readonly losses: readonly number[]
}

type Colours = ReturnType<typeof pc.createColors>

const BAR_WIDTH = 20
const SPARK_WIDTH = 24

/** A line at most `columns` characters wide. What matters least, at the end, is left out first. */
export function barLine(view: View, columns: number, colours: Colours): string {
  const plain = (text: string) => text
  const parts: [text: string, colour: (text: string) => string][] = [
    [view.work, plain],
    [amount(view), colours.bold],
    [loss(view), colours.yellow],
    [speed(view), plain],
    [left(view), plain],
    [view.all === undefined ? '' : bar(view.done / view.all, BAR_WIDTH), colours.cyan],
    [sparkline(view.losses, SPARK_WIDTH), colours.dim],
  ]
  let width = 0
  let line = ''
  for (const [text, colour] of parts) {
    if (text === '') continue
    const gap = line === '' ? '' : '  '
    width += gap.length + text.length
    if (width > columns) return line === '' ? text.slice(0, columns) : line
    line += gap + colour(text)
  }
  return line
}

/** A line for a log: no colour, nothing drawn. */
export function plainLine(view: View): string {
  const unit = view.unit === 'byte' ? '' : `${view.unit} `
  return [`${view.work}: ${unit}${amount(view)}`, loss(view), speed(view), left(view)].filter(Boolean).join('  ')
}

/** The last `width` values as blocks of eight heights, from the least to the greatest among them. What is not finite is a cross. */
export function sparkline(values: readonly number[], width: number): string {
  const shown = values.slice(-width)
  const finite = shown.filter(Number.isFinite)
  const least = Math.min(...finite)
  const range = Math.max(...finite) - least
  const height = (value: number) => (range > 0 ? Math.round((7 * (value - least)) / range) : 0)
  return shown.map((value) => (Number.isFinite(value) ? '▁▂▃▄▅▆▇█'[height(value)] : '×')).join('')
}

/** Seconds for people: `42s`, `3m 05s`, `2h 07m`, `3d 04h`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds)
  const two = (n: number) => String(Math.floor(n)).padStart(2, '0')
  if (whole < 60) return `${whole}s`
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`
  if (whole < 86400) return `${Math.floor(whole / 3600)}h ${two((whole % 3600) / 60)}m`
  return `${Math.floor(whole / 86400)}d ${two((whole % 86400) / 3600)}h`
}

function amount({ unit, done, all }: View): string {
  const text = unit === 'byte' ? megabytes : String
  const end = unit === 'byte' ? ' MB' : ''
  if (all === undefined) return `${text(done)}${end}`
  return `${text(done).padStart(text(all).length)}/${text(all)}${end}`
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1)

/** Four digits that count. */
function loss({ loss: value }: View): string {
  if (value === undefined) return ''
  return `loss ${Math.abs(value) >= 1e-3 && Math.abs(value) < 1e4 ? value.toPrecision(4) : value.toExponential(3)}`
}

function speed({ speed: lately }: View): string {
  if (lately === undefined) return ''
  const { perSecond, unit } = lately
  return unit === 'byte' ? `${megabytes(perSecond)} MB/s` : `${Number(perSecond.toPrecision(3))} ${unit}s/s`
}

function left({ secondsLeft }: View): string {
  return secondsLeft === undefined ? '' : `${duration(secondsLeft)} left`
}

function bar(share: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width)
  return '━'.repeat(full) + '─'.repeat(width - full)
}
