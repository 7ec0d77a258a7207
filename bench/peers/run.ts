// Ours and others' engines at the same work, on the same adapter, by turns in one run; results are compared before anything is timed.
//
//   npm ci --prefix bench/peers                       installs the peers, 600 MB, once; PyTorch is taken from python3 where it is there
//   npm run bench:peers                               the table, and bench/results/peers-<driver>.json
//   npm run bench:peers -- --only linear,encoder --peers tfjs,jax-wasm --rounds 3
//   npm run bench:peers -- --adapter embedded --json
//   npm run bench:peers -- --small --rounds 1         whether all agree, in a minute; not for its times
//
// Every peer is for every task a process of its own, which rests while another works. A cell says how many times ours the peer takes: by
// medians, and in brackets by minima. --time-wrong also times peers whose results are others than ours; their cells end in '!'.

import { existsSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { SignError } from '../../src/base/errors.js'
import { writeWhole } from '../../src/base/files.js'
import { formatTable } from '../../src/base/table.js'
import { summarise } from '../../src/profile/timing.js'
import { largestDifference } from './agreement.js'
import type { Hello, Sample, Waiting } from './peer.js'
import { PeerProcess, peerNames } from './peer_process.js'
import { type Task, tasks } from './tasks.js'

interface Figures {
  readonly bestMs: number
  readonly medianMs: number
  readonly samplesMs: readonly number[]
  /** Runs in a sample. */
  readonly times: number
  readonly waiting: Waiting
  /** Largest difference from our result, by the largest number of it; above the tolerance only with --time-wrong. */
  readonly difference: number
}

/** A peer that is timed. */
interface Contender {
  readonly one: PeerProcess
  readonly result: readonly number[]
  readonly difference: number
  readonly samples: Sample[]
}

interface TaskReport {
  readonly task: string
  readonly sizes: Task['sizes']
  readonly chain: number
  readonly tolerance: number
  /** Load average before each round: what else the machine did. */
  readonly load: readonly number[]
  /** Figures, or why there are none. */
  readonly peers: Readonly<Record<string, Figures | string>>
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    adapter: { type: 'string' },
    only: { type: 'string', default: '' },
    peers: { type: 'string', default: '' },
    rounds: { type: 'string', default: '7' },
    small: { type: 'boolean', default: false },
    'time-wrong': { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
})
const listed = (names: string, name: string) => names === '' || names.split(',').some((prefix) => name.startsWith(prefix))
const say = (line: string) => (values.json ? process.stderr : process.stdout).write(`${line}\n`)
const rounds = Number(values.rounds)
if (!Number.isInteger(rounds) || rounds < 1) {
  throw new SignError('ERR_USAGE', 'bench:peers', `wanted --rounds of 1 or more, got ${values.rounds}`, 'Leave it out for 7')
}
if (!existsSync(fileURLToPath(new URL('node_modules', import.meta.url)))) {
  throw new SignError('ERR_USAGE', 'bench:peers', 'wanted the peers installed, got none', 'Run npm ci --prefix bench/peers')
}

const names = ['ours', ...peerNames.filter((name) => listed(values.peers, name))]
const hellos = new Map<string, Hello | string>()
const reports: TaskReport[] = []
for (const task of tasks(values.small).filter(({ name }) => listed(values.only, name))) {
  const report = await compare(task)
  reports.push(report)
  for (const [name, got] of Object.entries(report.peers)) if (typeof got === 'string') say(`${task.name}, ${name}: ${got}`)
  say(`${task.name}: ours ${milliseconds(report)}`)
}
say('')
say(table(reports))

const machine = { processor: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version }
const text = `${JSON.stringify({ machine, rounds, peers: Object.fromEntries(hellos), tasks: reports }, null, 2)}\n`
if (values.json) process.stdout.write(text)
// A run of some of them must not replace the whole one.
const whole = values.only === '' && values.peers === '' && !values.small
const out = values.out ?? (whole ? `bench/results/peers-${driverName(hellos.get('ours')!)}.json` : undefined)
if (out) await writeWhole(out, text)

/** One task by all peers: made ready, compared with ours, then timed by turns, another first in each round. */
async function compare(task: Task): Promise<TaskReport> {
  const peers: Record<string, Figures | string> = {}
  const ready: Contender[] = []
  for (const name of names) {
    const one = await PeerProcess.start(name, values.adapter, values.verbose)
    introduce(one)
    const result = await one.prepare(task)
    const difference = typeof result === 'string' ? 0 : largestDifference(ready[0]?.result ?? result, result)
    if (typeof result !== 'string' && (difference <= task.tolerance || values['time-wrong'])) {
      ready.push({ one, result, difference, samples: [] })
      continue
    }
    peers[name] = typeof result === 'string' ? result : `another result: ${difference.toExponential(1)} apart, ${task.tolerance} allowed`
    await one.end()
    if (name === 'ours') throw new SignError('ERR_KERNEL', task.name, `wanted our result, got ${peers[name]}`, 'Run npm test')
  }
  const load: number[] = []
  for (let round = 0; round < rounds; round++) {
    load.push(loadavg()[0]!)
    for (let turn = 0; turn < ready.length; turn++) {
      const { one, samples } = ready[(turn + round) % ready.length]!
      samples.push(await one.time())
    }
  }
  for (const { one, difference, samples } of ready) {
    const { best, median, samples: samplesMs } = summarise(samples.map(({ ms }) => ms))
    const { times, waiting } = samples[0]!
    peers[one.name] = { bestMs: best, medianMs: median, samplesMs, times, waiting, difference }
    await one.end()
  }
  return { task: task.name, sizes: task.sizes, chain: task.chain, tolerance: task.tolerance, load, peers }
}

/** Says once what a peer is, or why it is not there. */
function introduce({ name, hello, failure }: PeerProcess): void {
  if (hellos.has(name)) return
  const what = hello ?? failure!
  hellos.set(name, what)
  const versions = Object.entries(hello?.versions ?? {}).map(([of, version]) => `${of} ${version}`)
  say(`${name}: ${typeof what === 'string' ? what : `${what.device}; ${versions.join(', ')}`}`)
}

function table(reports: readonly TaskReport[]): string {
  const cell = ({ peers, tolerance }: TaskReport, name: string) => {
    const [ours, theirs] = [peers.ours as Figures, peers[name]]
    if (typeof theirs !== 'object') return '–'
    const wrong = theirs.difference > tolerance ? ' !' : ''
    return `${(theirs.medianMs / ours.medianMs).toFixed(2)} (${(theirs.bestMs / ours.bestMs).toFixed(2)})${wrong}`
  }
  const others = names.slice(1)
  return formatTable([
    ['their time by ours', 'ours, ms', ...others],
    ...reports.map((report) => [report.task, milliseconds(report), ...others.map((name) => cell(report, name))]),
  ])
}

function milliseconds({ peers }: TaskReport): string {
  const { medianMs, bestMs } = peers.ours as Figures
  return `${medianMs.toPrecision(3)} (${bestMs.toPrecision(3)})`
}

/** `lavapipe`, `swiftshader`, or the adapter's name as a file's. */
function driverName(ours: Hello | string): string {
  const device = (typeof ours === 'string' ? ours : ours.device).toLowerCase()
  if (device.includes('llvmpipe')) return 'lavapipe'
  return device.includes('swiftshader') ? 'swiftshader' : device.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '')
}
