// One kernel at every shape a model uses it at, each alone: many dispatches a submission, so that nothing else is in the time.

import type { Gpu } from '../device/gpu.js'
import type { TaskRun } from '../train/task.js'
import { higher, largeBytes, measureCeilings } from './ceilings.js'
import { environment } from './collect.js'
import { type DispatchRow, FORMAT, type Profile } from './profile.js'
import { sampleSubmissions } from './timing.js'
import { trafficOf } from './traffic.js'
import { runPrograms, type Use, usesOf } from './uses.js'

/**
 * Times every kernel whose name begins with `name`, at each of its shapes in a run's training step and in decoding.
 * Ceilings come from `measure`, the higher ones of before and after. Throws ERR_USAGE naming the kernels there are.
 */
export async function profileKernel(gpu: Gpu, name: string, run: TaskRun, measure = measureCeilings): Promise<Profile> {
  const work = await runPrograms(gpu, run)
  try {
    const uses = usesOf(work.programs, [name])
    const before = await measure(gpu)
    const rows: DispatchRow[] = []
    for (const use of uses) rows.push(await measureUse(gpu, use))
    return {
      format: FORMAT,
      command: 'kernel',
      subject: `kernels ${name}* of ${work.subject}`,
      ...environment(gpu),
      method: 'submissions',
      ceilings: higher(before, await measure(gpu)),
      step: null,
      rows,
      memory: { arenas: [], programs: [] },
      timeline: { host: [], gpu: [] },
    }
  } finally {
    await work.destroy()
  }
}

async function measureUse(gpu: Gpu, { program, step, uses }: Use): Promise<DispatchRow> {
  const dispatch = program.steps[step]!
  const { kernel, params, tensors, cost } = dispatch
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
  const { shader } = gpu.variant(kernel, params)
  const traffic = trafficOf(dispatch, largeBytes(gpu))
  return { path: `${kernel.name}: ${shape.join(', ')} (${uses}×)`, kernel: kernel.name, variant: shader, calls: 1, ms, ...cost, traffic }
}
