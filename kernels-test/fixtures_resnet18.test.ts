// ResNet-18 against PyTorch: features, every gradient, running statistics and evaluation by them. The fixture is read where it is present.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Program, Recorder } from '../src/device/program.js'
import { readSafetensors } from '../src/formats/safetensors/file.js'
import type { TensorFile } from '../src/formats/safetensors/types.js'
import { resNetTensors } from '../src/model/resnet_state_dict.js'
import { type HostTensors, unpad } from '../src/nn/host_tensor.js'
import { initialTensors } from '../src/nn/init.js'
import { ParameterSet } from '../src/nn/parameter_set.js'
import { trainedNumbers } from '../src/nn/parameter_spec.js'
import { residualNetwork, residualNetworkSpecs } from '../src/nn/residual_network.js'
import { resnet18, type StageWidths } from '../src/nn/residual_network_config.js'
import { Graph } from '../src/ops/graph.js'
import { padded } from '../src/ops/parameter.js'
import { lentGpu } from './harness.js'
import { expectNear, read } from './near.js'
import { tensorsOf } from './parity/fixture.js'

const path = join(process.env.SIGNLLM_SHARED ?? '../shared', 'fixtures', 'resnet18_tiny.safetensors')

async function ran(file: TensorFile, tensors: HostTensors, widths: StageWidths, training: boolean) {
  const gpu = await lentGpu()
  const images = read(file, 'images')
  const count = images.shape[0]!
  const set = new ParameterSet(gpu, residualNetworkSpecs(widths), { training })
  set.load(tensors, path)
  const recorder = new Recorder()
  const seed = recorder.feed('seed', [4], 'u32')
  const fed = { images: recorder.feed('images', images.shape), there: recorder.feed('there', [count], 'u32') }
  const graph = new Graph(recorder, training ? { training: { seed, dummy: set.dummy } } : {})
  graph.requireGrad(fed.images)
  const out = residualNetwork({ graph, weights: set }, fed, widths)
  const pull = recorder.feed('cotangent', out.shape)
  if (training) graph.shareGrad([out], pull)
  graph.backward()
  const atImages = graph.gradAt(fed.images)
  for (const tensor of atImages ? [out, atImages] : [out]) recorder.report(tensor)
  await using program = await Program.build(gpu, recorder)
  program.write(fed.images, images.data)
  program.write(fed.there, new Uint32Array(count).fill(2 ** 32 - 1))
  if (training) {
    const { shape, data } = read(file, 'cotangent')
    const wide = new Float32Array(count * padded(shape[1]!))
    for (let i = 0; i < count; i++) wide.set(data.subarray(i * shape[1]!, (i + 1) * shape[1]!), i * padded(shape[1]!))
    program.write(pull, wide)
  }
  const reports = await program.run({ clear: set.grads?.buffers ?? [] })
  const features = unpad(new Float32Array(reports[0]!), [count, widths[3]])
  const result = {
    out: features,
    grads: set.grads ? await set.save(set.grads) : new Map(),
    after: await set.save(),
    atImages: reports[1] && new Float32Array(reports[1]),
  }
  set.destroy()
  return result
}

it('has as many numbers as published', () => {
  expect(trainedNumbers(residualNetworkSpecs(resnet18.widths))).toBe(11_176_512)
})

describe.skipIf(!existsSync(path))(path, () => {
  it('has PyTorch’s features, gradients and running statistics, and evaluates by those', async () => {
    const file = await readSafetensors(path)
    const { widths } = JSON.parse(file.metadata.config!) as { widths: StageWidths }
    const first = initialTensors(residualNetworkSpecs(widths), 1)
    const tensors = new Map([...first, ...resNetTensors(tensorsOf(file, 'weight.'), path)])
    const { out, grads, after, atImages } = await ran(file, tensors, widths, true)
    expectNear('out', out, read(file, 'out').data, 2e-5)
    expectNear('grad_images', atImages!, read(file, 'grad_images').data, 1e-4)
    const wanted = resNetTensors(tensorsOf(file, 'grad.'), path)
    expect([...grads.keys()].sort()).toEqual([...wanted.keys()].sort())
    for (const [name, { data }] of wanted) expectNear(name, grads.get(name)!.data, data, 1e-4)
    for (const [name, { data }] of resNetTensors(tensorsOf(file, 'after.'), path)) expectNear(name, after.get(name)!.data, data, 2e-5)
    const evaluated = await ran(file, after, widths, false)
    expectNear('eval.out', evaluated.out, read(file, 'eval.out').data, 2e-5)
  })
})
