// What timing itself takes. Between two stamps a dispatch cannot lean on its neighbours, and software drivers wait for all work at each
// stamp: that time lies inside what is timed, dispatch after dispatch, and would make many small dispatches look like the step's cost.

import type { Gpu } from '../device/gpu.js'
import { Program, Recorder } from '../device/program.js'
import { plainCopy } from './ceiling_kernels.js'
import type { RecordingTimer } from './recording.js'
import { timed } from './timing.js'

/** So many that the wait for one submission weighs little on each. */
const DISPATCHES = 400
const ROUNDS = 8

/** Milliseconds that `timer` adds to a dispatch: a chain of the smallest ones with and without it, by turns, each at its best. */
export async function stampCost(gpu: Gpu, timer: RecordingTimer): Promise<number> {
  const recorder = new Recorder()
  let x = recorder.feed('x', [4])
  for (let i = 0; i < DISPATCHES; i++) {
    const y = recorder.tensor(`y${i}`, [4])
    recorder.run(plainCopy, { x, y }, { n: 4 })
    x = y
  }
  recorder.keep(x)
  const program = await Program.build(gpu, recorder)
  const [plain, stamped]: [number[], number[]] = [[], []]
  try {
    for (let i = 0; i < ROUNDS; i++) {
      plain.push(await timed(() => program.run()))
      gpu.timer = timer
      await program.run()
      gpu.timer = undefined
      const { spans } = timer.take()[0]!
      stamped.push(spans.at(-1)!.end - spans[0]!.begin)
    }
    return Math.max(0, Math.min(...stamped) - Math.min(...plain)) / DISPATCHES
  } finally {
    gpu.timer = undefined
    program.destroy()
  }
}
