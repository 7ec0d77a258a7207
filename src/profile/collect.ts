// Profiling some work that repeats: steps with and without the timer in turns, then every dispatch added up by its place and kernel.

import type { Gpu } from '../device/gpu.js'
import type { Program, Step } from '../device/program.js'
import { higher, largeBytes, measureCeilings } from './ceilings.js'
import { together } from './groups.js'
import { type ArenaSize, programMemory } from './memory_plan.js'
import { type DispatchRow, FORMAT, type Profile, type Timeline } from './profile.js'
import { type RecordingTimer, type RunRecord, recordingTimer, stepOf } from './recording.js'
import { stampCost } from './stamp_cost.js'
import { summarise, timed } from './timing.js'
import { trafficOf } from './traffic.js'

/** Work to be profiled. */
export interface Subject {
  readonly command: Profile['command']
  readonly subject: string
  readonly arenas: readonly ArenaSize[]
  /** Does the work once; every time the same programs at the same sizes. */
  readonly step: () => Promise<unknown>
  /** Milliseconds of a step among others, where the next one is begun before the last one is over. */
  readonly among?: () => Promise<number>
}

export interface Collected {
  readonly profile: Profile
  /** Of every profiled step, for a trace. */
  readonly timelines: readonly Timeline[]
}

interface ProfiledStep {
  readonly began: number
  readonly ended: number
  readonly runs: readonly RunRecord[]
}

/**
 * Profiles `steps` steps, each alone. Each is preceded by one without the timer, among others where steps overlap, so that the machine's
 * moods fall on both alike; the ceilings are measured before and after, by `measure`, and the higher ones taken.
 */
export async function collect(
  gpu: Gpu,
  { command, subject, arenas, step, among = () => timed(step) }: Subject,
  steps: number,
  measure = measureCeilings,
): Promise<Collected> {
  const timer = recordingTimer(gpu)
  try {
    const before = await measure(gpu)
    const stampMs = await stampCost(gpu, timer)
    // The first turn compiles pipelines and opens query sets.
    await step()
    await profiled(gpu, timer, step)
    const plain: number[] = []
    const samples: ProfiledStep[] = []
    for (let i = 0; i < steps; i++) {
      plain.push(await among())
      samples.push(await profiled(gpu, timer, step))
    }
    const ceilings = higher(before, await measure(gpu))
    const { rows, rowOf } = sumRows(gpu, samples, stampMs)
    const timelines = samples.map((sample) => timelineOf(sample, timer, rowOf))
    const durations = summarise(samples.map(({ began, ended }) => ended - began))
    const { floor: floorMs } = together(rows, ceilings)
    const unprofiled = summarise(plain)
    const programs = [...new Set(samples[0]!.runs.map(({ program }) => program))]
    const profile: Profile = {
      format: FORMAT,
      command,
      subject,
      ...environment(gpu),
      method: timer.method,
      ceilings,
      step: { plain: unprofiled, profiled: durations, stampMs, floorMs, floorShare: floorMs / unprofiled.median },
      rows,
      memory: { arenas, programs: programs.map((program, i) => programMemory(`program ${i + 1}`, program.steps.length, program.plan)) },
      timeline: timelines[durations.samples.indexOf(durations.median)]!,
    }
    return { profile, timelines }
  } finally {
    timer.destroy()
  }
}

/** Where a profile was taken. */
export const environment = ({ label, software }: Gpu) => ({ adapter: label, software, node: process.version })

async function profiled(gpu: Gpu, timer: RecordingTimer, step: () => Promise<unknown>): Promise<ProfiledStep> {
  gpu.timer = timer
  try {
    const began = performance.now()
    await step()
    return { began, ended: performance.now(), runs: timer.take() }
  } finally {
    gpu.timer = undefined
  }
}

/** A row for each place, kernel and traffic, in order of appearance, and which row a program's step belongs to. */
function sumRows(gpu: Gpu, samples: readonly ProfiledStep[], stampMs: number) {
  const rows: (Omit<DispatchRow, 'ms' | 'calls' | 'flops' | 'bytes'> & { ms: number[]; calls: number; flops: number; bytes: number })[] = []
  const byName = new Map<string, number>()
  const byProgram = new Map<Program, number[]>()
  const open = (step: Step): number => {
    const { shader } = gpu.variant(step.kernel, step.params)
    const traffic = trafficOf(step, largeBytes(gpu))
    const key = `${step.label} ${shader} ${traffic}`
    if (!byName.has(key)) {
      const path = step.label.split('/').slice(0, -1).join('/')
      const fresh = { path, kernel: step.kernel.name, variant: shader, traffic, calls: 0, flops: 0, bytes: 0 }
      byName.set(key, rows.push({ ...fresh, ms: samples.map(() => 0) }) - 1)
    }
    return byName.get(key)!
  }
  samples.forEach(({ runs }, sample) => {
    for (const run of runs) {
      const { program, spans } = run
      if (!byProgram.has(program)) byProgram.set(program, program.steps.map(open))
      const rowsOfSteps = byProgram.get(program)!
      spans.forEach(({ begin, end }, i) => {
        const step = stepOf(run, i)
        const row = rows[rowsOfSteps[step]!]!
        row.ms[sample]! += end - begin
        if (sample > 0) return
        row.calls++
        row.flops += program.steps[step]!.cost.flops
        row.bytes += program.steps[step]!.cost.bytes
      })
    }
  })
  const rowOf = (run: RunRecord, span: number) => byProgram.get(run.program)![stepOf(run, span)]!
  const withoutStamps = ({ ms, calls }: { ms: readonly number[]; calls: number }) => ms.map((sum) => Math.max(0, sum - calls * stampMs))
  return { rows: rows.map((row): DispatchRow => ({ ...row, ms: summarise(withoutStamps(row)) })), rowOf }
}

/** One clock for both tracks: the GPU's is moved so that no run ends after the host has read its results, and one ends just then. */
function timelineOf(
  { began, ended, runs }: ProfiledStep,
  { method }: RecordingTimer,
  rowOf: (run: RunRecord, span: number) => number,
): Timeline {
  const lag = method === 'timestamps' ? Math.min(...runs.map(({ host, spans }) => host.read - spans.at(-1)!.end)) : 0
  let last = began
  const host = runs.flatMap(({ host: at }) => {
    const spans = [
      { name: 'prepare', begin: last, end: at.began },
      { name: 'encode', begin: at.began, end: at.encoded },
      { name: 'submit', begin: at.encoded, end: at.submitted },
      { name: 'wait', begin: at.submitted, end: at.read },
    ]
    last = at.read
    return spans
  })
  host.push({ name: 'use results', begin: last, end: ended })
  return {
    host: host.map(({ name, begin, end }) => ({ name, begin: begin - began, end: end - began })),
    gpu: runs.flatMap((run) =>
      run.spans.map(({ begin, end }, i) => ({ row: rowOf(run, i), begin: begin + lag - began, end: end + lag - began })),
    ),
  }
}
