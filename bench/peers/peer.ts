// What a peer is, and how its process answers: requests are lines of JSON on standard input, replies lines on descriptor 3.
// torch_peer.py speaks the same.

import { readFileSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { waitFor } from '../../src/platform/node/polite_wait.js'
import type { Task } from './tasks.js'

/** A task made ready: inputs on the device, programs compiled. Its process does nothing else, and ends with it. */
export interface Work {
  /** Does it once from its inputs; numbers to compare: of a step, the first losses. Called once, first. */
  result(): Promise<number[]>
  /** Does it so many times and waits for the end once. */
  run(times: number): Promise<void>
}

export interface Peer extends Hello {
  /** Polls for completion from the event loop of a machine whose processor does the work: napping between polls may help. */
  readonly polls: boolean
  /** Throws `Unable` for what the library cannot do. */
  prepare(task: Task): Promise<Work>
}

/** Says why a peer has no figure. */
export class Unable extends Error {}

export type Request = { readonly prepare: Task } | { readonly time: true }

export interface Hello {
  readonly device: string
  readonly versions: Readonly<Record<string, string>>
  /** Of ours: the adapter is a CPU posing as a GPU. */
  readonly software?: boolean
  /** Of a peer that is asked to compute in less than float32: the largest relative error of one rounding. */
  readonly rounding?: number
}
export interface Ready {
  readonly result: readonly number[]
}
export interface Sample {
  /** Of one link of the chain. */
  readonly ms: number
  readonly times: number
  /** A `Waiting`, or what another language has in its place. */
  readonly waiting: string
}
export interface Failure {
  readonly unable: string
}
export type Waiting = 'as shipped' | 'napping'

/** A sample is about this long, so that its wait is a small part of it. */
const SAMPLE_MS = 250
const MOST_TIMES = 256
/** A run longer than this is neither warmed up again nor tried with both ways of waiting. */
const LONG_MS = 2000

interface Readied {
  readonly task: Task
  readonly work: Work
  readonly times: number
  readonly waiting: Waiting
}

/** Answers requests until standard input ends, then ends the process. */
export async function serve(open: () => Promise<Peer>): Promise<never> {
  // Libraries print; only replies are meant for the one who asks.
  const reply = (message: Hello | Ready | Sample | Failure) => writeSync(3, `${JSON.stringify(message)}\n`)
  let readied: Readied | undefined
  try {
    const peer = await open()
    const { device, versions, software } = peer
    reply({ device, versions, ...(software === undefined ? {} : { software }) })
    for await (const line of createInterface({ input: process.stdin })) {
      const request = JSON.parse(line) as Request
      try {
        if ('prepare' in request) {
          const work = await waitFor(peer.prepare(request.prepare), peer.polls)
          const result = await waitFor(work.result(), peer.polls)
          readied = { task: request.prepare, work, ...(await settle(peer, work)) }
          reply({ result })
        } else {
          const { task, work, times, waiting } = readied!
          reply({ ms: (await spent(work, times, waiting)) / times / task.chain, times, waiting })
        }
      } catch (error) {
        reply({ unable: said(error) })
      }
    }
  } catch (error) {
    reply({ unable: said(error) })
  }
  process.exit()
}

/** The version of a package installed here. */
export function installedVersion(name: string): string {
  return (JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), 'utf8')) as { version: string }).version
}

const said = (error: unknown): string => (error instanceof Unable ? error.message : String(error)).split('\n')[0]!

/** Warms up, takes the better way of waiting, and finds how many runs make a sample. What takes long naps: there it always helped. */
async function settle(peer: Peer, work: Work): Promise<Pick<Readied, 'times' | 'waiting'>> {
  const patient = peer.polls ? 'napping' : 'as shipped'
  if ((await spent(work, 1, patient)) > LONG_MS) return { waiting: patient, times: 1 }
  const best = { 'as shipped': Number.POSITIVE_INFINITY, napping: Number.POSITIVE_INFINITY }
  const ways: Waiting[] = peer.polls ? ['as shipped', 'napping', 'as shipped', 'napping'] : ['as shipped', 'as shipped']
  for (const way of ways) best[way] = Math.min(best[way], await spent(work, 1, way))
  const waiting = best.napping < best['as shipped'] ? 'napping' : 'as shipped'
  return { waiting, times: Math.max(1, Math.min(MOST_TIMES, Math.round(SAMPLE_MS / best[waiting]))) }
}

async function spent(work: Work, times: number, waiting: Waiting): Promise<number> {
  const began = performance.now()
  await waitFor(work.run(times), waiting === 'napping')
  return performance.now() - began
}
