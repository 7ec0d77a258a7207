// What a pickle may hold, and what its lists and dictionaries are while they are filled.

import type { NpyArray } from '../npy.js'
import { Bytes, Dtype, Global, type ObjectArray, Reconstructed, Tuple } from './numpy.js'

/** What a pickle may hold. */
export type PickleValue = null | boolean | number | string | PickleList | PickleDict | NpyArray | ObjectArray
export type PickleList = readonly PickleValue[]
export type PickleDict = ReadonlyMap<string, PickleValue>

export class List {
  readonly items: unknown[] = []
  depth = 1
  readonly isFirst: boolean
  constructor(isFirst: boolean) {
    this.isFirst = isFirst
  }
}

export class Dict {
  readonly entries = new Map<string, PickleValue>()
  depth = 1
}

/** A value that may be part of the result, and how deep it is. */
export interface Whole {
  readonly value: PickleValue
  readonly depth: number
}

/** What a value is once it is whole; undefined for a tuple, bytes and what else stands only for the making of arrays. */
export function wholeOf(value: unknown): Whole | undefined {
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') return { value, depth: 0 }
  if (value instanceof List) return { value: value.items as PickleValue[], depth: value.depth }
  if (value instanceof Dict) return { value: value.entries, depth: value.depth }
  if (value instanceof Reconstructed && value.value) return { value: value.value as NpyArray | ObjectArray, depth: value.depth }
  return undefined
}

/** In words, for messages. */
export function kindOf(value: unknown): string {
  if (value instanceof Tuple) return 'a tuple'
  if (value instanceof Bytes) return 'bytes'
  if (value instanceof Global) return 'a name of numpy'
  if (value instanceof Dtype) return 'a dtype'
  if (value instanceof Reconstructed) return 'an array without its state'
  return 'something else'
}
