// The service under load, as a process of its own: one client after another against many at once, clients who vanish, read nothing or send nonsense,
// and its end while requests are in.
//
//   npm run bench:service -- --seconds 60 --out bench/results/service-lavapipe.json

import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeWhole } from '../src/base/files.js'
import { savePoseCheckpoint } from '../src/checkpoint/file.js'
import { type Preset, presets } from '../src/model/config.js'
import { parameterSpecs } from '../src/model/parameters.js'
import { SignModel } from '../src/model/sign_model.js'
import { initialTensors } from '../src/nn/init.js'
import { openGpu } from '../src/platform/node/open.js'
import { atLeastOne, benchArguments, chosenOf, common } from './arguments.js'
import { askOnce, type Ended, malformed, patient, pause, unreading, vanishing } from './service/clients.js'
import { noiseGroup, noiseWords } from './training_step.js'

const { values } = benchArguments(
  'bench:service',
  {
    ...common,
    preset: { type: 'string', default: 'pt-base', help: '<name> sizes of the model, whose weights are random' },
    clients: { type: 'string', default: '64', help: '<n> clients at once' },
    seconds: { type: 'string', default: '60', help: '<n> how long they ask' },
    nonsense: { type: 'string', default: '5000', help: '<n> malformed requests' },
  },
  { about: 'Measures signllm serve: throughput, latency, memory, and what it does with clients who are not as they should be.' },
)
const asNumber = (name: 'clients' | 'seconds' | 'nonsense') => atLeastOne('bench:service', `--${name}`, values[name])
const [clients, seconds, nonsense] = [asNumber('clients'), asNumber('seconds'), asNumber('nonsense')]
const [preset] = chosenOf('bench:service', [values.preset], Object.keys(presets)) as [Preset]

const WORDS = 64
/** Of every motion: 2.4 s. */
const FRAMES = 60
const words = noiseWords(WORDS)
let asked = 0
/** Sentences of two to nine words. */
const textOf = (): string => Array.from({ length: 2 + (asked++ % 8) }, (_, i) => words[(7 * asked + 3 * i) % words.length]).join(' ')

const folder = await mkdtemp(join(tmpdir(), 'signllm-service-'))
try {
  const path = join(folder, 'noise.safetensors')
  const adapter = await saveModel(path)
  const report = { adapter, node: process.version, preset, clients, ...(await measured(path)) }
  const text = JSON.stringify(report, null, 2)
  process.stdout.write(`${text}\n`)
  if (values.out) await writeWhole(values.out, `${text}\n`)
} finally {
  await rm(folder, { recursive: true })
}
process.exit()

async function saveModel(path: string): Promise<string> {
  const { gpu } = await openGpu({ adapter: values.adapter })
  const model = new SignModel(gpu)
  const description = noiseGroup({ ...presets[preset], maxFrames: FRAMES, maxTokens: 16 }, WORDS)
  const tensors = initialTensors(parameterSpecs(description.config, description.vocabulary.size), 27)
  // A counter that nothing was learned of goes at its least pace, so that every motion has as many frames as there may be.
  const { data, shape } = tensors.get('pose/weight')!
  data.fill(0, description.config.numbers * shape[1]!, (description.config.numbers + 1) * shape[1]!)
  model.addLanguage(description, { tensors })
  await savePoseCheckpoint(path, model)
  await gpu.destroy()
  return gpu.label
}

async function measured(model: string) {
  const service = await served(model)
  const { url } = service
  await askOnce(url, textOf())
  const alone = await patient(url, performance.now() + (1000 * seconds) / 3, textOf)
  const memory: number[] = []
  const sampling = setInterval(() => void service.memory().then((mebibytes) => memory.push(mebibytes)), 500)
  const together = (
    await Promise.all(Array.from({ length: clients }, () => patient(url, performance.now() + 1000 * seconds, textOf)))
  ).flat()
  clearInterval(sampling)
  const [one, many] = [rateOf(alone, seconds / 3), rateOf(together, seconds)]
  return {
    oneAfterAnother: { ...one, ...latencies(alone) },
    together: {
      ...many,
      ...latencies(together),
      statuses: counts(together.map(({ status }) => status)),
      cut: together.filter(({ status, whole }) => status === 200 && !whole).length,
    },
    timesAsMany: many.perSecond / one.perSecond,
    memory: { afterTenth: memory[Math.floor(memory.length / 10)], last: memory.at(-1), most: Math.max(...memory) },
    vanished: await whereClientsVanish(url),
    unread: await whereNobodyReads(url),
    nonsense: counts(await whereNonsenseComes(url)),
    memoryAtTheEnd: await service.memory(),
    stopped: await whereItStops(service),
  }
}

/** Two hundred clients go after a frame or two; the places that they leave are counted. */
async function whereClientsVanish(url: string) {
  for (let i = 0; i < 200; i += 20) await Promise.all(Array.from({ length: 20 }, (_, k) => vanishing(url, textOf(), 1 + (k % 3))))
  await pause(1000)
  return { clients: 200, ...((await (await fetch(`${url}/healthz`)).json()) as object), next: (await askOnce(url, textOf())).status }
}

/** Sixteen clients, as many as there are rows, ask and read nothing; how long others wait meanwhile. */
async function whereNobodyReads(url: string) {
  const before = await askOnce(url, textOf())
  const ends = Array.from({ length: 16 }, () => unreading(url, textOf()))
  await pause(3000)
  const beside: Ended[] = []
  for (let i = 0; i < 5; i++) beside.push(await askOnce(url, textOf()))
  for (const end of ends) end()
  return { secondsBefore: before.seconds, ...latencies(beside) }
}

async function whereNonsenseComes(url: string): Promise<number[]> {
  const statuses: number[] = []
  let next = 0
  const send = async (): Promise<void> => {
    while (next < nonsense) statuses.push(await malformed(url, next++))
  }
  await Promise.all(Array.from({ length: 16 }, send))
  return statuses
}

/** Asked to end while requests are in: each is to be answered to its end. */
async function whereItStops(service: Served) {
  const running = Array.from({ length: 24 }, () => askOnce(service.url, textOf()))
  await pause(100)
  const status = service.end()
  const ended = await Promise.all(running)
  return { requests: ended.length, finished: ended.filter(({ whole }) => whole).length, exitStatus: await status }
}

interface Served {
  readonly url: string
  /** Resident, in MiB. */
  memory(): Promise<number>
  /** Sends SIGTERM; resolves to the exit status. */
  end(): Promise<number | null>
}

function served(model: string): Promise<Served> {
  const adapter = values.adapter === undefined ? [] : ['--adapter', values.adapter]
  const words = ['--import', 'tsx', 'src/cli.ts', ...adapter, 'serve', '--model', model, '--port', '0', '--rows', '16', '--queue', '32']
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const memory = async (): Promise<number> => Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${child.pid}/status`, 'utf8'))![1]) / 1024
  const end = (): Promise<number | null> => {
    child.kill('SIGTERM')
    return ended
  }
  process.once('exit', () => child.kill())
  return new Promise((resolve, reject) => {
    let said = ''
    child.stderr.on('data', (text) => {
      said += text
      const url = /at (http:\S+)/.exec(said)?.[1]
      if (url) resolve({ url, memory, end })
    })
    void ended.then(() => reject(new Error(said)))
  })
}

function rateOf(ended: readonly Ended[], seconds: number) {
  const answered = ended.filter(({ status }) => status === 200)
  const frames = answered.reduce((sum, one) => sum + one.frames, 0)
  return { answered: answered.length, perSecond: answered.length / seconds, framesPerSecond: frames / seconds }
}

function latencies(ended: readonly Ended[]) {
  const sorted = ended.flatMap(({ status, seconds }) => (status === 200 ? [seconds] : [])).sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
  return { p50: at(0.5), p99: at(0.99) }
}

function counts(statuses: readonly number[]): Record<string, number> {
  const all: Record<string, number> = {}
  for (const status of statuses) all[status] = (all[status] ?? 0) + 1
  return all
}
