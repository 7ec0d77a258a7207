// Writes a small ONNX model: just as much of its protocol buffers as a chain of operators needs (onnx/onnx:onnx/onnx.proto3).

export interface OnnxNode {
  readonly op: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Of ONNX itself when absent. */
  readonly domain?: string
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>
}
export type OnnxAttribute = { readonly int: number } | { readonly float: number } | { readonly ints: readonly number[] }

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[]
  /** float32 arrays fed at each run, with their shapes. */
  readonly inputs: Readonly<Record<string, readonly number[]>>
  readonly outputs: Readonly<Record<string, readonly number[]>>
  /** Scalars known in advance. */
  readonly constants?: Readonly<Record<string, number>>
}

const IR_VERSION = 8
const OPSETS = [
  ['', 17],
  ['com.microsoft', 1],
] as const
const FLOAT = 1
const attributeType = { float: 1, int: 2, ints: 7 } as const

/** The bytes of a model. */
export function onnxModel(graph: OnnxGraph): Uint8Array {
  const opsets = OPSETS.map(([domain, version]) => nested(8, [text(1, domain), integer(2, version)]))
  return join([integer(1, IR_VERSION), nested(7, graphFields(graph)), ...opsets])
}

function graphFields({ nodes, inputs, outputs, constants = {} }: OnnxGraph): Uint8Array[] {
  return [
    ...nodes.map((node) => nested(1, nodeFields(node))),
    text(2, 'bench'),
    ...Object.entries(constants).map(([name, value]) => nested(5, [integer(2, FLOAT), text(8, name), bytes(9, floatBytes(value))])),
    ...Object.entries(inputs).map(([name, shape]) => nested(11, valueFields(name, shape))),
    ...Object.entries(outputs).map(([name, shape]) => nested(12, valueFields(name, shape))),
  ]
}

function nodeFields({ op, inputs, outputs, domain, attributes = {} }: OnnxNode): Uint8Array[] {
  return [
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, op),
    ...Object.entries(attributes).map(([name, value]) => nested(5, attributeFields(name, value))),
    ...(domain ? [text(7, domain)] : []),
  ]
}

function attributeFields(name: string, value: OnnxAttribute): Uint8Array[] {
  if ('int' in value) return [text(1, name), integer(3, value.int), integer(20, attributeType.int)]
  if ('ints' in value) return [text(1, name), ...value.ints.map((one) => integer(8, one)), integer(20, attributeType.ints)]
  return [text(1, name), field(2, 5, floatBytes(value.float)), integer(20, attributeType.float)]
}

/** ValueInfoProto: a name, and a tensor type of float32 with fixed dimensions. */
function valueFields(name: string, shape: readonly number[]): Uint8Array[] {
  const dimensions = nested(
    2,
    shape.map((size) => nested(1, [integer(1, size)])),
  )
  return [text(1, name), nested(2, [nested(1, [integer(1, FLOAT), dimensions])])]
}

function field(number: number, wire: number, payload: Uint8Array): Uint8Array {
  return join([varint(number * 8 + wire), payload])
}

const integer = (number: number, value: number): Uint8Array => field(number, 0, varint(value))
const bytes = (number: number, value: Uint8Array): Uint8Array => field(number, 2, join([varint(value.length), value]))
export const text = (number: number, value: string): Uint8Array => bytes(number, new TextEncoder().encode(value))
export const nested = (number: number, fields: readonly Uint8Array[]): Uint8Array => bytes(number, join(fields))

function floatBytes(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4))
  view.setFloat32(0, value, true)
  return new Uint8Array(view.buffer)
}

/** Seven bits a byte, lowest first. Non-negative values only. */
function varint(value: number): Uint8Array {
  const out: number[] = []
  let left = value
  for (; left >= 128; left = Math.floor(left / 128)) out.push((left % 128) + 128)
  return Uint8Array.from([...out, left])
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
