// Batch norm over valid frames, then softsign, against PyTorch: the embeddings of the released sign language transformer at its first step.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Tensor } from '../src/device/memory.js'
import { Program, Recorder } from '../src/device/program.js'
import { readSafetensors } from '../src/formats/safetensors/file.js'
import type { TensorFile } from '../src/formats/safetensors/types.js'
import type { HostTensor } from '../src/nn/host_tensor.js'
import { pad } from '../src/nn/host_tensor.js'
import { batchNorm, project } from '../src/nn/layers.js'
import { ParameterSet } from '../src/nn/parameter_set.js'
import { batchNormSpecs, linearSpecs } from '../src/nn/specs.js'
import { Graph } from '../src/ops/graph.js'
import { padded } from '../src/ops/parameter.js'
import { softsign } from '../src/ops/softsign.js'
import { lentGpu } from './harness.js'
import { floats, whole } from './parity/fixture.js'

const path = join(process.env.SIGNLLM_SHARED ?? '../shared', 'fixtures', 'slt_tiny.safetensors')

/** What stands before the batch norm of an embedding: a linear layer of frames, or rows of a table. */
interface Embedded {
  readonly inputs: number
  readonly x: Float32Array
  readonly lengths: Uint32Array
  readonly linear?: ReadonlyMap<string, HostTensor>
}

const tensorOf = (file: TensorFile, name: string): HostTensor => ({
  shape: file.tensors.get(name)!.shape,
  data: Float32Array.from(floats(file, name)),
})

function frames(file: TensorFile): Embedded {
  const [batch, length, inputs] = file.tensors.get('features')!.shape as [number, number, number]
  const x = pad(Float32Array.from(floats(file, 'features')), [batch * length, inputs]).subarray(0, batch * length * padded(inputs))
  const linear = ['weight', 'bias'].map((part) => [`linear/${part}`, tensorOf(file, `weight.sgn_embed.ln.${part}`)] as const)
  return { inputs, x, lengths: whole(file, 'lengths'), linear: new Map(linear) }
}

/** The decoder's input has all columns but the last: the end marker of every sentence but the longest is among them, and counts. */
function words(file: TensorFile): Embedded {
  const [batch, columns] = file.tensors.get('txt')!.shape as [number, number]
  const ids = whole(file, 'txt')
  const table = floats(file, 'weight.txt_embed.lut.weight')
  const width = table.length / file.tensors.get('weight.txt_embed.lut.weight')!.shape[0]!
  const used = Array.from({ length: batch * (columns - 1) }, (_, i) => ids[Math.floor(i / (columns - 1)) * columns + (i % (columns - 1))]!)
  const x = Float32Array.from(used.flatMap((id) => [...table.subarray(id * width, (id + 1) * width)]))
  return { inputs: width, x, lengths: whole(file, 'txt_lengths').map((n) => Math.min(n, columns - 1)) }
}

async function embed(file: TensorFile, name: string, { inputs, x, lengths, linear }: Embedded) {
  const [batch, length, width] = file.tensors.get(`out.${name}`)!.shape as [number, number, number]
  const theirs = (part: string) => tensorOf(file, `weight.${name}.norm.norm.${part}`)
  const running = { shape: [2, width], data: Float32Array.of(...theirs('running_mean').data, ...theirs('running_var').data) }
  const specs = [...batchNormSpecs('norm', width), ...(linear ? linearSpecs('linear', inputs, width) : [])]
  const weights = new ParameterSet(await lentGpu(), specs, { training: true })
  const norm = [
    ['norm/gamma', theirs('weight')],
    ['norm/beta', theirs('bias')],
    ['norm/running', running],
  ] as const
  weights.load(new Map([...norm, ...(linear ?? [])]), path)

  const recorder = new Recorder()
  const fed = recorder.feed('x', [batch, length, padded(inputs)])
  const fedLengths = recorder.feed('lengths', [batch], 'u32')
  const seed = recorder.feed('seed', [4], 'u32')
  const r = { graph: new Graph(recorder, { training: { seed, dummy: weights.dummy } }), weights }
  const input: Tensor = linear ? project(r, 'linear', fed) : fed
  recorder.report(softsign(r.graph, batchNorm(r, 'norm', input, fedLengths)))
  await using program = await Program.build(await lentGpu(), recorder)
  program.write(fed, x)
  program.write(fedLengths, lengths)
  const [y] = await program.run()
  const moved = (await weights.save()).get('norm/running')!.data
  weights.destroy()
  return { y: new Float32Array(y!), moved, batch, length, width }
}

describe.skipIf(!existsSync(path))('slt_tiny’s embeddings (skipped where ../shared/fixtures is absent)', () => {
  it.each([
    ['sgn_embed', frames],
    ['txt_embed', words],
  ] as const)('%s: forward within 2e-5, running statistics within 1e-6', async (name, before) => {
    const file = await readSafetensors(path)
    const embedded = before(file)
    const { y, moved, length, width } = await embed(file, name, embedded)
    const want = floats(file, `out.${name}`)
    const valid = (at: number) => Math.floor(at / width) % length < embedded.lengths[Math.floor(at / (width * length))]!
    const off = [...want].map((v, at) => (valid(at) ? Math.abs(v - y[at]!) : 0))
    expect(Math.max(...off)).toBeLessThan(2e-5)
    expect(off.filter((_, at) => valid(at)).length).toBe(width * embedded.lengths.reduce((sum, n) => sum + n))
    const after = ['running_mean', 'running_var'].flatMap((part) => [...floats(file, `after1.${name}.norm.norm.${part}`)])
    expect(Math.max(...after.map((v, i) => Math.abs(v - moved[i]!)))).toBeLessThan(1e-6)
  })
})
