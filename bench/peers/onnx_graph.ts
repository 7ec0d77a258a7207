// Reads the operators and constants of an ONNX model, as far as following a chain of them needs (onnx/onnx:onnx/onnx.proto3).

import { SignError } from '../../src/base/errors.js'
import { type ProtobufField, protobufFields } from '../../src/text/pieces/sentencepiece/protobuf.js'
import { join, nested, text } from './onnx_model.js'

/** An operator and the names of what goes in and comes out. */
export interface OnnxOperator {
  readonly op: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

export interface OnnxConstant {
  readonly shape: readonly number[]
  readonly data: Float32Array<ArrayBuffer>
}

const FLOAT = 1

/** A model's graph. Errors name `who`, its file. */
export class OnnxReader {
  readonly who: string
  readonly operators: readonly OnnxOperator[]
  readonly #constants = new Map<string, OnnxConstant>()

  constructor(model: Uint8Array, who: string) {
    this.who = who
    const graph = bytesOf([...protobufFields(model, who)], 7)
    if (!graph) throw this.#unlike('a graph', 'none')
    const fields = [...protobufFields(graph, who)]
    for (const tensor of allBytes(fields, 5)) this.#keep(tensor)
    this.operators = allBytes(fields, 1).map((node) => this.#operator([...protobufFields(node, who)]))
  }

  /** What a name stands for where that is known in advance: numbers in f32. */
  constant(name: string): OnnxConstant | undefined {
    return this.#constants.get(name)
  }

  /** The operator of this kind whose result is called `name`. */
  made(name: string, op: string): OnnxOperator {
    return this.#only(({ outputs }) => outputs.includes(name), op, `to make ${name}`)
  }

  /** The first operator of this kind that reads `name`. */
  reader(name: string, op: string): OnnxOperator {
    return this.#only(({ inputs }) => inputs.includes(name), op, `to read ${name}`)
  }

  /** The name of what goes through these operators, one behind the other, the last one first, to become `name`. */
  before(name: string, ...ops: readonly string[]): string {
    return ops.reduce((at, op) => this.variable(this.made(at, op)), name)
  }

  /** Of an operator's inputs, the first that is not known in advance. */
  variable({ op, inputs }: OnnxOperator): string {
    const name = inputs.find((input) => !this.#constants.has(input))
    if (name === undefined) throw this.#unlike(`${op} of something that is computed`, 'constants alone')
    return name
  }

  /** Of an operator's inputs, the first that is known in advance. */
  known({ op, inputs }: OnnxOperator): OnnxConstant {
    const name = inputs.find((input) => this.#constants.has(input))
    if (name === undefined) throw this.#unlike(`${op} with a constant`, 'none')
    return this.#constants.get(name)!
  }

  #only(is: (one: OnnxOperator) => boolean, op: string, why: string): OnnxOperator {
    const found = this.operators.find((one) => one.op === op && is(one))
    if (!found) throw this.#unlike(`an operator ${op} ${why}`, 'none')
    return found
  }

  #operator(fields: readonly ProtobufField[]): OnnxOperator {
    const names = (number: number) => allBytes(fields, number).map(textOf)
    const operator = { op: names(4)[0] ?? '', inputs: names(1), outputs: names(2) }
    if (operator.op === 'Constant')
      for (const attribute of allBytes(fields, 5)) {
        const tensor = bytesOf([...protobufFields(attribute, this.who)], 5)
        if (tensor) this.#keep(tensor, operator.outputs[0])
      }
    return operator
  }

  /** Remembers a tensor of f32, under its own name if no other is given; those of other types are no weights. */
  #keep(tensor: Uint8Array, given?: string): void {
    const fields = [...protobufFields(tensor, this.who)]
    const type = fields.find(({ number }) => number === 2)?.value
    const raw = bytesOf(fields, 9) ?? bytesOf(fields, 4)
    const own = bytesOf(fields, 8)
    const name = given ?? (own && textOf(own))
    if (Number(type) !== FLOAT || !raw || name === undefined) return
    const shape = fields.flatMap((field) =>
      field.number === 1 ? (field.wire === 'varint' ? [Number(field.value)] : varints(field.value)) : [],
    )
    this.#constants.set(name, { shape, data: new Float32Array(Uint8Array.from(raw).buffer) })
  }

  #unlike(wanted: string, got: string): SignError {
    return new SignError('ERR_DATA', this.who, `wanted ${wanted}, got ${got}`, 'Take the model that this was written for')
  }
}

/** The model with these results among its outputs: fields that come twice are one, by the rules of protocol buffers. */
export function withOutputs(model: Uint8Array, names: readonly string[]): Uint8Array {
  const outputs = names.map((name) => nested(12, [text(1, name)]))
  return join([model, nested(7, outputs)])
}

const allBytes = (fields: readonly ProtobufField[], number: number): Uint8Array[] =>
  fields.flatMap((field) => (field.number === number && field.wire === 'bytes' ? [field.value] : []))
const bytesOf = (fields: readonly ProtobufField[], number: number): Uint8Array | undefined => allBytes(fields, number)[0]
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** Numbers in a row, as packed fields have them. */
function varints(bytes: Uint8Array): number[] {
  const out: number[] = []
  let [value, unit] = [0, 1]
  for (const byte of bytes) {
    value += (byte & 0x7f) * unit
    unit *= 128
    if (byte >= 0x80) continue
    out.push(value)
    ;[value, unit] = [0, 1]
  }
  return out
}
