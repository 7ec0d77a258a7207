// Prefix beam search (Hannun et al. 2014): the labels that are likeliest over all their alignments together, which greedy decoding does not look for.

import { SignError } from '../../base/errors.js'
import { shown } from '../../base/shown.js'
import { type CtcLogits, frameOf } from './logits.js'

export interface PrefixBeamOptions {
  /** Prefixes kept after each frame, at least 1. */
  readonly width: number
  /** Only so many of a frame's likeliest classes, beside the blank, are tried as next labels; default all. */
  readonly topClasses?: number
}

export interface LabelsFound {
  readonly labels: readonly number[]
  /** Natural logarithm of the probability of all alignments that were followed: at most that of the labels, and it where the beam is wide enough. */
  readonly logProbability: number
}

/** The labels so far, and log-probabilities of their alignments. */
interface Prefix {
  readonly labels: readonly number[]
  /** Of those that end in a blank. */
  blank: number
  /** Of those that end in the last label. */
  label: number
}

/**
 * At most `width` sequences of labels, the likeliest first; of equally likely ones that which was found first. Arithmetic is float64, of logarithms.
 * Throws ERR_USAGE for a width or a number of classes below 1.
 */
export function prefixBeam(given: CtcLogits, { width, topClasses = given.classes }: PrefixBeamOptions): LabelsFound[] {
  checkWhole('width', width)
  checkWhole('number of top classes', topClasses)
  let beam: Prefix[] = [{ labels: [], blank: 0, label: -Infinity }]
  for (let t = 0; t < given.frames; t++) {
    const y = logSoftmax(frameOf(given, t))
    const tried = likeliest(y, given.blank, topClasses)
    const next = new Map<string, Prefix>()
    for (const prefix of beam) extend(next, prefix, y, tried, given.blank)
    beam = [...next.values()].sort((a, b) => total(b) - total(a)).slice(0, width)
  }
  return beam.map((prefix) => ({ labels: prefix.labels, logProbability: total(prefix) }))
}

/** Adds what one frame makes of a prefix to what it makes of the others: equal sequences are one. */
function extend(next: Map<string, Prefix>, prefix: Prefix, y: Float64Array, tried: readonly number[], blank: number): void {
  const { labels } = prefix
  const last = labels.at(-1)
  const stays = prefixAt(next, labels)
  stays.blank = logAdd(stays.blank, total(prefix) + y[blank]!)
  if (last !== undefined) stays.label = logAdd(stays.label, prefix.label + y[last]!)
  for (const label of tried) {
    // Only a blank between them makes two of one label.
    const before = label === last ? prefix.blank : total(prefix)
    if (before === -Infinity) continue
    const longer = prefixAt(next, [...labels, label])
    longer.label = logAdd(longer.label, before + y[label]!)
  }
}

function prefixAt(next: Map<string, Prefix>, labels: readonly number[]): Prefix {
  const key = labels.join()
  const known = next.get(key)
  if (known) return known
  const made = { labels, blank: -Infinity, label: -Infinity }
  next.set(key, made)
  return made
}

const total = ({ blank, label }: Prefix): number => logAdd(blank, label)

function logAdd(a: number, b: number): number {
  const high = Math.max(a, b)
  return high === -Infinity ? high : high + Math.log1p(Math.exp(Math.min(a, b) - high))
}

function logSoftmax(row: Float32Array | Float64Array): Float64Array {
  let high = -Infinity
  for (const x of row) high = Math.max(high, x)
  let sum = 0
  for (const x of row) sum += Math.exp(x - high)
  const top = high + Math.log(sum)
  return Float64Array.from(row, (x) => x - top)
}

/** The `count` likeliest classes that are no blank; of equals the first. */
function likeliest(y: Float64Array, blank: number, count: number): number[] {
  const labels = Array.from(y.keys()).filter((v) => v !== blank)
  return count >= labels.length ? labels : labels.sort((a, b) => y[b]! - y[a]! || a - b).slice(0, count)
}

function checkWhole(what: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return
  throw new SignError('ERR_USAGE', 'prefix beam', `wanted a ${what} of 1 or more, got ${shown(value)}`, 'Choose such a number')
}
