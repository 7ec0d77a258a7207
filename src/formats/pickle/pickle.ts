// Reads what Python's pickle wrote of NumPy arrays, lists, dictionaries, texts and whole numbers, and builds data only: nothing that a file can say makes anything
// be called. Protocols 3 and 4, as NumPy writes object arrays. Python's own reader runs whatever code a file names, and a data set that anybody may upload can
// hold such a file; here an instruction or a name that plain data do not need is refused by its name and its byte.
//
// The file is gone through twice. The first time finds faults in its instructions and which entries of the memo are ever fetched (of an hour of poses a few
// dozen of two million), the second builds. Lists and dictionaries cannot be fetched a second time, so nothing holds itself and nothing grows by repetition.

import { counted } from '../../base/counted.js'
import { Instructions } from './instructions.js'
import { fetchedEntries, Memo } from './memo.js'
import { Bytes, buildArray, buildDtype, called, Dtype, type Global, globals, type Problem, Reconstructed, Tuple } from './numpy.js'
import { op, opName } from './opcodes.js'
import { Dict, kindOf, List, type PickleValue, type Whole, wholeOf } from './values.js'

export interface PickleOptions {
  /** Bytes of the file before these, for places in messages. */
  readonly before?: number
  /**
   * What to keep of each item of the first list of the file, in order, as soon as it is whole: frames of a long video become small one after another instead of
   * all being there at once.
   */
  readonly item?: (value: PickleValue, index: number) => unknown
}

const limits = {
  /** Items of a list: four days of frames. */
  list: 10_000_000,
  dict: 10_000,
  tuple: 32,
  /** Lists, dictionaries and arrays within one another, and tuples within tuples. */
  depth: 6,
  /** Values that wait for their list: writers pass a thousand on at a time, pairs for a dictionary. */
  stack: 16_384,
} as const

/**
 * The value in a pickle. Throws ERR_DATA naming `who` and the byte for whatever is not as NumPy writes arrays of plain numbers and of dictionaries of them; nothing
 * is executed whatever the bytes are.
 */
export function readPickle(bytes: Uint8Array, who: string, { before = 0, item }: PickleOptions = {}): PickleValue {
  const fetched = fetchedEntries(new Instructions(bytes, who, before))
  return new Builder(new Instructions(bytes, who, before), fetched, bytes.length, item).build()
}

class Builder {
  readonly #in: Instructions
  readonly #memo: Memo
  readonly #stack: unknown[] = []
  readonly #marks: number[] = []
  /** Lists, dictionaries and arrays that the file may still make: the smallest takes sixteen bytes. */
  #left: number
  #isFirstList = true
  readonly #item: PickleOptions['item']

  constructor(instructions: Instructions, fetched: ReadonlySet<number>, size: number, item: PickleOptions['item']) {
    this.#in = instructions
    this.#memo = new Memo(instructions, fetched)
    this.#left = 64 + (size >> 4)
    this.#item = item
  }

  build(): PickleValue {
    this.#checkProtocol()
    for (;;) {
      this.#in.next()
      if (this.#in.code === op.STOP) return this.#result()
      this.#step()
      if (this.#stack.length > limits.stack) this.#in.fail(`at most ${limits.stack} values waiting for their list`, 'more')
    }
  }

  #checkProtocol(): void {
    this.#in.next()
    const { code, number } = this.#in
    if (code !== op.PROTO) this.#in.fail('PROTO', opName(code))
    if (number !== 3 && number !== 4) this.#in.fail('protocol 3 or 4', String(number))
  }

  #result(): PickleValue {
    const value = this.#pop()
    if (this.#stack.length > 0 || this.#marks.length > 0) this.#in.fail('one value', `${this.#stack.length + 1}`)
    return this.#whole(value).value
  }

  #step(): void {
    const { code, number } = this.#in
    switch (code) {
      case op.BINPUT:
      case op.LONG_BINPUT:
        this.#memo.put(number, this.#stack)
        break
      case op.MEMOIZE:
        this.#memo.put(this.#memo.size, this.#stack)
        break
      case op.BINGET:
      case op.LONG_BINGET:
        this.#push(this.#memo.fetch(number))
        break
      case op.MARK:
        this.#marks.push(this.#stack.length)
        if (this.#marks.length > 4 * limits.depth) this.#in.fail(`at most ${4 * limits.depth} marks at once`, 'more')
        break
      case op.BININT:
      case op.BININT1:
      case op.BININT2:
        this.#push(number)
        break
      case op.BINUNICODE:
      case op.SHORT_BINUNICODE:
        this.#push(this.#in.text())
        break
      case op.BINBYTES:
      case op.SHORT_BINBYTES:
        this.#push(new Bytes(this.#in.bytes()))
        break
      case op.NONE:
        this.#push(null)
        break
      case op.NEWTRUE:
      case op.NEWFALSE:
        this.#push(code === op.NEWTRUE)
        break
      case op.FRAME:
        break
      default:
        this.#compose(code)
        break
    }
  }

  /** What puts values together. */
  #compose(code: number): void {
    switch (code) {
      case op.EMPTY_TUPLE:
        this.#push(this.#tuple([]))
        break
      case op.TUPLE1:
      case op.TUPLE2:
      case op.TUPLE3:
        this.#push(this.#tuple(this.#take(code - op.TUPLE1 + 1)))
        break
      case op.TUPLE:
        this.#push(this.#tuple(this.#marked()))
        break
      case op.EMPTY_LIST:
        this.#push(this.#made(new List(this.#isFirstList)))
        this.#isFirstList = false
        break
      case op.EMPTY_DICT:
        this.#push(this.#made(new Dict()))
        break
      case op.APPEND:
        this.#append([this.#pop()])
        break
      case op.APPENDS:
        this.#append(this.#marked())
        break
      case op.SETITEM:
        this.#set(this.#take(2))
        break
      case op.SETITEMS:
        this.#set(this.#marked())
        break
      case op.GLOBAL:
        this.#push(this.#global(this.#in.text().replace('\n', ' ')))
        break
      case op.STACK_GLOBAL:
        this.#push(this.#global(this.#take(2).map(String).join(' ')))
        break
      case op.REDUCE: {
        const [callee, args] = this.#take(2)
        this.#push(this.#checked(called(callee, args)))
        break
      }
      case op.BUILD:
        this.#setState(this.#pop())
        break
      default:
        this.#in.fail('PROTO at the beginning only', opName(code))
    }
  }

  #push(value: unknown): void {
    this.#stack.push(value)
  }

  #pop(): unknown {
    return this.#take(1)[0]
  }

  /** The topmost values, none of them below the last mark. */
  #take(count: number): unknown[] {
    const there = this.#stack.length - (this.#marks.at(-1) ?? 0)
    if (there < count) this.#in.fail(`${counted(count, 'value')} for ${opName(this.#in.code)}`, String(there))
    return this.#stack.splice(this.#stack.length - count)
  }

  #marked(): unknown[] {
    const mark = this.#marks.pop()
    if (mark === undefined) return this.#in.fail(`a mark for ${opName(this.#in.code)}`, 'none')
    return this.#stack.splice(mark)
  }

  #tuple(items: readonly unknown[]): Tuple {
    if (items.length > limits.tuple) this.#in.fail(`a tuple of at most ${limits.tuple} values`, String(items.length))
    const depth = 1 + items.reduce<number>((most, item) => Math.max(most, item instanceof Tuple ? item.depth : 0), 0)
    if (depth > limits.depth) this.#in.fail(`tuples at most ${limits.depth} deep`, String(depth))
    return new Tuple(items, depth)
  }

  #made<Container extends List | Dict>(container: Container): Container {
    this.#left -= 1
    if (this.#left < 0) this.#in.fail('as many lists and dictionaries as data would fill', 'more')
    return container
  }

  #append(values: readonly unknown[]): void {
    const list = this.#stack.at(-1)
    if (!(list instanceof List)) this.#in.fail('a list to append to', 'none')
    if (list.items.length + values.length > limits.list) this.#in.fail(`a list of at most ${limits.list} items`, 'more')
    for (const value of values) {
      const { value: whole, depth } = this.#whole(value)
      this.#deepen(list, depth)
      list.items.push(list.isFirst && this.#item ? this.#item(whole, list.items.length) : whole)
    }
  }

  #set(pairs: readonly unknown[]): void {
    const dict = this.#stack.at(-1)
    if (!(dict instanceof Dict)) this.#in.fail('a dictionary to fill', 'none')
    if (pairs.length % 2 === 1) this.#in.fail('a value for each key', 'a key without one')
    if (dict.entries.size + pairs.length / 2 > limits.dict) this.#in.fail(`a dictionary of at most ${limits.dict} entries`, 'more')
    for (let i = 0; i < pairs.length; i += 2) {
      const key = pairs[i]
      if (typeof key !== 'string') this.#in.fail('a text as key', key === null ? 'None' : typeof key)
      if (dict.entries.has(key)) this.#in.fail('keys that differ', `'${key.slice(0, 40)}' twice`)
      const { value, depth } = this.#whole(pairs[i + 1])
      this.#deepen(dict, depth)
      dict.entries.set(key, value)
    }
  }

  #deepen(container: List | Dict, depth: number): void {
    container.depth = Math.max(container.depth, depth + 1)
    if (container.depth > limits.depth) this.#in.fail(`values at most ${limits.depth} deep`, String(container.depth))
  }

  /** A value that may be part of the result, as it is there. */
  #whole(value: unknown): Whole {
    return wholeOf(value) ?? this.#in.fail('a number, text, list, dictionary or whole array', kindOf(value))
  }

  #global(name: string): Global {
    return globals.get(name) ?? this.#in.fail('an array or type of numpy', `'${name.slice(0, 80)}'`)
  }

  #checked<Value extends object>(value: Value | Problem): Value {
    if (Array.isArray(value)) return this.#in.fail(...(value as Problem))
    if (value instanceof Reconstructed) {
      this.#left -= 1
      if (this.#left < 0) this.#in.fail('as many arrays as data would fill', 'more')
    }
    return value as Value
  }

  #setState(state: unknown): void {
    const target = this.#stack.at(-1)
    let problem: Problem | undefined = ['an array or type to give its state', kindOf(target)]
    if (target instanceof Dtype) problem = buildDtype(target, state)
    if (target instanceof Reconstructed) {
      problem = buildArray(target, state, (data) => (data instanceof List ? data.items : undefined))
      const list = state instanceof Tuple ? state.items.find((item) => item instanceof List) : undefined
      target.depth = 1 + (list?.depth ?? 0)
    }
    if (problem) this.#in.fail(...problem)
  }
}
