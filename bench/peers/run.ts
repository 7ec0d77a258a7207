// Ours and others' engines at the same work, on the same adapter, by turns in one run; results are compared before anything is timed.
//
//   npm ci --prefix bench/peers                       installs the peers, 600 MB, once; PyTorch is taken from python3 where it is there
//   npm run bench:peers                               the table, bench/results/peers-<driver>.json and the table as .md
//   npm run bench:peers -- --only linear,encoder --peers tfjs,jax-wasm --rounds 3 --out some.json
//   npm run bench:peers -- --adapter embedded --rounds 3
//   npm run bench:peers -- --resume                   goes on from what the file holds: each round is written when it is over
//   npm run bench:peers -- --small --rounds 1         whether all agree, in two minutes; not for its times
//
// lavapipe starts four threads a core for all of them, as for the training of a wide model, unless the environment says LP_NUM_THREADS.
//
// Every peer is for every task a process of its own, which rests while another works. A cell says how many times ours the peer takes: by
// medians, and in brackets by minima. '> 150 s' stands where a peer was not ready, or one sample not over, within --limit seconds; --patience
// are the seconds of samples after which a slow peer sits out further rounds. --time-wrong also times peers whose results are others than
// ours; their cells end in '!'. On a GPU, PyTorch on CUDA takes the place of the peers on the CPU, and large tasks are added.

import { existsSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { SignError } from '../../src/base/errors.js'
import { writeWhole } from '../../src/base/files.js'
import { formatTable } from '../../src/base/table.js'
import { spreadOverThreads } from '../../src/platform/node/driver_threads.js'
import { atLeastOne, benchArguments, chosenOf, common } from '../arguments.js'
import { compare } from './compare.js'
import type { Hello } from './peer.js'
import { PeerProcess } from './peer_process.js'
import { chosenPeers } from './peers.js'
import { FORMAT, isComplete, LONGER, markdownTable, missingPeers, type Part, type PeersReport, ratioRows, readReport } from './report.js'
import { tasks } from './tasks.js'

const WHO = 'bench:peers'
const { values, names: wantedTasks } = benchArguments(
  WHO,
  {
    ...common,
    only: { type: 'string', help: '<names> run only tasks whose names begin so, separated by commas' },
    peers: {
      type: 'string',
      default: '',
      help: '<names> compare only with these engines, separated by commas (default: all that are installed)',
    },
    rounds: { type: 'string', default: '7', help: '<n> rounds of samples' },
    limit: { type: 'string', default: '150', help: '<seconds> abort an engine that takes longer to start or for one sample' },
    patience: { type: 'string', default: '40', help: '<seconds> skip further rounds of an engine after so much time in samples' },
    small: { type: 'boolean', default: false, help: 'small shapes: check that results agree, in two minutes; not for times' },
    resume: { type: 'boolean', default: false, help: 'resume an interrupted run from its result file' },
    'time-wrong': { type: 'boolean', default: false, help: 'also time engines whose results differ from ours' },
    verbose: { type: 'boolean', default: false, help: 'print what the engines print' },
  },
  { about: 'Times the same work in tfjs, jax-js, ONNX Runtime, PyTorch and this engine, alternately; results are compared first.' },
)
spreadOverThreads()
const say = (line: string) => (values.json ? process.stderr : process.stdout).write(`${line}\n`)
const rounds = atLeastOne(WHO, '--rounds', values.rounds)
const patience = 1000 * atLeastOne(WHO, '--patience', values.patience)
const starting = { adapter: values.adapter, verbose: values.verbose, limit: 1000 * atLeastOne(WHO, '--limit', values.limit) }
if (!existsSync(fileURLToPath(new URL('node_modules', import.meta.url)))) {
  throw new SignError('ERR_USAGE', WHO, 'wanted the peers installed, got none', 'Run npm ci --prefix bench/peers')
}

const ours = await greetOurs()
const names = chosenPeers(values.peers, ours.software === true)
const known = tasks(values.small ? 'small' : ours.software ? 'usual' : 'large')
const listed = chosenOf(
  WHO,
  wantedTasks,
  known.map(({ name }) => name),
)
const wanted = known.filter(({ name }) => listed.includes(name))
// A run of some of them must not replace the whole one, unless it adds to it.
const whole = wantedTasks.length === 0 && values.peers === '' && !values.small
const out = values.out ?? (whole || values.resume ? `bench/results/peers-${driverName(ours.device)}.json` : undefined)

const before = values.resume && out ? await readReport(out) : undefined
const hellos = new Map<string, Hello | string>(Object.entries(before?.peers ?? {}))
const absent = new Map<string, string>()
const parts: Part[] = (before?.parts ?? []).filter(isComplete)
const began = performance.now()
for (const task of wanted) {
  const missing = missingPeers(parts, task.name, names)
  if (missing.length === 0) continue
  const save = (part: Part) => write([...parts, part])
  const options = { ...starting, rounds, patience, timeWrong: values['time-wrong'], absent, introduce, save }
  const part = await compare(task, ['ours', ...missing.filter((name) => name !== 'ours')], options)
  parts.push(part)
  for (const [name, got] of Object.entries(part.peers))
    if (typeof got === 'string' && !absent.has(name)) say(`${task.name}, ${name}: ${got}`)
  say(`${task.name}: done ${((performance.now() - began) / 1000).toFixed(0)} s after the start`)
}
const report = reportOf(parts)
say(`\n${formatTable(ratioRows(report))}`)
if (values.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
await write(parts)

async function greetOurs(): Promise<Hello> {
  const one = await PeerProcess.start('ours', starting)
  await one.end()
  if (one.hello) return one.hello
  throw new SignError('ERR_DEVICE', WHO, `wanted our engine, got ${one.failure}`, 'Run signllm doctor')
}

/** Says once what a peer is, or why it is not there. */
function introduce(name: string, what: Hello | string): void {
  if (typeof hellos.get(name) === 'object' || absent.has(name)) return
  hellos.set(name, what)
  // One that was late may be in time for the next task.
  if (typeof what === 'string' && !what.startsWith(LONGER)) absent.set(name, what)
  const versions = typeof what === 'string' ? [] : Object.entries(what.versions).map(([of, version]) => `${of} ${version}`)
  say(`${name}: ${typeof what === 'string' ? what : `${what.device}; ${versions.join(', ')}`}`)
}

function reportOf(parts: readonly Part[]): PeersReport {
  const driverThreads = Number(process.env.LP_NUM_THREADS)
  const machine = { processor: cpus()[0]?.model ?? 'unknown', cores: cpus().length, driverThreads, node: process.version }
  return { format: FORMAT, machine, peers: Object.fromEntries(hellos), parts }
}

/** Writes what there is; a table beside it. */
async function write(parts: readonly Part[]): Promise<void> {
  if (!out) return
  const report = reportOf(parts)
  await writeWhole(out, `${JSON.stringify(report, null, 2)}\n`)
  await writeWhole(out.replace(/(\.json)?$/, '.md'), `${markdownTable(ratioRows(report))}\n`)
}

/** `lavapipe`, `swiftshader`, or the adapter's name as a file's. */
function driverName(device: string): string {
  const name = device.toLowerCase()
  if (name.includes('llvmpipe')) return 'lavapipe'
  return name.includes('swiftshader') ? 'swiftshader' : name.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '')
}
