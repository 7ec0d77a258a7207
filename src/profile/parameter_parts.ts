// How many numbers each part of a model has, trained and frozen, and what they take.

import { formatTable } from '../base/table.js'
import { elements } from '../device/memory.js'
import { isTrainable } from '../nn/parameter_spec.js'
import type { TrainedGroup } from '../train/task.js'
import { mebibytes, total } from './memory_plan.js'

/** Parameters of one part of a model. */
export interface PartParameters {
  /** What their names begin with, numbers of layers left out: `encoder`. */
  readonly name: string
  readonly trained: number
  readonly frozen: number
}

/** The parameters of a group by parts, in their order, those of a frozen model last; padding is not counted, nor are running statistics. */
export function partParameters({ name: group, weights, frozen: beside }: TrainedGroup): PartParameters[] {
  const parts = new Map<string, PartParameters>()
  for (const spec of [...weights.specs, ...(beside?.specs ?? [])]) {
    if (spec.running) continue
    const name = [group, spec.name.split('/')[0]!.replace(/\.\d+.*$/, '')].filter(Boolean).join(' ')
    const { trained, frozen } = parts.get(name) ?? { trained: 0, frozen: 0 }
    const count = elements(spec.shape)
    parts.set(name, isTrainable(spec) ? { name, trained: trained + count, frozen } : { name, trained, frozen: frozen + count })
  }
  return [...parts.values()]
}

/** Parts as a text table, with what their numbers take stored as float32 and as halves. */
export function formatParts(parts: readonly PartParameters[]): string {
  const sum = (of: 'trained' | 'frozen') => total(parts.map((part) => part[of]))
  const all = { name: 'all', trained: sum('trained'), frozen: sum('frozen') }
  return formatTable([
    ['parameters', 'trained', 'frozen', 'as f32', 'as f16'],
    ...[...parts, ...(parts.length > 1 ? [all] : [])].map(({ name, trained, frozen }) => [
      name,
      ...[trained, frozen].map((count) => count.toLocaleString('en')),
      ...[4, 2].map((bytes) => mebibytes(bytes * (trained + frozen))),
    ]),
  ])
}
