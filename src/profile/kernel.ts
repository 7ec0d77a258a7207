// One kernel at every shape a model uses it at, each alone: many dispatches a submission, so that nothing else is in the time.

import { SignError } from '../base/errors.js'
import type { Gpu } from '../device/gpu.js'
import type { Program } from '../device/program.js'
import type { RunConfig } from '../train/run_config.js'
import { measureCeilings } from './ceilings.js'
import { environment } from './collect.js'
import { generateSubject } from './generate.js'
import { type DispatchRow, FORMAT, type Profile } from './profile.js'
import { type RecordingTimer, recordingTimer } from './recording.js'
import { sampleSubmissions } from './timing.js'
import { trainSubject } from './train.js'

/** Where a kernel is dispatched at some shape. */
interface Use {
  readonly program: Program
  readonly step: number
  /** Dispatches of this shape in its program. */
  uses: number
}

/** Frames of the sentence whose decoding is looked through for kernels that only decoding has. */
const DECODED = 64

/**
 * Times every kernel whose name begins with `name`, at each of its shapes in a run's training step and in decoding.
 * Ceilings come from `measure`. Throws ERR_USAGE naming the kernels there are.
 */
export async function profileKernel(gpu: Gpu, name: string, config: RunConfig, measure = measureCeilings): Promise<Profile> {
  const training = await trainSubject(gpu, config)
  const { vocabulary, config: sizes } = training.group
  const sentence = vocabulary.tokens.slice(-2).join(' ')
  const lengths = [Math.min(DECODED, sizes.maxFrames)]
  const decoding = await generateSubject(gpu, training.group, sentence, { policy: 'oracle', lengths })
  const timer = recordingTimer(gpu)
  try {
    const programs = [...(await programsOf(gpu, timer, training.step)), ...(await programsOf(gpu, timer, decoding.step))]
    const uses = usesOf(programs, name)
    const rows: DispatchRow[] = []
    for (const use of uses) rows.push(await measureUse(gpu, use))
    return {
      format: FORMAT,
      command: 'kernel',
      subject: `kernels ${name}* of ${config.model.preset}, width ${sizes.width}, ${training.subject.split(', ').slice(-3).join(', ')}`,
      ...environment(gpu),
      method: 'submissions',
      ceilings: await measure(gpu),
      step: null,
      rows,
      memory: { arenas: [], programs: [] },
      timeline: { host: [], gpu: [] },
    }
  } finally {
    timer.destroy()
    await decoding.destroy()
    await training.destroy()
  }
}

/** Runs a step and tells which programs it ran. */
async function programsOf(gpu: Gpu, timer: RecordingTimer, step: () => Promise<unknown>): Promise<Program[]> {
  gpu.timer = timer
  try {
    await step()
  } finally {
    gpu.timer = undefined
  }
  return [...new Set(timer.take().map(({ program }) => program))]
}

function usesOf(programs: readonly Program[], name: string): Use[] {
  const found = new Map<string, Use>()
  for (const program of programs) {
    program.steps.forEach(({ kernel, params }, step) => {
      if (!kernel.name.startsWith(name)) return
      const key = `${kernel.name} ${JSON.stringify(params)}`
      const known = found.get(key)
      if (known) known.uses++
      else found.set(key, { program, step, uses: 1 })
    })
  }
  if (found.size > 0) return [...found.values()]
  const names = [...new Set(programs.flatMap(({ steps }) => steps.map(({ kernel }) => kernel.name)))].sort()
  const problem = `wanted a kernel that training or decoding runs, got '${name}'`
  throw new SignError('ERR_USAGE', 'profile', problem, `Choose among ${names.join(', ')}`)
}

async function measureUse(gpu: Gpu, { program, step, uses }: Use): Promise<DispatchRow> {
  const { kernel, params, tensors, cost } = program.steps[step]!
  const { queue } = gpu.device
  // Kernels that count would run out of work.
  const counters = Object.entries(kernel.buffers).flatMap(([buffer, access]) =>
    access === 'update' && tensors[buffer]!.dtype === 'u32' ? [program.region(tensors[buffer]!)] : [],
  )
  const ms = await sampleSubmissions(gpu, async (times) => {
    const encoder = gpu.device.createCommandEncoder()
    for (const { buffer, offset, bytes } of counters) encoder.clearBuffer(buffer, offset, bytes)
    for (let i = 0; i < times; i++) program.encode(encoder, { from: step, to: step + 1 })
    queue.submit([encoder.finish()])
    await gpu.wait(queue.onSubmittedWorkDone())
  })
  const shape = Object.entries(params).map(([param, value]) => `${param} ${Number(value.toPrecision(4))}`)
  const { shader } = gpu.form(kernel, params)
  return { path: `${kernel.name}: ${shape.join(', ')} (${uses}×)`, kernel: kernel.name, variant: shader, calls: 1, ms, ...cost }
}
