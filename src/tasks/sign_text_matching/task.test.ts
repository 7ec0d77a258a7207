// Sign-text matching: what it learns finds held-out clips; a batch in passes has the gradients of its loss as a whole; a decoder learns beside it, by an optimiser of
// its own.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lentGpu } from '../../../kernels-test/harness.js'
import { readCheckpoint } from '../../checkpoint/file.js'
import { restoreSignTextMatching } from '../../checkpoint/sign_text_matching.js'
import { SignTextMatcher } from '../../infer/sign_text_matcher.js'
import { add } from '../../kernels/add.js'
import { SCALE } from '../../model/sign_text_matching.js'
import type { HostTensors } from '../../nn/host_tensor.js'
import { chosenRows } from '../../ops/chosen_rows.js'
import type { Graph } from '../../ops/graph.js'
import { matchingLoss } from '../../ops/matching.js'
import { type BatchPlan, passesOf } from '../../train/batches.js'
import { passShape } from '../../train/passes.js'
import { StepProgram } from '../../train/step_program.js'
import type { HostArrays, RecordedLosses } from '../../train/task.js'
import { recordStep, Trainer } from '../../train/trainer.js'
import { parseSignTextMatchingConfig } from './config.js'
import { matchingLossOf, recordPassFeatures } from './losses.js'
import { loadSignTextMatchingTraining } from './task.js'
import type { SignTextMatchingTraining } from './training.js'

const runFile = (more: string, sizes: string) => `task: sign-text-matching
name: matching
data:
  - synthetic: { languages: [GSL], clipsPerLanguage: 120, words: 12, wordsPerSentence: [1, 3], framesPerSign: 6 }
model: { width: 24, heads: 2, hidden: 32, features: 20, maxFrames: 64, maxTokens: 6${sizes} }
augment: { shift: 0, mirror: 0, tilt: 0, scale: 0 }
optimiser: { kind: adamw, rate: 1.0e-3 }
schedule: { kind: constant }
stop: { steps: 40 }
${more}`

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-matching-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function opened(more: string, sizes = '') {
  const config = parseSignTextMatchingConfig(runFile(more, sizes), 'run.yaml')
  const loaded = await loadSignTextMatchingTraining(config, { resumed: false })
  const { training } = await loaded.begin(await lentGpu())
  return { config, training, trainer: new Trainer(config, training, { owns: true }), notes: loaded.notes }
}

describe('sign-text matching', () => {
  it('learns to find clips and sentences, and finds from a checkpoint what the training finds', async () => {
    const { trainer, training } = await opened('batch: { size: 8 }\nrestoring: { every: 3, smoothing: 0, rate: 3.0e-3 }\n')
    const before = await training.validate()
    const losses: { matching: number[]; restoring: number[] } = { matching: [], restoring: [] }
    for (let n = 0; n < 100; n++) {
      const { loss, factor } = await trainer.trainStep()
      losses[factor === undefined ? 'restoring' : 'matching'].push(loss)
    }
    expect(losses.restoring).toHaveLength(25)
    for (const own of Object.values(losses)) expect(own.at(-1)!).toBeLessThan(0.85 * own[0]!)
    const { result, score } = await training.validate()
    expect(score).toBeLessThan(before.score)
    expect(result.signToText.at1).toBeGreaterThan(2 * result.chance.signToText.at1)

    const path = join(folder, 'a.safetensors')
    await trainer.save(path, { state: true })
    const held = await training.signing.held(null)
    const gpu = await lentGpu()
    await using model = restoreSignTextMatching(gpu, await readCheckpoint(path))
    await using there = new SignTextMatcher(gpu, model)
    await using here = new SignTextMatcher(gpu, training.model)
    expect(await there.signs(held)).toEqual(await here.signs(held))
    const texts = held.map(({ text }) => text)
    expect(await there.texts(texts)).toEqual(await here.texts(texts))
    expect(await there.texts(texts.slice(1, 2))).toEqual((await there.texts(texts)).slice(1, 2))
    await trainer.destroy()
  })

  it.each([
    [4, 16],
    [3, 9],
  ])('in passes of %i has the gradients of one graph with their norms over a batch of %i', async (microBatch, size) => {
    const [passes, whole] = [
      await opened(`batch: { size: ${size}, microBatch: ${microBatch} }\n`),
      await opened(`batch: { size: ${size} }\n`),
    ]
    const batch = whole.training.planEpoch(0).find(({ examples }) => examples.length === size)!
    const reference = await oneGraph(whole.training, batch, microBatch)
    const trainer = new Trainer(passes.config, passes.training, { plan: [batch] })
    const { loss } = await trainer.trainStep()
    expect(Math.abs(loss / reference.loss - 1)).toBeLessThan(1e-6)
    const { weights } = passes.training.model
    // Of what no bias of a convolution or a key moves, rounding is left.
    const idle = /^time\.\d\/bias$|\/key\/bias$/
    for (const [name, { data }] of await weights.save(weights.grads!)) {
      const wanted = reference.grads.get(name)!.data
      const scale = Math.max(...wanted.map(Math.abs))
      const apart = data.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i]!)), 0)
      expect(apart, name).toBeLessThanOrEqual(idle.test(name) ? 1e-5 : 2e-6 * scale)
    }
    // Each pass moved the running statistics once.
    const [after, wanted] = [await weights.save(), await whole.training.model.weights.save()]
    for (const [name, { data }] of after) if (name.endsWith('/running')) expect(data, name).toEqual(wanted.get(name)!.data)
    await trainer.destroy()
    for (const { trainer: own } of [passes, whole]) await own.destroy()
  })

  it('has the gradients of its losses', async () => {
    const { training, trainer, config } = await opened('batch: { size: 8, microBatch: 8 }\nrestoring: { every: 1 }\n')
    for (const [batch, set] of training
      .planEpoch(0)
      .map((plan, i) => [plan, training.model.sets[i % 2]!] as const)
      .slice(0, 2)) {
      const program = await recordStep(await lentGpu(), training, passShape(batch, batch.examples), config)
      const arrays = training.feedsOf(batch.examples, batch, { step: 1 })
      const lossAt = async (tensors: HostTensors) => {
        set.load(tensors, 'test')
        const { reports } = await program.run(arrays, { seed: Uint32Array.of(1, 1, 0, 0), hyper: [] }, { last: false })
        return training.reportStep(batch, [reports]).loss
      }
      const values = await set.save()
      await lossAt(values)
      const grads = await set.save(set.grads!)
      // Along the gradient of each kind of parameter alone, the loss rises by the square of its length.
      for (const kind of [/^time/, /^class_token|^matched/, /^encoder|^decoder/, /^text\/words|^words/, /^text\/encoder/, /^scale/]) {
        const own = [...grads].filter(([name]) => kind.test(name))
        if (own.length === 0) continue
        const squares = own.reduce((sum, [, { data }]) => sum + data.reduce((all, value) => all + value * value, 0), 0)
        const reach = 2e-3 / squares
        const moved = (by: number): HostTensors =>
          new Map(
            [...values].map(([name, { shape, data }]) => {
              const grad = own.find(([one]) => one === name)?.[1].data
              return [name, { shape, data: grad ? data.map((value, i) => value + by * grad[i]!) : data }]
            }),
          )
        const rise = (await lossAt(moved(reach))) - (await lossAt(moved(-reach)))
        expect(Math.abs(rise / (2 * reach * squares) - 1), String(kind)).toBeLessThan(0.02)
      }
      await lossAt(values)
      program.destroy()
    }
    await trainer.destroy()
  })

  it('restores sentences by a decoder alone, whose optimiser is its own', async () => {
    const { training, trainer, config } = await opened('batch: { size: 8 }\nrestoring: { every: 1, rate: 2.0e-3 }\n')
    const { weights, restoring } = training.model
    const [first, second] = training.planEpoch(0)
    expect([first!.group, second!.group]).toEqual(['', 'restoring'])
    expect(second!.examples).toEqual(first!.examples)
    const decoder = await restoring!.save()
    expect((await trainer.trainStep()).rate).toBe(config.optimiser.rate)
    expect(await restoring!.save()).toEqual(decoder)
    const matched = await weights.save()
    expect((await trainer.trainStep()).rate).toBe(2e-3)
    expect(await weights.save()).toEqual(matched)
    expect(await restoring!.save()).not.toEqual(decoder)
    await trainer.destroy()
  })

  it.each(['f32', 'f16'])('makes in each pass what was gathered of it in %s, dropout and all', async (precision) => {
    const more = `batch: { size: 12, microBatch: 4 }\nprecision: ${precision}\n`
    const { training, trainer } = await opened(more, ', dropout: 0.2, attentionDropout: 0.1')
    const reports: Float32Array[] = []
    const reportStep = training.reportStep.bind(training)
    training.reportStep = (batch, passes) => {
      reports.push(...passes.map(({ result }) => new Float32Array(result!)))
      return reportStep(batch, passes)
    }
    for (let step = 0; step < 2; step++) await trainer.trainStep()
    expect(reports).toHaveLength(6)
    for (const [i, other] of reports.entries()) expect(other).toEqual(reports[i < 3 ? 0 : 3])
    expect(reports[3]).not.toEqual(reports[0])
    await trainer.destroy()
  })
})

/** The gradients of a batch's loss, all passes in one graph. */
async function oneGraph(training: SignTextMatchingTraining, batch: BatchPlan, microBatch: number) {
  const { model } = training
  const rows = batch.examples.length
  const passes = passesOf(batch, microBatch)
  const shapes = passes.map((pass) => ({ ...batch, batch: pass.length, whole: rows }))
  const record = (graph: Graph): RecordedLosses => {
    const { recorder } = graph
    const all = [4 * Math.ceil(rows / 4), model.config.transformer.width]
    const own = { coefficient: recorder.feed('coefficient', [1]), own: recorder.feed('own', [rows]), zeros: recorder.feed('zeros', all) }
    const made = shapes.map((shape) => {
      const seen = training.signing.record(recorder, { rows: shape.batch, length: shape.source })
      return { ...recordPassFeatures(graph, model, shape, seen), place: recorder.feed('place', [1], 'u32') }
    })
    const together = (name: 'allSigns' | 'allTexts') => {
      const parts = made.map(({ feeds, reports, place }) =>
        chosenRows(graph, reports[name]!, { at: feeds.first!, place, table: own.zeros }),
      )
      return parts.reduce((sum, part) => {
        const y = graph.tensor('sum', all)
        recorder.run(add, { a: sum, b: part, y }, { n: all[0]! * all[1]! })
        graph.onBackward(y, [sum, part], (dy) => graph.shareGrad([sum, part], dy))
        return y
      })
    }
    const inputs = { signs: together('allSigns'), texts: together('allTexts'), scale: model.weights.get(SCALE) }
    const result = matchingLoss(graph, { ...inputs, ...own }, rows)
    const feeds = made.flatMap((pass, p) =>
      Object.entries({ ...pass.feeds, place: pass.place }).map(([name, tensor]) => [`${name} ${p}`, tensor] as const),
    )
    return { feeds: { ...own, ...Object.fromEntries(feeds) }, reports: { result, own: own.own, scale: inputs.scale.value } }
  }
  const gpu = await lentGpu()
  const program = await StepProgram.record(gpu, model.weights, record, { clip: null, optimiser: { kind: 'adamw', weightDecay: 0 } })
  const arrays: HostArrays = {
    coefficient: Float32Array.of(1 / rows),
    own: new Float32Array(rows).fill(1),
    zeros: new Float32Array(4 * Math.ceil(rows / 4) * model.config.transformer.width),
    ...Object.fromEntries(
      passes.flatMap((pass, p) =>
        Object.entries(training.feedsOf(pass, batch, { step: 1 })).map(([name, array]) => [`${name} ${p}`, array]),
      ),
    ),
  }
  const { reports } = await program.run(
    arrays,
    { seed: Uint32Array.of(1, 1, 0, 0), hyper: [0, 0.9, 0.999, 1e-8, 0.1, 0.001] },
    { last: false },
  )
  program.destroy()
  return { loss: matchingLossOf([reports]).loss, grads: await model.weights.save(model.weights.grads!) }
}
