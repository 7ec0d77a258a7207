// Corpora larger than memory, at their size: makes so many clips in shards, trains from them while the resident memory is watched, stops and resumes, holds the order of
// an epoch against that of the corpus, times the reader, and reads an index of 2 million clips. What it wrote is removed in the end. `npm run` builds the package first,
// since the training that is watched is the built program.
//
//   npm run bench:packed -- --clips 20000
//   npm run bench:packed -- --clips 200000 --steps 3300 --out bench/results/packed-lavapipe     writes that .json and .svg; 7 GB of disk

import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { writeWhole } from '../src/base/files.js'
import { namesIn } from '../src/base/folder.js'
import { Random } from '../src/base/random.js'
import { ClipMemory } from '../src/data/shards/clip_memory.js'
import { packClips } from '../src/data/shards/pack.js'
import type { Gpu } from '../src/device/gpu.js'
import { lineChart } from '../src/outputs/line_chart.js'
import { openGpu } from '../src/platform/node/open.js'
import { trainRun } from '../src/tasks/run.js'
import { parseRunConfig, type RunConfig } from '../src/tasks/text_to_pose/config.js'
import { loadPoseTraining } from '../src/tasks/text_to_pose/task.js'
import type { PoseTraining } from '../src/tasks/text_to_pose/training.js'
import type { BatchPlan } from '../src/train/batches.js'
import { atLeastOne, benchArguments, common } from './arguments.js'
import { manyClips } from './packed/clips.js'
import { indexFigures } from './packed/large_index.js'
import { type OrderFigures, orderFigures } from './packed/order.js'
import { PROGRAM, type Watched, watchedTraining } from './packed/training.js'

const WHO = 'bench:packed'
/** The published Progressive Transformer: 11.0 steps of 64 clips a second, 67,400 frames. */
const PUBLISHED = { clips: 705, frames: 67_400 }
const WANTED = 10
const MOST_MEBIBYTES = 600
const PROJECTED = 2_000_000
const BATCH = 64
const RESUMED_STEPS = 24
const STOPS = 4
const READ_SECONDS = 20

const { values } = benchArguments(
  WHO,
  {
    ...common,
    clips: { type: 'string', default: '20000', help: '<n> clips of the corpus; 200,000 take 7 GB' },
    steps: { type: 'string', default: '400', help: '<n> steps of the training whose memory is watched' },
    out: { type: 'string', help: '<prefix> also save the results as <prefix>.json and the memory as <prefix>.svg' },
  },
  { about: 'Makes a corpus in shards and measures training from it: memory, resuming, order, the rates of the reader and of the host.' },
)
const count = atLeastOne(WHO, '--clips', values.clips)
const steps = atLeastOne(WHO, '--steps', values.steps)
const say = (line: string) => (values.json ? process.stderr : process.stdout).write(`${line}\n`)
const folder = await mkdtemp(join(tmpdir(), 'signllm-packed-'))
const at = (name: string): string => join(folder, name)
try {
  const packed = await pack()
  const { gpu } = await openGpu({ adapter: values.adapter })
  const { order, reader, host, load } = await planned(gpu)
  const resumed = await resumedAlike(gpu)
  const adapter = gpu.label
  await gpu.destroy()
  const large = await indexFigures(at('large'), PROJECTED, BATCH, heldMebibytes)
  say(`index of ${PROJECTED} clips: ${JSON.stringify(large)}`)
  const training = await trained()
  const scale = PROJECTED / count
  const report = {
    ...{ adapter, node: process.version, clips: count, packed, order, reader, host, load, resumed },
    training: { ...figuresOf(training), memory: training.memory.map(([s, mib]) => [Math.round(10 * s) / 10, Math.round(mib)]) },
    projected: {
      ...{ clips: PROJECTED, packHours: (packed.seconds * scale) / 3600, gigabytes: (packed.bytes * scale) / 1e9 },
      /** Measured, not projected. */
      index: large,
    },
  }
  say(JSON.stringify({ ...report, training: figuresOf(training) }, null, 2))
  if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`)
  if (values.out) {
    await writeWhole(`${values.out}.json`, `${JSON.stringify(report)}\n`)
    const title = `Training from ${count.toLocaleString('en')} clips in shards, ${adapter}`
    await writeWhole(
      `${values.out}.svg`,
      lineChart([{ group: 'resident memory', points: training.memory, style: 'line' }], { title, x: 'seconds', y: 'MiB' }),
    )
  }
} finally {
  await rm(folder, { recursive: true })
}
process.exit()

async function pack(): Promise<{ seconds: number; bytes: number; frames: number; peakMebibytes: number }> {
  const began = performance.now()
  const { parts } = await packClips(at('corpus'), manyClips(count), { name: 'many', layout: 'dwpose-128' })
  const seconds = (performance.now() - began) / 1000
  let bytes = 0
  for (const name of await namesIn(at('corpus'))) bytes += (await stat(join(at('corpus'), name))).size
  const frames = parts.reduce((sum, part) => sum + part.frames, 0)
  say(`packed ${count} clips in ${seconds.toFixed(0)} s: ${(bytes / 1e9).toFixed(2)} GB`)
  return { seconds, bytes, frames, peakMebibytes: process.resourceUsage().maxRSS / 1024 }
}

function textOf(name: string, steps: number): string {
  return `
name: ${name}
out: ${at(name)}
data: [{ shards: ${at('corpus')}, source: lang_gloss }]
groups: shared
model: { layout: dwpose-128, width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, maxFrames: 96, maxTokens: 16 }
batch: { size: ${BATCH}, bucket: 32 }
schedule: { kind: constant }
stop: { steps: ${steps} }
validate: { every: 1000, clips: 2 }
checkpoint: { every: 1000 }
log: { tensorboard: false }
`
}

function configOf(name: string): RunConfig {
  return parseRunConfig(textOf(name, RESUMED_STEPS), WHO)
}

/** What is trained on, when: the order of two epochs; how fast the batches of the first are read, and how fast the host has them ready for the GPU, read and laid out. */
async function planned(gpu: Gpu) {
  const before = heldMebibytes()
  const began = performance.now()
  const { begin } = await loadPoseTraining(configOf('plan'), { resumed: false })
  const openSeconds = (performance.now() - began) / 1000
  const opened = heldMebibytes()
  const training = (await begin(gpu)).training as PoseTraining
  const begun = heldMebibytes()
  const planBegan = performance.now()
  const [epoch, next] = [training.planEpoch(0), training.planEpoch(1)]
  const load = {
    ...{ openSeconds, planSeconds: (performance.now() - planBegan) / 2000 },
    /** With the clips that units are measured by, and those that stay for baselines. */
    loadedMebibytes: opened - before,
    planMebibytes: (heldMebibytes() - begun) / 2,
  }
  const order = orderFigures(epoch, next, training.examples)
  const memory = new ClipMemory()
  const reader = await rateOf(epoch, async ({ examples }) => void (await training.data[0]!.stored!.samples(examples, memory)))
  const host = await rateOf(epoch, async (batch) => {
    await training.prepare(batch)
    training.feedsOf(batch.examples, batch, { step: 1 })
  })
  await training.destroy()
  say(`order ${JSON.stringify(order)}, reader ${JSON.stringify(reader)}, host ${JSON.stringify(host)}`)
  return { order: { ...order, passes: isShuffle(order) }, reader, host, load }

  /** Clips and frames a second where nothing else is done than `work`, for one batch of an epoch after another. */
  async function rateOf(batches: readonly BatchPlan[], work: (batch: BatchPlan) => Promise<void>) {
    const { stored } = training.data[0]!
    const began = performance.now()
    const cpu = process.cpuUsage()
    let [clips, frames] = [0, 0]
    for (const batch of batches) {
      await work(batch)
      clips += batch.examples.length
      for (const example of batch.examples) frames += stored!.frames(example)
      if (performance.now() - began > 1000 * READ_SECONDS) break
    }
    const seconds = (performance.now() - began) / 1000
    const { user, system } = process.cpuUsage(cpu)
    const timesPublished = clips / seconds / PUBLISHED.clips
    return {
      ...{ clipsPerSecond: clips / seconds, framesPerSecond: frames / seconds, clipsPerCpuSecond: (1e6 * clips) / (user + system) },
      ...{ timesPublishedClips: timesPublished, timesPublishedFrames: frames / seconds / PUBLISHED.frames },
      ...{ wanted: WANTED, passes: timesPublished >= WANTED },
    }
  }
}

/** What JavaScript holds once what nobody needs is gone. */
function heldMebibytes(): number {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / 2 ** 20
}

function isShuffle({ isPermutation, withCorpus, withNextEpoch, bound }: OrderFigures): boolean {
  return isPermutation && Math.abs(withCorpus) < bound && Math.abs(withNextEpoch) < bound
}

/** Stops a run at steps that are drawn, and holds its last checkpoint against that of a run that was never stopped. */
async function resumedAlike(gpu: Gpu): Promise<{ stoppedAfter: readonly number[]; sameBytes: boolean }> {
  for await (const _ of trainRun(gpu, configOf('whole'))) {
    // To its end.
  }
  const random = new Random(Date.now())
  const stoppedAfter = random
    .shuffled(Array.from({ length: RESUMED_STEPS - 1 }, (_, i) => i + 1))
    .slice(0, STOPS)
    .sort((a, b) => a - b)
  for (const [i, after] of [...stoppedAfter, Infinity].entries()) {
    const controller = new AbortController()
    for await (const event of trainRun(gpu, configOf('stopped'), { resume: i > 0, signal: controller.signal }))
      if (event.kind === 'step' && event.step === after) controller.abort()
  }
  const [whole, stopped] = await Promise.all(['whole', 'stopped'].map((name) => readFile(join(at(name), 'last.safetensors'))))
  say(`stopped after ${stoppedAfter.join(', ')}: ${whole!.equals(stopped!) ? 'the same bytes' : 'OTHER BYTES'}`)
  return { stoppedAfter, sameBytes: whole!.equals(stopped!) }
}

async function trained(): Promise<Watched> {
  await writeFile(at('run.yaml'), textOf('watched', steps))
  return watchedTraining(at('run.yaml'))
}

/** Growth from the second quarter of the time to the last, and the most. */
function figuresOf({ memory, seconds }: Watched) {
  const held = memory.map(([, mebibytes]) => mebibytes)
  const mean = (from: number, to: number) => {
    const own = held.slice(Math.floor(from * held.length), Math.ceil(to * held.length))
    return own.reduce((sum, value) => sum + value, 0) / own.length
  }
  const most = Math.max(...held)
  return {
    program: PROGRAM,
    steps,
    batch: BATCH,
    seconds,
    mostMebibytes: most,
    grownMebibytes: mean(0.75, 1) - mean(0.25, 0.5),
    passes: most < MOST_MEBIBYTES,
  }
}
