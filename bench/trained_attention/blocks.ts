// Finds the transformer blocks in an ONNX graph, from their softmaxes outward: what their weights are, and what the values between are called.

import type { OnnxConstant, OnnxOperator, OnnxReader } from '../peers/onnx_graph.js'

/** A block, y = m + Narrow(x·sigmoid(β·x) of Wide(LN m)) with m = x + Out(attention(LN x)). */
export interface TransformerBlock {
  readonly heads: number
  /** β */
  readonly steepness: number
  readonly epsilon: number
  /** By what they are in the block: `attention.gamma`, `qkv.weight` as [outputs, inputs], and so on. */
  readonly weights: Readonly<Record<string, OnnxConstant>>
  /** The graph's names of what goes in, comes out and lies between. */
  readonly values: Readonly<Record<'x' | 'normed' | 'qkv' | 'attended' | 'middle' | 'wide' | 'activated' | 'y', string>>
}

/** The blocks of a graph, in order. Throws ERR_DATA where a softmax in the middle of it is none of a block's. */
export function transformerBlocks(graph: OnnxReader): TransformerBlock[] {
  const softmaxes = graph.operators.filter(({ op, outputs }) => op === 'Softmax' && isRead(graph, outputs[0]!, 'MatMul'))
  return softmaxes.map((softmax) => blockAround(graph, softmax))
}

const isRead = (graph: OnnxReader, name: string, op: string): boolean =>
  graph.operators.some((one) => one.op === op && one.inputs.includes(name))

function blockAround(graph: OnnxReader, softmax: OnnxOperator): TransformerBlock {
  // Backward: the scaled queries, and the product that they are cut from.
  const scaled = graph.made(graph.made(softmax.inputs[0]!, 'MatMul').inputs[0]!, 'Mul')
  const qkv = graph.before(graph.variable(scaled), 'Squeeze', 'Slice', 'Transpose', 'Reshape')
  const projection = linearOf(graph, qkv)
  const attentionNorm = normOf(graph, projection.x)
  const { x } = attentionNorm

  // Forward: what the weights make of the values, to the sum behind the feed-forward block.
  const weighted = graph.reader(softmax.outputs[0]!, 'MatMul').outputs[0]!
  const attended = graph.reader(graph.reader(weighted, 'Transpose').outputs[0]!, 'Reshape').outputs[0]!
  const out = nextLinear(graph, attended)
  const middle = graph.reader(out.y, 'Add').outputs[0]!
  const feedNorm = normOf(graph, normedOf(graph, middle))
  const wide = nextLinear(graph, feedNorm.y)
  const gate = graph.made(graph.reader(graph.reader(wide.y, 'Mul').outputs[0]!, 'Sigmoid').inputs[0]!, 'Mul')
  const activated = graph.reader(graph.reader(gate.outputs[0]!, 'Sigmoid').outputs[0]!, 'Mul').outputs[0]!
  const narrow = nextLinear(graph, activated)
  const y = graph.reader(narrow.y, 'Add').outputs[0]!

  const width = attentionNorm.gamma.shape[0]!
  const headWidth = Math.round(graph.known(scaled).data[0]! ** -2)
  return {
    heads: width / headWidth,
    steepness: graph.known(gate).data[0]!,
    epsilon: attentionNorm.epsilon,
    weights: {
      'attention.gamma': attentionNorm.gamma,
      'attention.beta': attentionNorm.beta,
      ...weightsOf('qkv', projection),
      ...weightsOf('out', out),
      'feed_forward.gamma': feedNorm.gamma,
      'feed_forward.beta': feedNorm.beta,
      ...weightsOf('wide', wide),
      ...weightsOf('narrow', narrow),
    },
    values: { x, normed: attentionNorm.y, qkv, attended, middle, wide: wide.y, activated, y },
  }
}

interface Linear {
  readonly x: string
  readonly y: string
  /** [inputs, outputs] */
  readonly weight: OnnxConstant
  readonly bias: OnnxConstant
}

/** The linear layer whose result is called `y`. */
function linearOf(graph: OnnxReader, y: string): Linear {
  const sum = graph.made(y, 'Add')
  const product = graph.made(graph.variable(sum), 'MatMul')
  return { x: graph.variable(product), y, weight: graph.known(product), bias: graph.known(sum) }
}

/** The linear layer that reads `x`. */
function nextLinear(graph: OnnxReader, x: string): Linear {
  return linearOf(graph, graph.reader(graph.reader(x, 'MatMul').outputs[0]!, 'Add').outputs[0]!)
}

const weightsOf = (name: string, { weight, bias }: Linear) => ({ [`${name}.weight`]: transposed(weight), [`${name}.bias`]: bias })

/** Rows for columns. */
function transposed({ shape, data }: OnnxConstant): OnnxConstant {
  const [rows, columns] = shape as [number, number]
  return { shape: [columns, rows], data: data.map((_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!) }
}

/** The layer norm whose result is called `y`: gamma · (x - mean) / √(variance + epsilon) + beta. */
function normOf(graph: OnnxReader, y: string) {
  const shifted = graph.made(y, 'Add')
  const enlarged = graph.made(graph.variable(shifted), 'Mul')
  const divided = graph.made(graph.variable(enlarged), 'Div')
  const x = graph.made(divided.inputs[0]!, 'Sub').inputs[0]!
  const variance = graph.made(graph.made(divided.inputs[1]!, 'Sqrt').inputs[0]!, 'Add')
  return { x, y, gamma: graph.known(enlarged), beta: graph.known(shifted), epsilon: graph.known(variance).data[0]! }
}

/** The name of what a layer norm makes of `x`. */
const normedOf = (graph: OnnxReader, x: string): string =>
  ['Sub', 'Div', 'Mul', 'Add'].reduce((name, op) => graph.reader(name, op).outputs[0]!, x)
