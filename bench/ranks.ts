// What training on several ranks costs: the time of a step by itself against that of adding gradients up, by the bytes that go over the network, and
// what that makes of 8 and 64 GPUs.
//
//   npm run bench:ranks                                        what this machine alone does of it: gradients to the host, added up, and back
//   mpirun -n 4 npx tsx bench/ranks.ts --network 25            and with the other ranks, over Open MPI
//   npx tsx bench/ranks.ts --step-ms 30 --network 50           for GPUs whose step is known, and a network of 50 GB/s

import type { Communicator } from '../src/base/communicator.js'
import { ranksInProcess } from '../src/base/communicator.testing.js'
import { SignError } from '../src/base/errors.js'
import { writeWhole } from '../src/base/files.js'
import { formatTable } from '../src/base/table.js'
import type { Gpu } from '../src/device/gpu.js'
import { presets } from '../src/model/config.js'
import { openRanks } from '../src/platform/node/mpi/open.js'
import { openGpu } from '../src/platform/node/open.js'
import { summarise, timed } from '../src/profile/timing.js'
import { PART_BYTES } from '../src/train/ranks/gradient_parts.js'
import { RankSums } from '../src/train/ranks/rank_sums.js'
import { benchArguments, chosenOf, common } from './arguments.js'
import { type NoiseStep, noiseGroup, noiseStep } from './training_step.js'

const WHO = 'bench/ranks'
const models = ['tiny', 'pt-base'] as const
type Model = (typeof models)[number]

/** Clips, frames and tokens that a rank has in a step. */
const SHAPE = { batch: 8, target: 150, source: 12 }
const WORDS = 1089
const ROUNDS = 5
const GPUS = [8, 64] as const

interface Projected {
  readonly gpus: number
  /** Bytes that leave each rank in a step, and the milliseconds that they take. */
  readonly sentBytes: number
  readonly wireMs: number
  /** Share of a step that is not spent on adding up, where nothing is sent while the GPU works. */
  readonly efficiency: number
}

interface Figures {
  readonly model: Model
  readonly gradientBytes: number
  readonly stepMs: number
  /** Gradients to the host, added up there, and back, without any other rank. */
  readonly hostMs: number
  /** The same with all ranks there are, over MPI; null for one. */
  readonly ranksMs: number | null
  readonly projected: readonly Projected[]
}

const { values, names } = benchArguments(
  WHO,
  {
    ...common,
    network: { type: 'string', default: '25', help: '<GB/s> bytes that a rank sends in a second, for the projection' },
    'step-ms': { type: 'string', help: '<ms> a step on the GPUs that are projected (default: as measured here)' },
  },
  { about: `What adding up gradients costs against a step. Names: ${models.join(', ')}.` },
)
const network = above0('--network', values.network)
const givenStep = values['step-ms'] === undefined ? undefined : above0('--step-ms', values['step-ms'])

const ranks = await openRanks()
const { gpu } = await openGpu({ adapter: values.adapter, longDispatches: true, index: ranks?.localRank })
const figures: Figures[] = []
for (const model of chosenOf(WHO, names, models) as Model[]) figures.push(await measure(gpu, model))
const size = ranks?.size ?? 1
if (ranks === undefined || ranks.rank === 0) {
  const report = { adapter: gpu.label, ranks: size, networkGBs: network, shape: SHAPE, figures }
  if (values.out) await writeWhole(values.out, `${JSON.stringify(report, null, 2)}\n`)
  console.log(values.json ? JSON.stringify(report) : table())
}
await ranks?.close()
process.exit()

async function measure(gpu: Gpu, model: Model): Promise<Figures> {
  const description = noiseGroup({ ...presets[model], maxFrames: 160, maxTokens: 32 }, WORDS)
  const step = await noiseStep(gpu, description, SHAPE)
  await step.run()
  const stepMs = await medianOf(() => step.run())
  const gradientBytes = step.group.weights.grads!.buffers.reduce((bytes, { size }) => bytes + size, 0)
  const hostMs = await addingMs(gpu, step, ranksInProcess(1).ranks[0]!)
  const ranksMs = ranks ? await addingMs(gpu, step, ranks) : null
  step.destroy()
  const projected = GPUS.map((gpus): Projected => {
    const sentBytes = (2 * gradientBytes * (gpus - 1)) / gpus
    const wireMs = sentBytes / (1e6 * network)
    const own = givenStep ?? stepMs
    return { gpus, sentBytes, wireMs, efficiency: own / (own + hostMs + wireMs) }
  })
  return { model, gradientBytes, stepMs, hostMs, ranksMs, projected }
}

/** How long it takes to add the gradients up, and no step at all. */
async function addingMs(gpu: Gpu, { group, program }: NoiseStep, communicator: Communicator): Promise<number> {
  const sums = await RankSums.of(gpu, communicator, group.weights, program, PART_BYTES)
  const add = async () => {
    sums.copyAll()
    sums.copyRunning()
    await sums.add()
    await gpu.wait(gpu.device.queue.onSubmittedWorkDone())
  }
  await add()
  const ms = await medianOf(add)
  sums.destroy()
  return ms
}

async function medianOf(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < ROUNDS; i++) times.push(await timed(work))
  return summarise(times).median
}

function table(): string {
  const head = ['model', 'gradients', 'step', 'to the host and back', `${size} ranks`, ...GPUS.map((gpus) => `${gpus} GPUs`)]
  const rows = figures.map(({ model, gradientBytes, stepMs, hostMs, ranksMs, projected }) => [
    model,
    `${(gradientBytes / 1e6).toFixed(1)} MB`,
    ms(stepMs),
    ms(hostMs),
    ranksMs === null ? '–' : ms(ranksMs),
    ...projected.map(({ efficiency, wireMs }) => `${(100 * efficiency).toFixed(1)} % (${ms(wireMs)} on the wire)`),
  ])
  const of = givenStep === undefined ? 'the step as measured here' : `a step of ${ms(givenStep)}`
  return `${gpu.label}; batch ${SHAPE.batch} a rank, ${SHAPE.target} frames; projected for ${of}, a network of ${network} GB/s a rank, nothing sent while the GPU works\n${formatTable([head, ...rows])}`
}

function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0)} ms`
}

function above0(option: string, text: string): number {
  const value = Number(text)
  if (value > 0 && Number.isFinite(value)) return value
  throw new SignError('ERR_USAGE', WHO, `wanted ${option} above 0, got '${text}'`, 'Leave it out for the usual')
}
