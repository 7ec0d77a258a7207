// One task by all peers: each made ready in a process of its own, its result held to ours, then all timed by turns.

import { loadavg } from 'node:os'
import { SignError } from '../../src/base/errors.js'
import { summarise } from '../../src/profile/timing.js'
import { largestDifference } from './agreement.js'
import type { Hello, Sample } from './peer.js'
import { PeerProcess, type StartOptions } from './peer_process.js'
import type { Figures, Part } from './report.js'
import type { Task } from './tasks.js'

export interface CompareOptions extends StartOptions {
  /** Most samples of a peer, one a round. */
  readonly rounds: number
  /** Milliseconds of samples after which a peer sits out further rounds. */
  readonly patience: number
  /** Also times peers with another result. */
  readonly timeWrong: boolean
  /** Peers that cannot start here, and why. */
  readonly absent: ReadonlyMap<string, string>
  /** A peer's first words, or why there are none. */
  readonly introduce: (name: string, hello: Hello | string) => void
  /** What is known after each round. */
  readonly save: (part: Part) => Promise<void>
}

/** A peer that is timed. */
interface Contender {
  readonly one: PeerProcess
  readonly difference: number
  readonly allowed: number
  readonly samples: Sample[]
}

/** However long they take, so many samples are taken. */
const FEWEST_SAMPLES = 2
/** Less precise arithmetic may differ by so many of its roundings. */
const ROUNDINGS = 16

/** Compares and times `names`, the first of which is ours; another one is first in each round. */
export async function compare(task: Task, names: readonly string[], options: CompareOptions): Promise<Part> {
  const { rounds, patience, save } = options
  const { ready, refused } = await prepareAll(task, names, options)
  const load: number[] = []
  const { name, sizes, chain, flops, tolerance } = task
  const part = (): Part => {
    const peers = { ...refused, ...Object.fromEntries(ready.map((contender) => [contender.one.name, figuresOf(contender)])) }
    return { task: name, sizes, chain, ...(flops ? { flops } : {}), tolerance, rounds, load, peers }
  }
  try {
    for (let round = 0; round < rounds; round++) {
      load.push(loadavg()[0]!)
      for (let turn = 0; turn < ready.length; turn++) {
        const { one, samples } = ready[(turn + round) % ready.length]!
        const spent = samples.reduce((sum, { ms, times }) => sum + ms * times * chain, 0)
        if (one.failure !== undefined || (samples.length >= FEWEST_SAMPLES && spent > patience)) continue
        const sample = await one.time()
        if (typeof sample !== 'string') samples.push(sample)
      }
      await save(part())
    }
  } finally {
    await Promise.all(ready.map(({ one }) => one.end()))
  }
  return part()
}

/** One after another, so that nothing is compiled beside anything else. */
async function prepareAll(task: Task, names: readonly string[], options: CompareOptions) {
  const refused: Record<string, string> = {}
  const ready: Contender[] = []
  let ours: readonly number[] | undefined
  for (const name of names) {
    const absent = options.absent.get(name)
    if (absent !== undefined) {
      refused[name] = absent
      continue
    }
    const one = await PeerProcess.start(name, options)
    options.introduce(name, one.hello ?? one.failure!)
    const result = await one.prepare(task)
    const allowed = Math.max(task.tolerance, ROUNDINGS * (one.hello?.rounding ?? 0))
    const difference = typeof result === 'string' ? 0 : largestDifference(ours ?? result, result)
    if (typeof result !== 'string' && (difference <= allowed || options.timeWrong)) {
      ours ??= result
      ready.push({ one, difference, allowed, samples: [] })
      continue
    }
    refused[name] = typeof result === 'string' ? result : `another result: ${difference.toExponential(1)} apart, ${allowed} allowed`
    await one.end()
    if (!ours) throw new SignError('ERR_KERNEL', task.name, `wanted our result, got ${refused[name]}`, 'Run npm test')
  }
  return { ready, refused }
}

function figuresOf({ one, difference, allowed, samples }: Contender): Figures | string {
  const [first] = samples
  if (!first) return one.failure ?? 'no sample yet'
  const { best, median, samples: samplesMs } = summarise(samples.map(({ ms }) => ms))
  return { bestMs: best, medianMs: median, samplesMs, times: first.times, waiting: first.waiting, difference, allowed }
}
