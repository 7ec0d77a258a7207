// What the comparison found, as it is saved: parts, each with our own figures of the same minutes, and the table of ratios over all of them.

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { SignError } from '../../src/base/errors.js'
import type { Hello } from './peer.js'
import { groundOf } from './peers.js'
import type { Task } from './tasks.js'

export interface Figures {
  readonly bestMs: number
  readonly medianMs: number
  readonly samplesMs: readonly number[]
  /** Runs in a sample. */
  readonly times: number
  /** How its end was waited for, or on how many threads it ran. */
  readonly waiting: string
  /** Largest difference from our result, by the largest number of it; above what is allowed only with --time-wrong. */
  readonly difference: number
  readonly allowed: number
}

/** One task by some peers, ours always among them, by turns. */
export interface Part {
  readonly task: string
  readonly sizes: Task['sizes']
  readonly chain: number
  readonly flops?: number
  readonly tolerance: number
  /** That were asked for; fewer loads than this are of a part that was stopped. */
  readonly rounds: number
  /** Load average before each round: what else the machine did. */
  readonly load: readonly number[]
  /** Figures, or why there are none. */
  readonly peers: Readonly<Record<string, Figures | string>>
}

export interface PeersReport {
  readonly format: typeof FORMAT
  readonly machine: {
    readonly processor: string
    readonly cores: number
    /** That lavapipe was told to start; of other drivers it says nothing. */
    readonly driverThreads: number
    readonly node: string
  }
  /** Who they said they are, or why they are not there. */
  readonly peers: Readonly<Record<string, Hello | string>>
  readonly parts: readonly Part[]
}

export const FORMAT = 'signllm peers 1'

/** A saved report; none where there is no file. Throws ERR_DATA for a file that holds something else. */
export async function readReport(path: string): Promise<PeersReport | undefined> {
  if (!existsSync(path)) return undefined
  const value = JSON.parse(await readFile(path, 'utf8')) as PeersReport
  if (value.format === FORMAT) return value
  throw new SignError('ERR_DATA', path, `wanted a report of format '${FORMAT}' to go on from`, 'Leave out --resume to write it anew')
}

export const isComplete = ({ load, rounds }: Part): boolean => load.length === rounds

/** Those of `names` that no complete part has of a task. */
export function missingPeers(parts: readonly Part[], task: string, names: readonly string[]): string[] {
  const complete = parts.filter((part) => part.task === task && isComplete(part))
  return names.filter((name) => complete.every(({ peers }) => !(name in peers)))
}

/**
 * The table's cells: of each task our milliseconds, and how many times that each peer takes, by medians and in brackets by minima of the
 * same part. The last column is the fastest peer on our adapter. Peers that never started have no column.
 */
export function ratioRows({ peers, parts }: PeersReport): string[][] {
  const others = Object.keys(peers).filter((name) => name !== 'ours' && typeof peers[name] === 'object')
  const webgpu = others.filter((name) => groundOf(name) === 'webgpu')
  const rows = [...new Set(parts.map(({ task }) => task))].map((task) => {
    const own = parts.filter((part) => part.task === task)
    const best = webgpu.flatMap((name) => ratios(own, name) ?? []).sort((a, b) => a.medians - b.medians)[0]
    return [task, ...ourCells(own[0]!), ...others.map((name) => cell(own, name)), best ? formatRatios(best) : '–']
  })
  return [['their time ÷ ours', 'ours, ms', 'GFLOP/s', ...others, 'best WebGPU'], ...rows]
}

/** Cells as a table in Markdown. */
export function markdownTable([heading, ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(heading!), line(heading!.map((_, i) => (i === 0 ? ':--' : '--:'))), ...rows.map(line)].join('\n')
}

interface Ratios {
  readonly medians: number
  readonly minima: number
  readonly wrong: boolean
}

function ourCells({ peers: { ours }, flops }: Part): [string, string] {
  if (typeof ours !== 'object') return ['–', '–']
  const { medianMs, bestMs } = ours
  return [`${medianMs.toPrecision(3)} (${bestMs.toPrecision(3)})`, flops ? (flops / bestMs / 1e6).toFixed(1) : '']
}

function ratios(parts: readonly Part[], name: string): Ratios | undefined {
  for (const { peers } of parts.toReversed()) {
    const [ours, theirs] = [peers.ours, peers[name]]
    if (typeof ours !== 'object' || typeof theirs !== 'object') continue
    const { medianMs, bestMs, difference, allowed } = theirs
    return { medians: medianMs / ours.medianMs, minima: bestMs / ours.bestMs, wrong: difference > allowed }
  }
  return undefined
}

function cell(parts: readonly Part[], name: string): string {
  const found = ratios(parts, name)
  if (found) return formatRatios(found)
  const reason = parts.map(({ peers }) => peers[name]).find((got) => typeof got === 'string')
  return reason?.startsWith(LONGER) ? `> ${reason.slice(LONGER.length)}` : '–'
}

/** How a failure begins that is a time limit's. */
export const LONGER = 'longer than '

const formatRatios = ({ medians, minima, wrong }: Ratios): string => `${medians.toFixed(2)} (${minima.toFixed(2)})${wrong ? ' !' : ''}`
