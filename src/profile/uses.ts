// Which kernels a run dispatches, and at which shapes: in its training step and in decoding.

import { SignError } from '../base/errors.js'
import type { Gpu } from '../device/gpu.js'
import type { Program } from '../device/program.js'
import type { RunConfig } from '../train/run_config.js'
import { generateSubject } from './generate.js'
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

/** Frames of the sentence whose decoding is looked through for kernels that only decoding has. */
const DECODED = 64

/** Trains one step and signs one sentence of a run, with fresh weights, and keeps the programs that took. */
export async function runPrograms(gpu: Gpu, config: RunConfig): Promise<RunPrograms> {
  const training = await trainSubject(gpu, config)
  const { vocabulary, config: sizes } = training.group
  const sentence = vocabulary.tokens.slice(-2).join(' ')
  const lengths = [Math.min(DECODED, sizes.maxFrames)]
  const decoding = await generateSubject(gpu, training.group, sentence, { policy: 'oracle', lengths })
  return {
    subject: `${config.model.preset}, width ${sizes.width}, ${training.subject.split(', ').slice(-3).join(', ')}`,
    programs: [...(await programsOf(gpu, training.step)), ...(await programsOf(gpu, decoding.step))],
    destroy: async () => {
      await decoding.destroy()
      await training.destroy()
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
  const problem = `wanted a kernel that training or decoding runs, got '${prefixes.join(', ')}'`
  throw new SignError('ERR_USAGE', 'kernels', problem, `Choose among ${names.join(', ')}`)
}
