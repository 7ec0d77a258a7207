// What memory a model and its programs ask for: arenas that last, and slots that activations share by live range.

import { formatTable } from '../base/table.js'
import { bytesOf, type SlotPlan } from '../device/memory.js'
import type { TrainedGroup } from '../train/task.js'

export interface ArenaSize {
  readonly name: string
  readonly bytes: number
}

/** A tensor in its slot, alive from one dispatch to another; -1 before the first, the number of dispatches after the last. */
export interface PlacedTensor {
  readonly name: string
  readonly slot: number
  readonly bytes: number
  readonly first: number
  readonly last: number
}

export interface ProgramMemory {
  readonly name: string
  readonly dispatches: number
  /** Bytes of each slot. */
  readonly slots: readonly number[]
  readonly tensors: readonly PlacedTensor[]
}

export interface MemoryPlan {
  readonly arenas: readonly ArenaSize[]
  readonly programs: readonly ProgramMemory[]
}

/** The arenas of a group: weights and positions, in training also gradients, the optimiser's moments and copies as halves; and weights of a frozen model. */
export function groupArenas({ name: group, weights, tables, frozen }: TrainedGroup): ArenaSize[] {
  const arenas = [weights.values, weights.grads, weights.first, weights.second, weights.halves].flatMap((store) => store?.buffers ?? [])
  return [
    ...[...arenas, ...tables].map(({ label, size }) => ({
      name: group === '' || label.startsWith(group) ? label : `${group} ${label}`,
      bytes: size,
    })),
    ...(frozen ? [{ name: 'frozen weights', bytes: total(frozen.values.buffers.map(({ size }) => size)) }] : []),
  ]
}

/** A program's slots, with who lives in them when. */
export function programMemory(name: string, dispatches: number, { slots, slotOf, firstUse, lastUse }: SlotPlan): ProgramMemory {
  const tensors = [...slotOf].map(([tensor, slot]) => ({
    name: tensor.name,
    slot,
    bytes: bytesOf(tensor),
    first: firstUse.get(tensor)!,
    last: lastUse.get(tensor)!,
  }))
  return { name, dispatches, slots, tensors }
}

export const total = (sizes: readonly number[]): number => sizes.reduce((sum, bytes) => sum + bytes, 0)

/** Bytes its tensors would take without sharing. */
export const unshared = ({ tensors }: ProgramMemory): number => total(tensors.map(({ bytes }) => bytes))

export const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 2 : 0)} MiB`

/** The plan as a text table. */
export function formatMemory({ arenas, programs }: MemoryPlan): string {
  const rows = [
    ['memory', 'size', 'buffers', 'tensors', 'without sharing', 'dispatches'],
    ...arenas.map(({ name, bytes }) => [name, mebibytes(bytes), '', '', '', '']),
    ...programs.map((program) => [
      `activations of ${program.name}`,
      mebibytes(total(program.slots)),
      String(program.slots.length),
      String(program.tensors.length),
      mebibytes(unshared(program)),
      String(program.dispatches),
    ]),
  ]
  return formatTable(rows)
}
