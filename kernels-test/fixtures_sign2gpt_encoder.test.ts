// The sign encoder against the released Sign2GPT code: what it puts out, what it makes on its way, and every gradient; padded as released, and each
// clip at its own length, alone and in a batch. The fixture is read where it is present.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readSafetensors } from '../src/formats/safetensors/file.js'
import type { TensorFile } from '../src/formats/safetensors/types.js'
import { signEncoderSizes, signEncoderTensors } from '../src/model/sign_encoder_state_dict.js'
import type { HostTensor, HostTensors } from '../src/nn/host_tensor.js'
import { publishedSignEncoder, type SignEncoderConfig, stageLengths } from '../src/nn/sign_encoder_config.js'
import { floats, tensorsOf, whole } from './parity/fixture.js'
import { rowsOf, runSignEncoder } from './sign_encoder_runs.js'

const path = join(process.env.SIGNLLM_SHARED ?? '../shared', 'fixtures', 'sign2gpt_encoder.safetensors')

const WITHIN = { output: 2e-5, gradient: 1e-4 }

const read = (file: TensorFile, name: string): HostTensor => ({
  shape: file.tensors.get(name)!.shape,
  data: Float32Array.from(floats(file, name)),
})

function configOf(file: TensorFile, padding: SignEncoderConfig['padding']): SignEncoderConfig {
  const { heads, window } = JSON.parse(file.metadata.config!) as { heads: number; window: number }
  return { ...publishedSignEncoder, ...signEncoderSizes(tensorsOf(file, 'weight.'), path), heads, window, padding, dropout: 0, dropPath: 0 }
}

const batchOf = (file: TensorFile) => ({
  tensors: signEncoderTensors(tensorsOf(file, 'weight.'), path),
  features: read(file, 'input'),
  lengths: whole(file, 'lengths'),
  cotangent: read(file, 'cotangent'),
})

/** max|a-b| <= rtol·max|b| + 1e-6, over the rows that count where a mask says so. */
function expectNear(name: string, got: HostTensor, want: HostTensor, rtol: number, counts: (row: number) => boolean = () => true): void {
  expect(got.data.length, name).toBe(want.data.length)
  const width = want.shape.at(-1)!
  let [off, largest] = [0, 0]
  want.data.forEach((value, i) => {
    if (!counts(Math.floor(i / width))) return
    // Math.max keeps a NaN.
    off = Math.max(off, Math.abs(got.data[i]! - value))
    largest = Math.max(largest, Math.abs(value))
  })
  expect(largest, name).toBeGreaterThan(0)
  expect(off, `${name}, of at most ${largest}`).toBeLessThanOrEqual(rtol * largest + 1e-6)
}

function expectGradients(got: HostTensors, file: TensorFile, prefix: string): void {
  const wanted = signEncoderTensors(tensorsOf(file, prefix), prefix)
  expect(wanted.size).toBeGreaterThan(0)
  for (const [name, want] of wanted) expectNear(`${prefix}${name}`, got.get(name)!, want, WITHIN.gradient)
}

const sum = (parts: readonly HostTensors[]): HostTensors =>
  new Map([...parts[0]!].map(([name, { shape }]) => [name, { shape, data: total(parts.map((part) => part.get(name)!.data)) }]))
const total = (parts: readonly Float32Array[]): Float32Array => parts[0]!.map((_, i) => parts.reduce((so, part) => so + part[i]!, 0))

describe.skipIf(!existsSync(path))(path, () => {
  it('puts out what PyTorch does of padded clips, with its features on the way, its mask, and every gradient', async () => {
    const file = await readSafetensors(path)
    const config = configOf(file, 'rows')
    const batch = batchOf(file)
    const frames = batch.features.shape[1]!
    const mask = whole(file, 'padded.out_mask')
    const room = file.tensors.get('padded.out_mask')!.shape[1]!
    const tokens = stageLengths(batch.lengths, frames, config).at(-1)!
    expect([...mask]).toEqual([...tokens].flatMap((count) => Array.from({ length: room }, (_, i) => (i < count ? 1 : 0))))

    const ran = await runSignEncoder(config, batch)
    for (let i = 0; file.tensors.has(`padded.feat.${i}`); i++)
      expectNear(`feat.${i}`, ran.steps[i]!, read(file, `padded.feat.${i}`), WITHIN.output)
    expectNear('out', ran.out, read(file, 'padded.out'), WITHIN.output, (row) => mask[row] === 1)
    expectNear('grad_input', ran.gradInput!, read(file, 'padded.grad_input'), WITHIN.gradient)
    expectGradients(ran.grads, file, 'padded.grad.')
  })

  it('puts out what PyTorch does of each clip at its own length, alone', async () => {
    const file = await readSafetensors(path)
    const config = configOf(file, 'cut')
    const { tensors, features, lengths, cotangent } = batchOf(file)
    const parts: HostTensors[] = []
    for (const [i, length] of lengths.entries()) {
      const run = { tensors, features: rowsOf(features, i, length), lengths: Uint32Array.of(length) }
      const ran = await runSignEncoder(config, { ...run, cotangent: rowsOf(cotangent, i, Math.ceil(length / 2)) })
      expectNear(`clip ${i}`, ran.out, read(file, `clip.${i}.out`), WITHIN.output)
      expectNear(`grad_input of clip ${i}`, ran.gradInput!, read(file, `clip.${i}.grad_input`), WITHIN.gradient)
      parts.push(ran.grads)
    }
    expectGradients(sum(parts), file, 'clip.grad.')
  })

  it('puts out the same of all clips in one padded batch', async () => {
    const file = await readSafetensors(path)
    const config = configOf(file, 'cut')
    const batch = batchOf(file)
    const [tokens] = stageLengths(batch.lengths, batch.features.shape[1]!, config).slice(-1)
    const room = batch.cotangent.shape[1]!
    const width = batch.features.shape[2]!
    // The cotangent of a token that a clip has only where it is padded.
    const cotangent = { ...batch.cotangent, data: batch.cotangent.data.slice() }
    for (const [i, count] of tokens!.entries()) cotangent.data.fill(0, (i * room + count) * width, (i + 1) * room * width)
    const ran = await runSignEncoder(config, { ...batch, cotangent })
    for (const [i, length] of batch.lengths.entries()) {
      expectNear(`clip ${i}`, rowsOf(ran.out, i, tokens![i]!), read(file, `clip.${i}.out`), WITHIN.output)
      expectNear(`grad_input of clip ${i}`, rowsOf(ran.gradInput!, i, length), read(file, `clip.${i}.grad_input`), WITHIN.gradient)
      const padding = ran.gradInput!.data.subarray(
        (i * batch.features.shape[1]! + length) * width,
        (i + 1) * batch.features.shape[1]! * width,
      )
      expect(padding.every((value) => value === 0)).toBe(true)
    }
    expectGradients(ran.grads, file, 'clip.grad.')
  })

  it('puts out what PyTorch does where branches begin at a scale of 1e-5', async () => {
    const file = await readSafetensors(path)
    const config = configOf(file, 'rows')
    const batch = batchOf(file)
    const small = new Map(
      [...batch.tensors].map(([name, { shape, data }]) => [name, { shape, data: name.endsWith('/scale') ? data.map(() => 1e-5) : data }]),
    )
    const ran = await runSignEncoder(config, { ...batch, tensors: small })
    const mask = whole(file, 'gamma1e-5.out_mask')
    expectNear('out', ran.out, read(file, 'gamma1e-5.out'), WITHIN.output, (row) => mask[row] === 1)
    expectNear('grad_input', ran.gradInput!, read(file, 'gamma1e-5.grad_input'), WITHIN.gradient)
    expectGradients(ran.grads, file, 'gamma1e-5.grad.')
  })
})
