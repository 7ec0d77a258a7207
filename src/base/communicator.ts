// Processes that do one thing together, each with a number of its own, its rank. All of them call the same things in the same order.

import { deserialize, serialize } from 'node:v8'
import { exitStatus, SignError } from './errors.js'

export interface Communicator {
  /** From 0 to below {@link size}. */
  readonly rank: number
  readonly size: number
  /** The number among the ranks of this machine. */
  readonly localRank: number
  /**
   * Block i of `mine` goes to rank i; block j of `into` is what rank j sent here. As many bytes in `mine` as in `into`, and on every rank: a
   * multiple of `size`. Neither may be touched meanwhile. Throws ERR_RANKS where a rank has ended or does not answer.
   */
  exchange(mine: Uint8Array, into: Uint8Array): Promise<void>
  /** Block j of `into` is what rank j gives; every rank gives as many bytes. Throws as {@link exchange}. */
  gather(mine: Uint8Array, into: Uint8Array): Promise<void>
  /** When all ranks have called it, none may be called any more. */
  close(): Promise<void>
}

/** What each rank gives, in their order: anything that `structuredClone` takes. Throws ERR_RANKS as {@link Communicator.exchange}. */
export async function gatherValues<T>(communicator: Communicator, value: T): Promise<T[]> {
  const { size } = communicator
  const mine = serialize(value)
  const lengths = new Uint32Array(size)
  await communicator.gather(bytesOf(Uint32Array.of(mine.length)), bytesOf(lengths))
  const block = Math.max(...lengths)
  const padded = new Uint8Array(block)
  padded.set(mine)
  const all = new Uint8Array(size * block)
  await communicator.gather(padded, all)
  return Array.from(lengths, (length, rank) => deserialize(all.subarray(rank * block, rank * block + length)) as T)
}

/** What rank 0 makes, on every rank. The others wait for it and make nothing. Throws ERR_RANKS as {@link Communicator.exchange}. */
export async function fromFirst<T>(communicator: Communicator, make: () => Promise<T>): Promise<T> {
  const made = communicator.rank === 0 ? await make() : undefined
  return (await gatherValues(communicator, made))[0]!
}

/** Whether any rank wishes so. Throws ERR_RANKS as {@link Communicator.exchange}. */
export async function anyRank(communicator: Communicator, wish: boolean): Promise<boolean> {
  const wishes = new Uint8Array(communicator.size)
  await communicator.gather(Uint8Array.of(wish ? 1 : 0), wishes)
  return wishes.includes(1)
}

/** The bytes of an array of numbers, not copied. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Uint32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

/** What a rank throws whose work ended because of what another one says: it says nothing itself. */
export class EndedElsewhere extends SignError {
  readonly #status: number

  /** @param rank the one that says why; @param status its exit status */
  constructor(rank: number, status: number) {
    super('ERR_RANKS', 'signllm', `wanted all ranks to go on, got the end of rank ${rank}`, 'See what that one says')
    this.#status = status
  }

  override get exitStatus(): number {
    return this.#status
  }
}

/**
 * Does `work`, as all ranks do at this place. Where it fails on some, the first of those throws its error, the others {@link EndedElsewhere}, and
 * the ranks are closed. Without ranks: does it.
 */
export async function together<T>(communicator: Communicator | undefined, work: () => Promise<T>): Promise<T> {
  if (!communicator) return work()
  const own = await work().then(
    (result) => ({ result }),
    (error: unknown) => ({ error }),
  )
  const status = 'error' in own ? (own.error instanceof SignError ? own.error.exitStatus : exitStatus.ERR_BUG) : 0
  const all = await gatherValues(communicator, status)
  const failed = all.findIndex((one) => one > 0)
  if (failed >= 0) await communicator.close()
  if ('error' in own && failed === communicator.rank) throw own.error
  if ('error' in own || failed >= 0) throw new EndedElsewhere(failed, all[failed]!)
  return own.result
}
