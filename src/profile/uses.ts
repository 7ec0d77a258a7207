// Which kernels a run dispatches, and at which shapes: in its training step and in decoding.

import { SignError } from '../base/errors.js'
import type { Gpu } from '../device/gpu.js'
import type { Program } from '../device/program.js'
import type { TaskRun } from '../train/task.js'
import { recordingTimer } from './recording.js'
import { trainSubject } from './train.js'

/** Where a kernel is dispatched at some shape. */
export interface Use {
  readonly program: Program
  readonly step: number
  /** Dispatches of this shape in its program. */
  uses: number
}

/** The programs of a run, recorded and ready. */
export interface RunPrograms {
  /** What they do, for people. */
  readonly subject: string
  readonly programs: readonly Program[]
  destroy(): Promise<void>
}

/** Trains one step of a run and puts its model to use once, with the weights it begins with, and keeps the programs that took. */
export async function runPrograms(gpu: Gpu, run: TaskRun): Promise<RunPrograms> {
  const { step, subject, training, destroy } = await trainSubject(gpu, run)
  const use = await training.use()
  return {
    subject: subject.replace('training step of ', ''),
    programs: [...(await programsOf(gpu, step)), ...(await programsOf(gpu, () => use.run()))],
    destroy: async () => {
      await use.destroy()
      await destroy()
    },
  }
}

/** Runs a step and tells which programs it ran. */
async function programsOf(gpu: Gpu, step: () => Promise<unknown>): Promise<Program[]> {
  const timer = recordingTimer(gpu)
  gpu.timer = timer
  try {
    await step()
    return [...new Set(timer.take().map(({ program }) => program))]
  } finally {
    gpu.timer = undefined
    timer.destroy()
  }
}

/** Every kernel whose name begins with one of `prefixes`, at each of its shapes. Throws ERR_USAGE naming the kernels there are. */
export function usesOf(programs: readonly Program[], prefixes: readonly string[]): Use[] {
  const found = new Map<string, Use>()
  for (const program of programs) {
    program.steps.forEach(({ kernel, params }, step) => {
      if (!prefixes.some((prefix) => kernel.name.startsWith(prefix))) return
      const key = `${kernel.name} ${JSON.stringify(params)}`
      const known = found.get(key)
      if (known) known.uses++
      else found.set(key, { program, step, uses: 1 })
    })
  }
  if (found.size > 0) return [...found.values()]
  const names = [...new Set(programs.flatMap(({ steps }) => steps.map(({ kernel }) => kernel.name)))].sort()
  const problem = `wanted a kernel that this run's training or decoding uses, got '${prefixes.join(', ')}'`
  throw new SignError('ERR_USAGE', 'kernels', problem, `Choose among ${names.join(', ')}, or name a run that uses it`)
}
