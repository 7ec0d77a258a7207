// What it brings to submit a step before the last one's report is read: the demo's training, waited for step by step and one step ahead,
// by turns in one process. How long the GPU stood still between two steps is told by its own clock.
//
//   npx tsx bench/steps_ahead.ts --adapter software
//   npx tsx bench/steps_ahead.ts --run run.yaml --steps 60 --turns 5

import { formatTable } from '../src/base/table.js'
import { demoRun } from '../src/commands/demo.js'
import { PassClock } from '../src/device/pass_clock.js'
import { SignModel } from '../src/model/sign_model.js'
import { openGpu } from '../src/platform/node/open.js'
import { summarise } from '../src/profile/timing.js'
import { loadRunConfig } from '../src/tasks/run_file.js'
import { parseRunConfig } from '../src/tasks/text_to_pose/config.js'
import { loadData } from '../src/tasks/text_to_pose/data.js'
import { PoseTraining } from '../src/tasks/text_to_pose/training.js'
import { Trainer } from '../src/train/trainer.js'
import { atLeastOne, benchArguments, common } from './arguments.js'

const { values } = benchArguments(
  'steps_ahead',
  {
    adapter: common.adapter,
    run: { type: 'string', help: "<file> the run file to train (default: the demo's)" },
    steps: { type: 'string', default: '60', help: '<n> training steps in each turn' },
    turns: { type: 'string', default: '4', help: '<n> how often the two ways alternate' },
    json: common.json,
  },
  { about: "Measures training with and without submitting a step before the previous step's report is read." },
)

/** Milliseconds a step: by the wall clock, by this process on all cores, and those for which the GPU stood still. */
interface Figures {
  readonly wall: number
  readonly processor: number
  readonly idle: number
}

const steps = atLeastOne('steps_ahead', '--steps', values.steps)
const turns = atLeastOne('steps_ahead', '--turns', values.turns)
const { gpu } = await openGpu({ adapter: values.adapter })
const config = values.run === undefined ? parseRunConfig(demoRun('demo-out'), 'demo') : await loadRunConfig(values.run)
const data = await loadData(config)
const model = new SignModel(gpu, { training: true })
for (const { group } of data) model.addLanguage(group, { seed: config.seed })
const trainer = new Trainer(config, new PoseTraining(config, model, data))
const ways = { 'one by one': oneByOne, 'one ahead': oneAhead } as const

// Every shape once: nothing compiles while it is timed.
do await trainer.trainStep()
while (trainer.progress.epoch < 1)
const samples: Record<string, Figures[]> = {}
for (let turn = 0; turn < turns; turn++)
  for (const [name, way] of Object.entries(ways)) {
    samples[name] ??= []
    samples[name].push(await measure(way))
  }
const rows = Object.entries(samples).map(([name, all]) => {
  const of = (part: keyof Figures) => summarise(all.map((figures) => figures[part]))
  const [wall, processor, idle] = [of('wall'), of('processor'), of('idle')]
  return { name, wall, processor, idle }
})
if (values.json) process.stdout.write(`${JSON.stringify({ adapter: gpu.label, steps, rows }, null, 2)}\n`)
else {
  const ms = ({ median, best }: { median: number; best: number }) => `${median.toFixed(2)} (${best.toFixed(2)})`
  const lines = rows.map(({ name, wall, processor, idle }) => [name, (1000 / wall.median).toFixed(1), ms(wall), ms(processor), ms(idle)])
  process.stdout.write(`${gpu.label}, ms a step as median (best) of ${turns} turns of ${steps} steps\n`)
  process.stdout.write(`${formatTable([['steps', 'a second', 'wall', 'processor', 'GPU standing still'], ...lines])}\n`)
}
await trainer.destroy()
model.destroy()
await gpu.destroy()
process.exit()

async function oneByOne(): Promise<void> {
  for (let i = 0; i < steps; i++) await trainer.trainStep()
}

async function oneAhead(): Promise<void> {
  let last = await trainer.submitStep()
  for (let i = 1; i < steps; i++) {
    const next = await trainer.submitStep()
    await last.read()
    last = next
  }
  await last.read()
}

async function measure(way: () => Promise<void>): Promise<Figures> {
  const began = performance.now()
  const before = process.cpuUsage()
  await way()
  const { user, system } = process.cpuUsage(before)
  const wall = performance.now() - began
  return { wall: wall / steps, processor: (user + system) / 1000 / steps, idle: await standstill(way) }
}

/** The GPU's milliseconds between the end of one submission and the start of the next, on the average over what `way` submits. */
async function standstill(way: () => Promise<void>): Promise<number> {
  const { queue } = gpu.device
  const clock = new PassClock(gpu)
  const submit = queue.submit
  const stamp = () => {
    const encoder = gpu.device.createCommandEncoder()
    encoder.beginComputePass({ timestampWrites: clock.next() }).end()
    return encoder.finish()
  }
  queue.submit = (commands) => submit.call(queue, [stamp(), ...commands, stamp()])
  await way()
  queue.submit = submit
  const resolving = gpu.device.createCommandEncoder()
  clock.resolve(resolving)
  queue.submit([resolving.finish()])
  const stamps = await clock.read()
  clock.destroy()
  let between = 0
  for (let i = 2; i < stamps.length; i += 2) between += stamps[i]!.begin - stamps[i - 1]!.end
  return between / (stamps.length / 2 - 1)
}
