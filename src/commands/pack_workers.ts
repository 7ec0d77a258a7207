// Packing in several processes: each is the same command with a share of the parts. This one waits, and shows how far they are.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { SignError } from '../base/errors.js'
import { Meter } from '../base/progress.js'
import type { ClipWorkOptions } from './clip_work.js'
import { ProgressDisplay } from './progress_display.js'

export interface Workers {
  readonly count: number
  /** The command that this process was started with, from its script on. */
  readonly argv: readonly string[]
}

/** Throws ERR_DATA with what a worker says where one fails; the others are stopped then, at the end of their clip. */
export async function packInWorkers({ count, argv }: Workers, { json, stream, signal }: ClipWorkOptions): Promise<void> {
  const display = new ProgressDisplay({ json, stream })
  const meter = new Meter({ work: 'pack', unit: 'clip', speedOf: 'frame' })
  const done = new Map<string, number>()
  const stop = new AbortController()
  const told = (worker: number, line: string): string | undefined => {
    const said = parsed(line)
    if (typeof said?.message === 'string') return said.message
    if (typeof said?.note === 'string') display.note(said.note)
    if (typeof said?.done === 'number') {
      done.set(`${worker} ${said.work}`, said.done)
      const clips = [...done.values()].reduce((sum, own) => sum + own, 0)
      display.show(meter.at(clips, Number(said.frames ?? 0)))
    }
    return undefined
  }
  const all = AbortSignal.any([stop.signal, ...(signal ? [signal] : [])])
  const work = Array.from({ length: count }, async (_, index) => {
    try {
      await run(argv, `${index + 1}/${count}`, (line) => told(index, line), all)
    } catch (error) {
      stop.abort()
      throw error
    }
  })
  const ends = await Promise.allSettled(work)
  display.done()
  signal?.throwIfAborted()
  const failed = ends.find((end) => end.status === 'rejected')
  if (failed) throw failed.reason
}

async function run(argv: readonly string[], share: string, told: (line: string) => string | undefined, signal: AbortSignal): Promise<void> {
  const [script, ...rest] = argv
  const again = [...process.execArgv, script!, '--json', ...rest, '--workers', '1', '--share', share, '--skip-broken']
  const child = spawn(process.execPath, again, { stdio: ['ignore', 'ignore', 'pipe'] })
  const end = (): void => void child.kill('SIGTERM')
  signal.addEventListener('abort', end, { once: true })
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  try {
    let problem: string | undefined
    for await (const line of createInterface({ input: child.stderr })) problem = told(line) ?? problem
    const [status, killed] = await closed
    if (status === 0) return
    const got = problem ?? (killed ? `an end by ${killed}` : `exit status ${status}`)
    throw new SignError(
      'ERR_DATA',
      `worker ${share}`,
      `wanted its share packed, got: ${got}`,
      'Mend that and run the same command again: it goes on',
    )
  } finally {
    signal.removeEventListener('abort', end)
  }
}

function parsed(line: string): { message?: unknown; note?: unknown; done?: unknown; work?: unknown; frames?: unknown } | undefined {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
