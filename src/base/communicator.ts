// Processes that do one thing together, each with a number of its own, its rank. All of them call the same things in the same order.

import { deserialize, serialize } from 'node:v8'

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
