// What NumPy has in a pickle: `_reconstruct(ndarray, (0,), b"b")` and `dtype("f4", False, True)`, each followed by the state it is given. Only these two can be
// "called", and neither is code: they are recognised by name and their arguments checked one by one.

import { type NpyArray, numbersOf } from '../npy.js'

/** A tuple while the pickle is read; it is never part of what is returned. */
export class Tuple {
  readonly items: readonly unknown[]
  /** 1 for a tuple without tuples in it. */
  readonly depth: number
  constructor(items: readonly unknown[], depth: number) {
    this.items = items
    this.depth = depth
  }
}

/** Bytes where they lie in the file. */
export class Bytes {
  readonly bytes: Uint8Array
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
}

export class Global {
  readonly name: 'reconstruct' | 'ndarray' | 'dtype'
  constructor(name: Global['name']) {
    this.name = name
  }
}

/** The names that may stand in a file: NumPy 2 renamed the module. */
export const globals: ReadonlyMap<string, Global> = new Map([
  ['numpy.core.multiarray _reconstruct', new Global('reconstruct')],
  ['numpy._core.multiarray _reconstruct', new Global('reconstruct')],
  ['numpy ndarray', new Global('ndarray')],
  ['numpy dtype', new Global('dtype')],
])

export class Dtype {
  /** As the pickle calls it: `f4`, or `O8` for objects. */
  readonly name: string
  /** `<` or `|` once its state is known. */
  order: string | undefined
  constructor(name: string) {
    this.name = name
  }
}

/** An array from its making until it has its state. */
export class Reconstructed {
  value: NpyArray | ObjectArray | undefined
  /** Of the lists and dictionaries in it. */
  depth = 1
}

/** An array of Python objects, in C order. */
export interface ObjectArray {
  readonly shape: readonly number[]
  readonly objects: readonly unknown[]
}

/** Axes of an array that a file of poses could have. */
const MOST_AXES = 8
/** Bytes of one array. */
const MOST_BYTES = 2 ** 30

/** `wanted …`, and what there was instead. */
export type Problem = readonly [wanted: string, got: string]

const isProblem = (value: unknown): value is Problem => Array.isArray(value)

/** What the call of a global makes, or what is wrong with it. */
export function called(callee: unknown, args: unknown): Dtype | Reconstructed | Problem {
  if (!(callee instanceof Global) || !(args instanceof Tuple)) return ['a call of numpy', 'another']
  const { items } = args
  if (callee.name === 'dtype') {
    const plain = items.length === 3 && typeof items[0] === 'string' && typeof items[1] === 'boolean' && typeof items[2] === 'boolean'
    return plain ? new Dtype(items[0] as string) : ['the arguments of a dtype', `${items.length} others`]
  }
  if (callee.name === 'ndarray') return ['a call of _reconstruct or dtype', 'one of numpy.ndarray']
  const [kind, shape, type] = items
  const usual = items.length === 3 && kind instanceof Global && kind.name === 'ndarray' && shape instanceof Tuple && type instanceof Bytes
  return usual ? new Reconstructed() : ['the arguments of _reconstruct', `${items.length} others`]
}

/** Gives a dtype its state `(3, "<", None, None, None, -1, -1, flags)`; returns what is wrong with it. */
export function buildDtype(dtype: Dtype, state: unknown): Problem | undefined {
  if (dtype.order !== undefined) return ['one state of a dtype', 'a second']
  const items = state instanceof Tuple ? state.items : []
  const [version, order, ...rest] = items
  const plain = items.length === 8 && version === 3 && rest.slice(0, 3).every((item) => item === null)
  if (!plain || (order !== '<' && order !== '|')) return ['a little-endian dtype without fields', 'another']
  dtype.order = order
  return undefined
}

/** Gives an array its state `(1, shape, dtype, is_fortran, bytes or list)`; returns what is wrong with it. `list` is what its list holds, where it is one. */
export function buildArray(
  array: Reconstructed,
  state: unknown,
  listOf: (value: unknown) => readonly unknown[] | undefined,
): Problem | undefined {
  if (array.value) return ['one state of an array', 'a second']
  const [version, shape, dtype, fortran, data] = state instanceof Tuple && state.items.length === 5 ? state.items : []
  if (version !== 1 || !(shape instanceof Tuple) || !(dtype instanceof Dtype) || typeof fortran !== 'boolean')
    return ['the state of an array', 'another']
  const axes = axesOf(shape)
  if (isProblem(axes)) return axes
  if (fortran && axes.shape.length > 1) return ['an array in C order', 'Fortran order']
  if (dtype.order === undefined) return ['a dtype with its state', 'one without']
  const list = listOf(data)
  if (dtype.name === 'O8' || dtype.name === 'O') {
    if (!list || list.length !== axes.count) return [`${axes.count} objects of an array`, list ? String(list.length) : 'no list']
    array.value = { shape: axes.shape, objects: list }
    return undefined
  }
  if (!(data instanceof Bytes)) return [`the bytes of an array of '${dtype.name.slice(0, 20)}'`, list ? 'a list' : 'other data']
  const numbers = numbersOf(dtype.order + dtype.name, data.bytes)
  if (!numbers) return ['an array of plain little-endian numbers', `'${(dtype.order + dtype.name).slice(0, 20)}'`]
  const wanted = axes.count * numbers.itemSize
  if (data.bytes.length !== wanted) return [`${wanted} bytes for shape (${axes.shape.join(', ')})`, String(data.bytes.length)]
  array.value = { shape: axes.shape, data: numbers.read() }
  return undefined
}

function axesOf({ items }: Tuple): { shape: readonly number[]; count: number } | Problem {
  if (items.length > MOST_AXES) return [`at most ${MOST_AXES} axes`, String(items.length)]
  const shape = items.filter((axis): axis is number => typeof axis === 'number' && axis >= 0)
  if (shape.length !== items.length) return ['a shape', 'other than whole numbers']
  const count = shape.reduce((product, axis) => product * axis, 1)
  return count <= MOST_BYTES ? { shape, count } : [`an array of at most ${MOST_BYTES} bytes`, `shape (${shape.join(', ')})`]
}
