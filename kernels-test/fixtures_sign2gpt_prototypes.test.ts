// The prototype head of Sign2GPT's first stage against its released code: cosines, map, scores, loss and every gradient, with temperatures that
// are free and with ones that are held. The fixture is read where it is present; sizes are the file's.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Tensor } from '../src/device/memory.js'
import { Program, Recorder } from '../src/device/program.js'
import { readSafetensors } from '../src/formats/safetensors/file.js'
import type { TensorFile } from '../src/formats/safetensors/types.js'
import { prototypeSizes, prototypeTensors } from '../src/model/prototype_state_dict.js'
import type { HostTensors } from '../src/nn/host_tensor.js'
import { ParameterSet } from '../src/nn/parameter_set.js'
import { type PrototypeTraining, presenceGoals, prototypeHead, prototypeSpecs, scoreColumns } from '../src/nn/prototypes.js'
import { binaryCrossEntropy } from '../src/ops/binary_cross_entropy.js'
import { Graph } from '../src/ops/graph.js'
import { through } from '../src/ops/graph.testing.js'
import { padded } from '../src/ops/parameter.js'
import { prototypeScores } from '../src/ops/prototype_scores.js'
import { lentGpu } from './harness.js'
import { floats, tensorsOf, whole } from './parity/fixture.js'

const path = join(process.env.SIGNLLM_SHARED ?? '../shared', 'fixtures', 'sign2gpt_prototypes.safetensors')
const NAME = 'prototypes'

/** The head's tensors in our names; `clamped.` ones differ in the temperatures. */
function weightsOf(file: TensorFile, clamped: string): HostTensors {
  const theirs = new Map([...tensorsOf(file, 'weight.'), ...tensorsOf(file, 'buffer.')])
  const warmth = clamped ? [...tensorsOf(file, clamped)].filter(([name]) => /^\w+_temperature$/.test(name)) : []
  return prototypeTensors(new Map([...theirs, ...warmth]), { prefix: '', name: NAME, who: path })
}

const toldBy = ({ metadata }: TensorFile) => JSON.parse(metadata.config!) as { loss_weight: number }

/** The classes of each clip, the first one named twice: a class counts once. */
function targetsOf(file: TensorFile): number[][] {
  const [clips, classes] = file.tensors.get('targets')!.shape as [number, number]
  const hot = floats(file, 'targets')
  return Array.from({ length: clips }, (_, b) => {
    const named = Array.from({ length: classes }, (_, v) => v).filter((v) => hot[b * classes + v] === 1)
    return [...named, ...named.slice(0, 1)]
  })
}

/** Rows of the last axis as a feed has them: padded to a multiple of 4. */
function widened(numbers: Float64Array, width: number): Float32Array {
  const out = new Float32Array((numbers.length / width) * padded(width))
  numbers.forEach((v, i) => {
    out[Math.floor(i / width) * padded(width) + (i % width)] = v
  })
  return out
}

/** The first `width` of every `stride`. */
const narrowed = (numbers: Float32Array, width: number, stride: number): Float32Array => numbers.filter((_, i) => i % stride < width)

/** Everything the head makes of the file's batch. */
async function ranOn(file: TensorFile, clamped: string, train: PrototypeTraining) {
  const gpu = await lentGpu()
  const tensors = weightsOf(file, clamped)
  const sizes = prototypeSizes(tensors, NAME)
  const [batch, length, width] = file.tensors.get('input')!.shape as [number, number, number]
  const weights = new ParameterSet(gpu, prototypeSpecs(NAME, sizes, train), { training: true })
  weights.load(tensors, path)
  const recorder = new Recorder()
  const seed = recorder.feed('seed', [4], 'u32')
  const graph = new Graph(recorder, { training: { seed, dummy: weights.dummy } })
  const columns = scoreColumns(sizes.classes)
  const x = recorder.feed('x', [batch, length, padded(width)])
  const lengths = recorder.feed('lengths', [batch], 'u32')
  const [goal, coefficient] = [recorder.feed('goal', [batch, columns]), recorder.feed('coefficient', [batch])]
  graph.requireGrad(x)
  const head = prototypeHead({ graph, weights }, NAME, { x, lengths, classes: sizes.classes, dropout: 0 })
  const map = head.map()
  const loss = binaryCrossEntropy(graph, head.scores, { goal, coefficient, classes: sizes.classes })
  graph.backward()
  const wanted: Record<string, Tensor> = { S: head.cosines, E: map, scores: head.scores, loss, dx: graph.gradAt(x)! }
  for (const tensor of Object.values(wanted)) recorder.report(tensor)

  await using program = await Program.build(gpu, recorder)
  const clips = presenceGoals(targetsOf(file), { classes: sizes.classes, weight: toldBy(file).loss_weight, whole: batch })
  program.write(seed, new Uint32Array(4))
  program.write(x, widened(floats(file, 'input'), width))
  program.write(lengths, whole(file, 'lengths'))
  program.write(goal, clips.goal)
  program.write(coefficient, clips.coefficient)
  const reports = await program.run({ clear: weights.grads!.buffers })
  const out = Object.fromEntries(Object.keys(wanted).map((name, i) => [name, new Float32Array(reports[i]!)]))
  const grads = await weights.save(weights.grads!)
  weights.destroy()
  const cut = (name: string, stride: number, kept: number) => narrowed(out[name]!, kept, stride)
  return {
    sizes,
    grads,
    vectors: tensors.get(`${NAME}/vectors`)!.data,
    S: cut('S', columns, sizes.classes + 1),
    E: cut('E', columns, sizes.classes + 1),
    p: cut('scores', columns, sizes.classes),
    p_with_zero_class: cut('scores', columns, sizes.classes + 1),
    loss: Float32Array.of(out.loss!.reduce((sum, v, b) => sum + v * clips.coefficient[b]!, 0)),
    grad_input: cut('dx', padded(width), width),
  }
}

/** max |a - b| ≤ rtol · max |b| + 1e-6 */
function expectWithin(name: string, got: ArrayLike<number>, want: ArrayLike<number>, rtol: number): void {
  expect(got.length, name).toBe(want.length)
  const [most, off] = [Math.max(...Array.from(want, Math.abs)), Math.max(...Array.from(want, (v, i) => Math.abs(v - got[i]!)))]
  expect(off, `${name}, of size ${most}`).toBeLessThanOrEqual(rtol * most + 1e-6)
}

/** Rows of `numbers` [rows, width] that are all zeros in `of`. */
const ofZeroRows = (numbers: Float32Array, of: Float32Array, width: number): Float32Array =>
  numbers.filter((_, i) => of.subarray(Math.floor(i / width) * width, (Math.floor(i / width) + 1) * width).every((v) => v === 0))

describe.skipIf(!existsSync(path))(path, () => {
  for (const clamped of ['', 'clamped.']) {
    const title = clamped ? 'temperatures beyond what they may be' : 'free temperatures'

    it(`has PyTorch's outputs and gradients, ${title}`, async () => {
      const file = await readSafetensors(path)
      const got = await ranOn(file, clamped, { vectors: true, temperatures: true })
      const want = (name: string) => floats(file, `${clamped}${name}`)
      for (const name of ['E', 'p', 'p_with_zero_class'] as const) expectWithin(name, got[name], want(name), 2e-5)
      // Cosines of padding are made and read by nobody.
      const { length: rows } = floats(file, 'mask')
      const kept = (numbers: ArrayLike<number>) => {
        const mask = whole(file, 'mask')
        return Float64Array.from(numbers).filter((_, i) => mask[Math.floor(i / (numbers.length / rows))] === 1)
      }
      expectWithin('S', kept(got.S), kept(want('S')), 2e-5)
      expectWithin('loss', got.loss, want('loss'), 1e-5)
      expectWithin('bce', [got.loss[0]! / toldBy(file).loss_weight], want('bce'), 1e-5)
      expectWithin('grad_input', got.grad_input, want('grad_input'), 1e-4)
      expect(got.grad_input.filter((v, i) => whole(file, 'mask')[Math.floor(i / got.sizes.width)] === 0 && v !== 0)).toHaveLength(0)

      const grads = prototypeTensors(tensorsOf(file, `${clamped}grad.`), { prefix: '', name: NAME, who: path })
      for (const [name, { data }] of grads) {
        const ours = got.grads.get(name)!.data
        if (!name.endsWith('/temperatures')) expectWithin(`gradient of ${name}`, ours, data, 1e-4)
        else for (const [i, v] of data.entries()) expectWithin(`gradient of temperature ${i}`, [ours[i]!], [v], 2e-4)
      }
      // A vector of zeros has no direction: PyTorch's gradient there is noise, which the file leaves out; ours is none.
      expect(ofZeroRows(got.grads.get(`${NAME}/vectors`)!.data, got.vectors, got.sizes.vectorWidth).filter((v) => v !== 0)).toHaveLength(0)
      if (clamped) expect([...got.grads.get(`${NAME}/temperatures`)!.data]).toEqual([0, 0])
    })
  }

  it.each(['', 'clamped.'])(
    "has PyTorch's gradients at the scores and at the cosines, from its own scores and cosines: '%s'",
    async (clamped) => {
      const file = await readSafetensors(path)
      const [batch, length, all] = file.tensors.get(`${clamped}S`)!.shape as [number, number, number]
      const [classes, columns] = [all - 1, padded(all)]
      const feed = (shape: number[], numbers: ArrayLike<number>) => ({ shape, data: Float64Array.from(numbers) })
      const goals = presenceGoals(targetsOf(file), { classes, weight: toldBy(file).loss_weight, whole: batch })
      const inputs = {
        s: feed([batch, length, columns], widened(floats(file, `${clamped}S`), all)),
        p: feed([batch, columns], widened(floats(file, `${clamped}p_with_zero_class`), all)),
        lengths: { shape: [batch], data: whole(file, 'lengths') },
        goal: feed([batch, columns], goals.goal),
        coefficient: feed([batch], goals.coefficient),
      }
      const temperatures = weightsOf(file, clamped).get(`${NAME}/temperatures`)!
      const { out } = await through({
        inputs,
        wanted: ['s', 'p'],
        parameters: { temperatures: { shape: [2], data: Float64Array.from(temperatures.data) } },
        record: (g, i, p) => {
          const given = { goal: i.goal!, coefficient: i.coefficient!, classes }
          binaryCrossEntropy(g, i.p!, given)
          const { scores } = prototypeScores(g, i.s!, { lengths: i.lengths!, temperatures: p.temperatures!, classes: all })
          binaryCrossEntropy(g, scores, given)
          return { scores }
        },
      })
      expectWithin('grad_p', narrowed(out['d p']!, classes, columns), floats(file, `${clamped}grad_p`), 1e-4)
      expectWithin('grad_S', narrowed(out['d s']!, all, columns), floats(file, `${clamped}grad_S`), 1e-4)
    },
  )

  it('has exactly 0 in the map at padding', async () => {
    const file = await readSafetensors(path)
    const { E, sizes } = await ranOn(file, '', { vectors: false, temperatures: false })
    const mask = whole(file, 'mask')
    const padding = E.filter((_, i) => mask[Math.floor(i / (sizes.classes + 1))] === 0)
    expect(padding.length).toBeGreaterThan(0)
    expect(padding.every((v) => v === 0)).toBe(true)
  })

  it.each([
    { vectors: false, temperatures: true },
    { vectors: true, temperatures: false },
    { vectors: false, temperatures: false },
  ])('trains what it is to train, bit for bit as when it trains all: %o', async (train) => {
    const file = await readSafetensors(path)
    const [all, some] = [await ranOn(file, '', { vectors: true, temperatures: true }), await ranOn(file, '', train)]
    const kept = ['hidden/weight', 'hidden/bias', ...(train.vectors ? ['vectors'] : []), ...(train.temperatures ? ['temperatures'] : [])]
    expect([...some.grads.keys()].sort()).toEqual(kept.map((part) => `${NAME}/${part}`).sort())
    for (const [name, { data }] of some.grads) expect([...data], name).toEqual([...all.grads.get(name)!.data])
    expect([...some.grad_input]).toEqual([...all.grad_input])
  })
})
