// The thread that HDF5 runs in (hdf5.ts is its other side): a damaged file can make the C library loop for ever, or leave it in a state in which it fails for good
// files too, so it must be possible to give it up. JavaScript, because Node starts a thread from the file as it lies, in the sources too.

import { resolve } from 'node:path'
import { parentPort } from 'node:worker_threads'
import { Undo } from './undo.js'

/** @typedef {import('h5wasm/node')} Library */
/** @typedef {import('./hdf5.js').Hdf5Calls} Hdf5Calls */
/** @typedef {import('h5wasm/node').Group} Group */

/** An attribute beyond this is none of ours, and would be allocated before it is read. */
const LONGEST_ATTRIBUTE = 4 * 2 ** 20
const DEEPEST = 8
const LONGEST_NAME = 4096

/** @type {Library} */
let h5wasm
/** @type {Awaited<Library['ready']>} */
let library
/** @type {import('h5wasm/node').File} */
let file

/** The only path that may be opened: links to other files and data kept in other files are not followed. */
let allowed = ''
/** Bytes that the C library may use in all. */
let mostMemory = Number.POSITIVE_INFINITY
/** What the C library has complained of since it was last asked. */
let complaints = ''
/** @type {Undo} */
let undo

/** @type {Hdf5Calls} */
const calls = {
  async start() {
    h5wasm = await import('h5wasm/node')
    library = await h5wasm.ready
    listen()
    confine()
    undo = new Undo(/** @type {ConstructorParameters<typeof Undo>[0]} */ (/** @type {unknown} */ (library.FS)))
  },

  open(path, mode, memory) {
    allowed = path
    mostMemory = memory
    file = new h5wasm.File(path, mode)
  },

  names: () => namesIn(file, '', new Set([addressOf(file)])),

  describe(name, attributes) {
    const dataset = datasetAt(name)
    const { shape, chunks, size } = dataset.metadata
    return {
      shape: shape ?? [],
      dtype: JSON.stringify(dataset.dtype),
      packed: dataset.filters.length > 0,
      chunkBytes: (chunks ?? []).reduce((product, extent) => product * extent, size),
      attributes: attributesOf(dataset, attributes),
    }
  },

  values(name) {
    const values = datasetAt(name).value
    if (!(values instanceof Float32Array || values instanceof Float64Array)) throw new Error('values that are no floats')
    return values instanceof Float32Array ? values : Float32Array.from(values)
  },

  attributes: (names) => attributesOf(file, names),

  annotate(name, value) {
    file.create_attribute(name, value)
    file.flush()
  },

  add({ name, rows, shape, attributes }) {
    const dataset = groupOf(name).create_dataset({ name: lastPart(name), data: rows, shape: [...shape] })
    for (const { name: key, value, dtype } of attributes) dataset.create_attribute(key, value, null, dtype)
    // Flushed, a dataset without its numbers would look whole.
    if (complaints === '') file.flush()
  },

  close() {
    file.close()
    return library.HEAPU8.byteLength
  },
}

/**
 * h5wasm drops most of HDF5's own status codes: a failed read gives what was in memory before, a failed write is not noticed. Its throwing error handler would tell,
 * but jumps out of the C library and leaves files open in it, whose old content is then found again under the same name. So we read what HDF5 prints: it
 * prints a stack for every call that fails, and nothing else.
 */
function listen() {
  const { getStream } = /** @type {{ getStream?: (fd: number) => object | null }} */ (/** @type {unknown} */ (library.FS))
  const streams = [1, 2].map((fd) => getStream?.(fd))
  if (!streams[0] || !streams[1]) throw new Error('an h5wasm without a stream of errors: install version 0.10')
  /** @type {(stream: unknown, bytes: Uint8Array, from: number, length: number) => number} */
  const write = (_, bytes, from, length) => {
    complaints += Buffer.from(bytes.subarray(from, from + length)).toString('latin1')
    return length
  }
  Object.assign(streams[0], { stream_ops: { write: (/** @type {Parameters<typeof write>} */ ...args) => args[3] }, node: { mode: 0 } })
  Object.assign(streams[1], { stream_ops: { write }, node: { mode: 0 } })
}

/** Keeps the C library to one file, and to the memory that this file may take. */
function confine() {
  const FS = /** @type {{ open: (path: string, ...rest: unknown[]) => unknown, ErrnoError: new (errno: number) => Error }} */ (
    /** @type {unknown} */ (library.FS)
  )
  const { open } = FS
  const NO_SUCH_FILE = 44
  FS.open = (path, ...rest) => {
    if (resolve(path) !== allowed) throw new FS.ErrnoError(NO_SUCH_FILE)
    return open(path, ...rest)
  }
  const PAGE = 65_536
  // The types of Node know WebAssembly by name only.
  const memory = /** @type {{ WebAssembly: { Memory: { prototype: { buffer: ArrayBuffer, grow: (pages: number) => number } } } }} */ (
    /** @type {unknown} */ (globalThis)
  ).WebAssembly.Memory.prototype
  const { grow } = memory
  memory.grow = function (pages) {
    if (this.buffer.byteLength + pages * PAGE > mostMemory) throw new RangeError('more memory than such a file may take')
    return grow.call(this, pages)
  }
}

/**
 * The paths of all datasets below a group.
 *
 * @param {Group} group
 * @param {string} prefix
 * @param {Set<string>} seen groups by their place in the file: a group that lies within itself has no end of names
 * @returns {string[]}
 */
function namesIn(group, prefix, seen) {
  if (prefix.split('/').length > DEEPEST) throw new Error(`groups within groups at ${prefix}`)
  return group.keys().flatMap((key) => {
    const name = prefix + key
    if (name.length > LONGEST_NAME) throw new Error(`a name of ${name.length} letters`)
    const entity = group.get(key)
    if (entity instanceof h5wasm.Dataset) return [name]
    if (!(entity instanceof h5wasm.Group)) throw new Error(`something else than a dataset at ${name}`)
    const address = addressOf(entity)
    if (seen.has(address)) throw new Error(`the group ${name} a second time`)
    seen.add(address)
    return namesIn(entity, `${name}/`, seen)
  })
}

/** @param {Group} group */
const addressOf = (group) => Buffer.from(group.create_reference().ref_data).toString('hex')

/** @param {string} name */
function datasetAt(name) {
  const entity = file.get(name)
  if (entity instanceof h5wasm.Dataset) return entity
  throw new Error('none of that name')
}

/**
 * @param {import('h5wasm/node').Dataset | Group} entity
 * @param {readonly string[]} names
 */
function attributesOf(entity, names) {
  const { attrs } = entity
  /** @type {ReturnType<Hdf5Calls['attributes']>} */
  const found = {}
  for (const name of names) {
    const attribute = Object.hasOwn(attrs, name) ? attrs[name] : undefined
    if (!attribute) continue
    const { size, total_size } = attribute.metadata
    if (size * total_size > LONGEST_ATTRIBUTE) throw new Error(`${size * total_size} bytes in the attribute ${name}`)
    const { value } = attribute
    const plain = typeof value === 'number' || typeof value === 'string' || ArrayBuffer.isView(value)
    found[name] = plain ? /** @type {number | string | Int32Array} */ (value) : null
  }
  return found
}

/**
 * The group that a name lies in, made where it is not there.
 *
 * @param {string} name
 * @returns {Group}
 */
function groupOf(name) {
  /** @type {Group} */
  let group = file
  for (const part of name.split('/').slice(0, -1)) {
    const there = group.keys().includes(part) ? group.get(part) : group.create_group(part)
    if (!(there instanceof h5wasm.Group)) throw new Error(`'${part}' is a clip, not a group`)
    group = there
  }
  return group
}

/** @param {string} name */
const lastPart = (name) => /** @type {string} */ (name.split('/').at(-1))

/** What the system refused a write for, by the numbers that the C library has for it. */
const REFUSALS = new Map([
  [2, 'EACCES'],
  [19, 'EDQUOT'],
  [22, 'EFBIG'],
  [29, 'EIO'],
  [51, 'ENOSPC'],
  [63, 'EPERM'],
  [69, 'EROFS'],
])

/**
 * Where the system refused, its reason; else, of a stack of errors, outermost function first, the innermost line.
 *
 * @param {unknown} cause
 * @returns {{ problem: string, code?: string | undefined }}
 */
function reasonOf(cause) {
  const first = complaints.split('HDF5-DIAG').find((part) => part.includes('#000')) ?? ''
  const [, errno, text] = /errno = (\d+), error message = '(.*?)'/.exec(first) ?? []
  const refusal = REFUSALS.get(Number(errno))
  if (refusal) return { problem: `${refusal}: ${text?.toLowerCase()}`, code: refusal }
  const reasons = [...first.matchAll(/#\d+: .*?\(\): (.*)/g)]
  const told = cause instanceof Error ? cause.message : String(cause ?? complaints)
  const problem = reasons.at(-1)?.[1] ?? /** @type {string} */ (told.split('\n')[0])
  // Its reports of the system begin with the time of day.
  return { problem: problem.replace(/:? time = .*/, '').slice(0, 200), code: /** @type {NodeJS.ErrnoException} */ (cause)?.code }
}

/**
 * @param {string} name
 * @param {unknown[]} args
 * @returns {Promise<import('../../base/thread.js').Answer>}
 */
async function answer(name, args) {
  complaints = ''
  undo?.begin()
  /** @type {unknown} */
  let problem
  try {
    const value = await /** @type {Record<string, (...args: unknown[]) => unknown>} */ (/** @type {unknown} */ (calls))[name]?.(...args)
    if (complaints === '') return { value }
  } catch (cause) {
    problem = cause
  }
  const reason = reasonOf(problem)
  try {
    undo?.takeBack(allowed)
  } catch (cause) {
    return { ...reason, problem: `${reason.problem}; the file is torn, since putting it back failed too: ${cause}` }
  }
  return reason
}

parentPort?.on('message', async ({ name, args }) => {
  const reply = await answer(name, args)
  const moved = 'value' in reply && reply.value instanceof Float32Array ? [/** @type {ArrayBuffer} */ (reply.value.buffer)] : []
  parentPort?.postMessage(reply, moved)
})
