// The ranks that mpirun started. A call that other ranks do not come to is not waited for without end: one that has ended on this machine is seen
// at once, anything else after a time.

import { setTimeout as nap, setImmediate as turn } from 'node:timers/promises'
import { type Communicator, EndedElsewhere, gatherValues } from '../../../base/communicator.js'
import { bug, exitStatus, SignError } from '../../../base/errors.js'
import { fateOf, type ProcessId, thisProcess } from '../../../base/process_id.js'
import type { Mpi, Request } from './library.js'

export interface WaitOptions {
  /** Seconds after which ranks that do not come to a call are given up. */
  readonly timeout: number
}

// Ranks that come to a call at the same time have it done within this; then a core is worth more than a millisecond.
const SPIN_MS = 5
const NAP_MS = 1
// Each moves some bytes of a long message.
const TESTS_A_NAP = 16
const LOOK_MS = 200
/** Ranks that work look a while later; of those that hang, mpirun makes an end. */
const OUTLAST_MS = 10_000
const MOST_BYTES = 2 ** 31 - 1

const GO_ON = 'go on from the last checkpoint with --resume, on as many ranks as you like'

export class MpiCommunicator implements Communicator {
  readonly rank: number
  readonly size: number
  readonly #mpi: Mpi
  readonly #timeout: number
  #peers: readonly ProcessId[] = []
  #closed = false

  private constructor(mpi: Mpi, { timeout }: WaitOptions) {
    this.rank = mpi.rank
    this.size = mpi.size
    this.#mpi = mpi
    this.#timeout = timeout
  }

  /** Over MPI as it was begun. Throws ERR_RANKS where a rank does not come. */
  static async open(mpi: Mpi, options: WaitOptions): Promise<MpiCommunicator> {
    const communicator = new MpiCommunicator(mpi, options)
    communicator.#peers = await gatherValues(communicator, thisProcess())
    return communicator
  }

  get localRank(): number {
    const host = this.#peers[this.rank]!.host
    return this.#peers.slice(0, this.rank).filter((peer) => peer.host === host).length
  }

  exchange(mine: Uint8Array, into: Uint8Array): Promise<void> {
    return this.#done(this.#mpi.exchange(mine, into, blockBytes(mine.length / this.size)))
  }

  gather(mine: Uint8Array, into: Uint8Array): Promise<void> {
    return this.#done(this.#mpi.gather(mine, into, blockBytes(mine.length)))
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#mpi.finalize()
  }

  async #done(request: Request): Promise<void> {
    const began = performance.now()
    let looked = began
    while (!this.#mpi.isDone(request)) {
      const now = performance.now()
      if (now - began < SPIN_MS) {
        await turn()
        continue
      }
      if (now - looked > LOOK_MS) {
        looked = now
        this.#look((now - began) / 1000)
      }
      await nap(NAP_MS)
      for (let i = 1; i < TESTS_A_NAP; i++) if (this.#mpi.isDone(request)) return
    }
  }

  /** Throws where ranks are gone: the first that is left says so. */
  #look(waited: number): void {
    const { rank, size } = this
    const ended = this.#peers.flatMap((peer, i) => (fateOf(peer) === 'ended' ? [i] : []))
    if (ended.length > 0) {
      const speaker = this.#peers.findIndex((_, i) => !ended.includes(i))
      if (speaker !== rank) throw new EndedElsewhere(speaker, exitStatus.ERR_RANKS)
      const who = ended.map((i) => `rank ${i} (process ${this.#peers[i]!.pid} on ${this.#peers[i]!.host})`).join(', ')
      const problem = `wanted all ${size} ranks to go on, got the end of ${who}`
      process.once('exit', () => this.#outlast())
      throw new SignError('ERR_RANKS', `rank ${rank}`, problem, `See what it said, and ${GO_ON}`)
    }
    if (waited < this.#timeout) return
    const problem = `wanted all ${size} ranks to come to the same place within ${this.#timeout} s, got at least one that does not`
    throw new SignError('ERR_RANKS', `rank ${rank}`, problem, `Look for the one that hangs, or pass a longer --rank-timeout, and ${GO_ON}`)
  }

  /** After the word of this rank: stays until the others have ended, for a rank that looks when it is gone would speak too. */
  #outlast(): void {
    const until = performance.now() + OUTLAST_MS
    const left = () => this.#peers.some((peer, i) => i !== this.rank && fateOf(peer) === 'runs')
    while (left() && performance.now() < until) sleep(NAP_MS * TESTS_A_NAP)
  }
}

/** Sleeps without giving way to anything. */
const sleep = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

function blockBytes(bytes: number): number {
  if (bytes > MOST_BYTES || !Number.isInteger(bytes)) throw bug('ranks', `wanted blocks of at most ${MOST_BYTES} bytes, got ${bytes}`)
  return bytes
}
