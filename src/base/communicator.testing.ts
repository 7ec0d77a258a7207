// Ranks within one process, for tests: what each gives is copied to the others when all have called.

import type { Communicator } from './communicator.js'
import { SignError } from './errors.js'

interface Call {
  readonly kind: 'exchange' | 'gather'
  readonly mine: Uint8Array
  readonly into: Uint8Array
  readonly done: () => void
  readonly fail: (error: unknown) => void
}

/** So many ranks. `lose` ends one of them: what the others wait for then, and whatever they call later, fails. */
export function ranksInProcess(size: number): { readonly ranks: readonly Communicator[]; lose(rank: number): void } {
  const calls = new Map<number, Call>()
  let lost: number | undefined
  const refusal = () => new SignError('ERR_RANKS', 'ranks', `wanted all ${size} ranks, got rank ${lost} ended`, 'Start again with --resume')
  const call = (rank: number, kind: Call['kind'], mine: Uint8Array, into: Uint8Array): Promise<void> =>
    new Promise((done, fail) => {
      if (lost !== undefined) return fail(refusal())
      calls.set(rank, { kind, mine, into, done, fail })
      if (calls.size === size) serve([...calls].sort(([a], [b]) => a - b).map(([, one]) => one))
    })
  const serve = (all: readonly Call[]): void => {
    calls.clear()
    const [{ kind, mine }] = all as [Call]
    for (const one of all) if (one.kind !== kind || one.mine.length !== mine.length) throw new Error('ranks call different things')
    const block = kind === 'exchange' ? mine.length / size : mine.length
    for (const [to, { into }] of all.entries())
      for (const [j, from] of all.entries())
        into.set(kind === 'exchange' ? from.mine.subarray(to * block, (to + 1) * block) : from.mine, j * block)
    for (const { done } of all) done()
  }
  const ranks = Array.from(
    { length: size },
    (_, rank): Communicator => ({
      rank,
      size,
      localRank: rank,
      exchange: (mine, into) => call(rank, 'exchange', mine, into),
      gather: (mine, into) => call(rank, 'gather', mine, into),
      close: async () => {},
    }),
  )
  const lose = (rank: number): void => {
    lost = rank
    for (const { fail } of calls.values()) fail(refusal())
    calls.clear()
  }
  return { ranks, lose }
}
