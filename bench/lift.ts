// Lifting the published How2Sign clips: all of a batch at once by the kernels, against one thread of plain loops, taking turns in one run.
//
//   npm run bench:lift                               on the adapter found; needs the clips in ../shared
//   npm run bench:lift -- --adapter embedded --out bench/results/lift-swiftshader.json
//
// Processor time is what this process used on all cores, software drivers included: it holds where other programs use the machine too, the clock on the
// wall does not.

import { loadavg } from 'node:os'
import { SignError } from '../src/base/errors.js'
import { writeWhole } from '../src/base/files.js'
import type { Gpu } from '../src/device/gpu.js'
import { liftAll, published, publishedClip, publishedNames } from '../src/lift/lift.testing.js'
import { type LiftMode, modes } from '../src/lift/objective.js'
import type { KeypointClip } from '../src/motion/keypoints.js'
import { openGpu } from '../src/platform/node/open.js'
import { benchArguments, common } from './arguments.js'
import { liftOnCpu } from './lift_on_cpu.js'

const ROUNDS = 5
/** Copies of each published clip in a batch: a full batch, or as much as a thousand iterations leave time for. */
const COPIES: Readonly<Record<LiftMode, number>> = { adam: 24, descent: 4 }
/** How2Sign: 79 h at 24 frames per second in 35 130 videos, 31 000 of them to train on. */
const HOW2SIGN = { clips: 31_000, framesAClip: Math.round((79 * 3600 * 24) / 35_130) }

interface Spent {
  readonly wallMs: number
  readonly processorMs: number
}

interface Figures extends Spent {
  readonly clips: number
  readonly frames: number
  readonly clipsPerSecond: number
  readonly clipsPerProcessorSecond: number
  /** Hours for 31,000 clips of How2Sign's mean length, by the clock and on processors. */
  readonly how2signHours: number
  readonly how2signProcessorHours: number
}

interface ModeReport {
  /** Iterations each of the two published clips took. */
  readonly iterations: readonly number[]
  readonly loss: readonly number[]
  /** What the plain loop arrives at by as many. */
  readonly plainLoss: readonly number[]
  readonly kernels: Figures
  readonly plainLoop: Figures
  /** How many times as many clips the kernels lift. */
  readonly speedup: number
  readonly processorSpeedup: number
}

const { values } = benchArguments(
  'bench:lift',
  { adapter: common.adapter, out: common.out },
  {
    about:
      'Measures lifting 2D keypoints to 3D: the kernels against plain loops on one CPU thread. Needs the published clips in ../shared.',
  },
)
if (!published) {
  throw new SignError('ERR_DATA', 'bench:lift', 'wanted the published clips in ../shared, got none', 'Set SIGNLLM_SHARED to their folder')
}
const clips = await Promise.all(publishedNames.map(publishedClip))
const { gpu } = await openGpu({ adapter: values.adapter })
console.log(`${gpu.label}: ${ROUNDS} rounds, the kernels and one thread of plain loops by turns`)
const [adam, descent] = [await measure(gpu, 'adam'), await measure(gpu, 'descent')]
const reached = await iterationsToReach(gpu, descent.loss)
console.log(`Adam is below the loss of 1000 iterations of descent after ${reached.join(' and ')} iterations`)
const report = { adapter: gpu.label, node: process.version, load: loadavg(), rounds: ROUNDS, how2sign: HOW2SIGN, adam, descent, reached }
if (values.out) await writeWhole(values.out, `${JSON.stringify(report, null, 2)}\n`)
await gpu.destroy()
process.exit()

async function measure(gpu: Gpu, mode: LiftMode): Promise<ModeReport> {
  const batch = Array.from({ length: COPIES[mode] }, (_, i) => clips.map((clip) => ({ ...clip, name: `${clip.name} ${i}` }))).flat()
  // Compiles, and says how many iterations the plain loop has to do.
  const lifted = await liftAll(gpu, clips, { mode })
  const onGpu: Spent[] = []
  const onCpu: Spent[] = []
  for (let round = 0; round < ROUNDS; round++) {
    onGpu.push(await spent(() => liftAll(gpu, batch, { mode })))
    onCpu.push(await spent(async () => clips.map((clip, k) => liftOnCpu(clip, modes[mode].step, lifted[k]!.iterations))))
  }
  const [kernels, plainLoop] = [figures(batch, onGpu), figures(clips, onCpu)]
  const report: ModeReport = {
    iterations: lifted.map(({ iterations }) => iterations),
    loss: lifted.map(({ loss }) => loss.total),
    plainLoss: clips.map((clip, k) => liftOnCpu(clip, modes[mode].step, lifted[k]!.iterations)),
    kernels,
    plainLoop,
    speedup: kernels.clipsPerSecond / plainLoop.clipsPerSecond,
    processorSpeedup: kernels.clipsPerProcessorSecond / plainLoop.clipsPerProcessorSecond,
  }
  say(mode, report)
  return report
}

async function spent(work: () => Promise<unknown>): Promise<Spent> {
  const [began, before] = [performance.now(), process.cpuUsage()]
  await work()
  const { user, system } = process.cpuUsage(before)
  return { wallMs: performance.now() - began, processorMs: (user + system) / 1000 }
}

/** Medians of the rounds. */
function figures(lifted: readonly KeypointClip[], rounds: readonly Spent[]): Figures {
  const median = (pick: (one: Spent) => number) => rounds.map(pick).sort((a, b) => a - b)[rounds.length >> 1]!
  const [wallMs, processorMs] = [median((one) => one.wallMs), median((one) => one.processorMs)]
  const frames = lifted.reduce((sum, clip) => sum + clip.frames, 0)
  const hours = (ms: number) => ((ms / frames) * HOW2SIGN.clips * HOW2SIGN.framesAClip) / 3_600_000
  return {
    clips: lifted.length,
    frames,
    wallMs,
    processorMs,
    clipsPerSecond: (1000 * lifted.length) / wallMs,
    clipsPerProcessorSecond: (1000 * lifted.length) / processorMs,
    how2signHours: hours(wallMs),
    how2signProcessorHours: hours(processorMs),
  }
}

/** The first number of Adam's iterations after which each published clip is at or below its loss. */
async function iterationsToReach(gpu: Gpu, losses: readonly number[]): Promise<number[]> {
  const reached = losses.map(() => 0)
  for (let iterations = 1; reached.includes(0); iterations++) {
    const lifted = await liftAll(gpu, clips, { iterations })
    for (const [k, { loss }] of lifted.entries()) if (reached[k] === 0 && loss.total <= losses[k]!) reached[k] = iterations
  }
  return reached
}

function say(mode: string, { iterations, kernels, plainLoop, speedup, processorSpeedup }: ModeReport): void {
  const line = ({ clipsPerSecond, clipsPerProcessorSecond, how2signHours }: Figures) =>
    `${clipsPerSecond.toFixed(2)} clips/s, ${clipsPerProcessorSecond.toFixed(2)} a processor second, How2Sign in ${how2signHours.toFixed(1)} h`
  console.log(`${mode}, ${iterations.join(' and ')} iterations`)
  console.log(`  kernels     ${line(kernels)}`)
  console.log(`  plain loop  ${line(plainLoop)}`)
  console.log(`  ${speedup.toFixed(1)} times as many clips by the clock, ${processorSpeedup.toFixed(1)} times by processor time`)
}
