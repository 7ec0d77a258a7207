// Attention with really trained weights: two transformer blocks of a recogniser of text against ONNX Runtime, while it reads two lines. The fixture, which
// bench/trained_attention/fixture.ts writes, is read where it is present; all sizes are its own.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Tensor } from '../src/device/memory.js'
import { readSafetensors } from '../src/formats/safetensors/file.js'
import type { TensorFile } from '../src/formats/safetensors/types.js'
import { attention } from '../src/ops/attention.js'
import type { Graph } from '../src/ops/graph.js'
import { type Given, through } from '../src/ops/graph.testing.js'
import { layerNorm } from '../src/ops/layer_norm.js'
import { linear } from '../src/ops/linear.js'
import type { Parameter } from '../src/ops/parameter.js'
import { expectClose } from './harness.js'
import { floats, told } from './parity/fixture.js'

const path =
  process.env.SIGNLLM_TRAINED_ATTENTION ?? join(process.env.SIGNLLM_SHARED ?? '../shared', 'fixtures', 'trained_attention.safetensors')

type Weights = Readonly<Record<string, Parameter>>

const givenOf = (file: TensorFile, name: string): Given => ({ shape: file.tensors.get(name)!.shape, data: floats(file, name) })

/** The weights of a block under their names there. */
function weightsOf(file: TensorFile, block: number): Record<string, Given> {
  const prefix = `block.${block}.weight.`
  const names = [...file.tensors.keys()].filter((name) => name.startsWith(prefix))
  return Object.fromEntries(names.map((name) => [name.slice(prefix.length), givenOf(file, name)]))
}

/** Every clip has all of its places. */
const lengthsOf = ([batch, places]: readonly number[]): Given => ({ shape: [batch!], data: new Uint32Array(batch!).fill(places!) })

const normed = (g: Graph, x: Tensor, w: Weights, name: string, epsilon: number) =>
  layerNorm(g, x, w[`${name}.gamma`]!, w[`${name}.beta`]!, epsilon)

/** The first half of a block: what the norm, the projections and attention make of x, and the sum. */
function attentionHalf(g: Graph, { x, lengths }: Readonly<Record<string, Tensor>>, w: Weights, file: TensorFile) {
  const norm = normed(g, x!, w, 'attention', told(file, 'epsilon'))
  const qkv = linear(g, norm, w['qkv.weight']!, w['qkv.bias'])
  const attended = attention(g, qkv, qkv, qkv, { heads: told(file, 'heads'), keyLengths: lengths!, causal: false })
  return { normed: norm, qkv, attended, middle: linear(g, attended, w['out.weight']!, w['out.bias'], { residual: x! }) }
}

/** A block of x. Its swish, which no model of ours has, is made on the host. */
async function blockOf(file: TensorFile, block: number, x: Given): Promise<Record<string, Float32Array>> {
  const parameters = weightsOf(file, block)
  const run = (
    inputs: Record<string, Given>,
    record: (g: Graph, i: Readonly<Record<string, Tensor>>, w: Weights) => Record<string, Tensor>,
  ) => through({ inputs, parameters, record, mode: 'inference' })
  const first = await run({ x, lengths: lengthsOf(x.shape) }, (g, i, w) => attentionHalf(g, i, w, file))
  const middle = { shape: x.shape, data: Float64Array.from(first.out.middle!) }
  const { out } = await run({ middle }, (g, i, w) => ({
    wide: linear(g, normed(g, i.middle!, w, 'feed_forward', told(file, 'epsilon')), w['wide.weight']!, w['wide.bias']),
  }))
  const activated = Float64Array.from(out.wide!, (v) => v / (1 + Math.exp(-told(file, 'steepness') * v)))
  const wide = { shape: [...x.shape.slice(0, -1), activated.length / (x.shape[0]! * x.shape[1]!)], data: activated }
  const last = await run({ wide, middle }, (g, i, w) => ({
    y: linear(g, i.wide!, w['narrow.weight']!, w['narrow.bias'], { residual: i.middle! }),
  }))
  return { ...first.out, ...out, activated: Float32Array.from(activated), ...last.out }
}

/** The largest score of a block's attention, by size, and how far those of a query lie apart at most. */
function scoresOf(file: TensorFile, block: number): { highest: number; widest: number } {
  const { shape, data } = givenOf(file, `block.${block}.value.qkv`)
  const [batch, places, stride] = shape as [number, number, number]
  const [width, heads] = [stride / 3, told(file, 'heads')]
  const headWidth = width / heads
  let [highest, widest] = [0, 0]
  for (let line = 0; line < batch * places * heads; line++) {
    const [row, head] = [Math.floor(line / heads), line % heads]
    const scores = Array.from({ length: places }, (_, key) => {
      const [q, k] = [row * stride + head * headWidth, (row - (row % places) + key) * stride + width + head * headWidth]
      let score = 0
      for (let c = 0; c < headWidth; c++) score += data[q + c]! * data[k + c]!
      return score / Math.sqrt(headWidth)
    })
    highest = Math.max(highest, ...scores.map(Math.abs))
    widest = Math.max(widest, Math.max(...scores) - Math.min(...scores))
  }
  return { highest, widest }
}

/**
 * All values of a block within their roundings, of the largest of their kind: those of products of some hundred terms; and, as the test of attention
 * has it, a weight is off by 8 · (1 + highest) of itself, and all behind it by as much. `times` for what comes in with roundings already.
 */
function expectBlock(file: TensorFile, block: number, got: Readonly<Record<string, Float32Array>>, times = 1): void {
  const { highest } = scoresOf(file, block)
  for (const [name, data] of Object.entries(got)) {
    const want = floats(file, `block.${block}.value.${name}`)
    const roundings = ['normed', 'qkv'].includes(name) ? 32 : 8 * (1 + highest)
    expectClose(`${name} of block ${block}`, data, want, { ulps: times * roundings, scale: Math.max(...want.map(Math.abs)) })
  }
}

describe.skipIf(!existsSync(path))(`two trained transformer blocks (skipped where ${path} is absent)`, async () => {
  const file = existsSync(path) ? await readSafetensors(path) : { tensors: new Map(), metadata: {}, checked: false }
  const blocks = Array.from({ length: told(file, 'blocks') }, (_, i) => i)

  it.each(blocks)('block %i gives ONNX Runtime’s values from its input on', async (block) => {
    expectBlock(file, block, await blockOf(file, block, givenOf(file, `block.${block}.value.x`)))
  })

  it('give them one behind the other', async () => {
    let x = givenOf(file, 'block.0.value.x')
    for (const block of blocks) {
      const got = await blockOf(file, block, x)
      expectBlock(file, block, got, 2)
      x = { shape: x.shape, data: Float64Array.from(got.y!) }
    }
  })

  it('have attention that tells places apart: of a query, the highest weight is a hundred times the lowest and more', () => {
    for (const block of blocks) expect(scoresOf(file, block).widest).toBeGreaterThan(Math.log(100))
  })
})
