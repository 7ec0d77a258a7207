// Sign2GPT's decoder, a frozen language model with adapters, against its released code: logits, loss, every gradient, the first values, gates that are
// shut and gates of the other kind, ten steps, and every id that beam search gives. The fixture is read where it is present.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readSafetensors } from '../src/formats/safetensors/file.js'
import type { TensorFile } from '../src/formats/safetensors/types.js'
import type { BeamRules } from '../src/infer/beam.js'
import { BeamDecoder } from '../src/infer/beam_decoder.js'
import { BeamSearch, candidatesPerBeam, type FoundSentence } from '../src/infer/beam_search.js'
import { SourceEncoder, type SourceReader } from '../src/infer/source_encoder.js'
import type { TokenWriter } from '../src/infer/token_program.js'
import { adapterTensors } from '../src/model/adapter_state_dict.js'
import { readToken } from '../src/model/language_model.js'
import { adaptedStep, signCaches, signFeatures } from '../src/nn/adapted_decoder.js'
import { vocabularyOf } from '../src/nn/language_model.js'
import type { ParameterSet } from '../src/nn/parameter_set.js'
import type { Graph } from '../src/ops/graph.js'
import { padded } from '../src/ops/parameter.js'
import { vocabularyTop } from '../src/ops/vocabulary.js'
import { topLogProbs } from '../src/reference/top_log_probs.js'
import { StepProgram } from '../src/train/step_program.js'
import { lentGpu } from './harness.js'
import { floats, hyperOf, tensorsOf, whole } from './parity/fixture.js'
import {
  batchOf,
  feedsOf,
  forward,
  languageOf,
  layersOf,
  lossOf,
  once,
  positionsOf,
  recordLoss,
  settingsOf,
  toldBy,
  weightsOf,
} from './parity/sign2gpt_decoder.js'

const path = join(process.env.SIGNLLM_SHARED ?? '../shared', 'fixtures', 'sign2gpt_decoder.safetensors')

const largestOf = (data: ArrayLike<number>): number => Array.from(data).reduce((most, v) => Math.max(most, Math.abs(v)), 0)

/** Within a share of the largest number, and 1e-6. */
function expectNear(got: ArrayLike<number>, want: ArrayLike<number>, share: number, what: string): void {
  expect(got.length, what).toBe(want.length)
  const most = share * largestOf(want) + 1e-6
  const off = Array.from(want).reduce((worst, v, i) => Math.max(worst, Math.abs(v - got[i]!)), 0)
  expect(off, what).toBeLessThanOrEqual(most)
}

/** The logits of the tokens that count. */
function realLogits(file: TensorFile, logits: Float32Array | Float64Array): Float64Array {
  const { vocab } = toldBy(file)
  const { arrays, target } = batchOf(file)
  return Float64Array.from(
    [...arrays.lengths].flatMap((length, b) => [...logits.subarray(b * target * vocab, (b * target + length) * vocab)]),
  )
}

function expectLogits(file: TensorFile, { logits }: { logits: Float32Array }, name: string): void {
  expectNear(realLogits(file, logits), realLogits(file, floats(file, name)), 2e-5, name)
}

describe.skipIf(!existsSync(path))(path, () => {
  it('puts out the features of signing and the logits, has the loss, every gradient, and none of what is frozen', async () => {
    const file = await readSafetensors(path)
    await using weights = await weightsOf(file, { training: true })
    const ran = await once(file, weights, settingsOf(toldBy(file)))
    expectLogits(file, ran, 'logits')
    expectNear(ran.memory, floats(file, 'sign_features'), 2e-5, 'sign_features')
    expect(Math.abs(ran.loss / floats(file, 'loss')[0]! - 1)).toBeLessThan(1e-5)
    const wanted = adapterTensors(tensorsOf(file, 'grad.'), 'fixture')
    expect([...ran.grads!.keys()].sort()).toEqual([...wanted.keys()].sort())
    for (const [name, { data }] of wanted) expectNear(ran.grads!.get(name)!.data, data, name.endsWith('/gate') ? 2e-4 : 1e-4, name)
    const { sign_dim } = toldBy(file)
    const gradSign = ran.gradSign!.filter((_, i) => i % padded(sign_dim) < sign_dim)
    expectNear(gradSign, floats(file, 'grad_sign'), 1e-4, 'grad_sign')
    // The only layer whose own weights are trained is the one that signing goes through.
    expect(ran.backward.filter((kernel) => kernel === 'linear_weight_grad')).toHaveLength(1)
    expect(ran.backward.filter((kernel) => kernel === 'layer_norm_weight_grad')).toHaveLength(0)
  })

  it('begins with the frozen model’s bits, and with gradients at gates and at B of the layers’ own attention alone', async () => {
    const file = await readSafetensors(path)
    await using weights = await weightsOf(file, { training: true, over: ['init.weight.'], gates: 0 })
    const ran = await once(file, weights, settingsOf(toldBy(file)))
    const frozen = await once(file, weights)
    expect(realLogits(file, ran.logits)).toEqual(realLogits(file, frozen.logits))
    expectLogits(file, ran, 'frozen.logits')
    expect(Math.abs(ran.loss / floats(file, 'init.loss')[0]! - 1)).toBeLessThan(1e-5)
    const wanted = adapterTensors(tensorsOf(file, 'init.grad.'), 'fixture')
    for (const [name, { data }] of ran.grads!) {
      const theirs = wanted.get(name)
      if (theirs) expectNear(data, theirs.data, name.endsWith('/gate') ? 2e-4 : 1e-4, name)
      // In the first step neither A nor the signing moves anything yet.
      else if (!/\/(self\/\w+|out)\/b$/.test(name)) expect(largestOf(data), name).toBe(0)
    }
  })

  it.each([
    ['gate0.logits', 'clamp', 0],
    ['tanh.logits', 'tanh', undefined],
  ] as const)('has %s', async (name, gate, gates) => {
    const file = await readSafetensors(path)
    await using weights = await weightsOf(file, { ...(gates !== undefined && { gates }) })
    expectLogits(file, await once(file, weights, settingsOf(toldBy(file), gate)), name)
  })

  it('goes ten steps of AdamW as PyTorch does, numbers of gradients clipped before their norm', async () => {
    const file = await readSafetensors(path)
    const [told, batch] = [toldBy(file), batchOf(file)]
    const series = (name: string) => floats(file, name)
    await using weights = await weightsOf(file, { training: true })
    const record = (graph: Graph) => {
      const feeds = feedsOf(graph.recorder, batch, told)
      const r = { graph, weights, config: layersOf(told) }
      const { features } = forward(r, feeds, told, settingsOf(told))
      return { feeds, reports: { result: recordLoss(r, features, feeds, told) } }
    }
    const optimiser = { kind: 'adamw', weightDecay: 1e-3, decayed: 'weights', clipElements: 1 } as const
    const step = await StepProgram.record(await lentGpu(), weights, record, { clip: 1, optimiser })
    for (let n = 1; n <= series('losses').length; n++) {
      const before = await once(file, weights, settingsOf(told))
      const gradients = [...before.grads!.values()].flatMap(({ data }) => [...data])
      const { reports, gradientNorm } = await step.run(batch.arrays, {
        seed: Uint32Array.of(1, n, 0, 0),
        hyper: hyperOf(series('lrs')[n - 1]!, n),
      })
      const loss = lossOf(new Float32Array(reports.result!), batch.arrays.coefficient)
      for (const [got, name] of [
        [loss, 'losses'],
        [Math.hypot(...gradients), 'grad_norms_raw'],
        [gradientNorm, 'grad_norms_after_element_clip'],
      ] as const)
        expect(Math.abs(got / series(name)[n - 1]! - 1), `${name} of step ${n}`).toBeLessThan(1e-4)
      expect(gradients.filter((v) => Math.abs(v) > 1).length, `clipped in step ${n}`).toBe(whole(file, 'elements_clipped')[n - 1])
    }
    step.destroy()
    const after = await weights.save()
    for (const [name, { data }] of adapterTensors(tensorsOf(file, 'after10.'), 'fixture'))
      expectNear(after.get(name)!.data, data, 1e-4, `${name} after ten steps`)
  })

  it('finds the very ids of the released search, over caches of tokens and of signing', async () => {
    const file = await readSafetensors(path)
    await using weights = await weightsOf(file, { over: ['beam.weight.'] })
    const searches = searchesOf(file, '')
    expect(searches.length).toBeGreaterThan(3)
    for (const { name, rules } of searches) {
      const found = await searched(file, weights, rules)
      expectFound(file, found, name)
      if (name === 'beam') expectHypotheses(file, found)
    }
    // One beam that stops where it ends is greedy.
    const greedy = await searched(file, weights, { ...rulesOf(file, 'greedy.sequences', ''), dialect: 'slrt', beams: 1, lengthPenalty: -1 })
    expect(greedy.map(({ ids }) => ids)).toEqual(sentences(file, 'greedy.sequences'))
  })

  it('finds the ids of searches of a table, without a network', async () => {
    const file = await readSafetensors(path)
    const [, classes] = file.tensors.get('table.position')!.shape as [number, number]
    const [bigram, position] = [floats(file, 'table.bigram'), floats(file, 'table.position')]
    const searches = searchesOf(file, 'table.')
    expect(searches.length).toBeGreaterThan(3)
    for (const { name, rules } of searches) {
      const count = file.tensors.get(`${name}.sequences`)!.shape[0]!
      const search = new BeamSearch(count, rules)
      let last: ArrayLike<number> = new Array(count * rules.beams).fill(rules.end)
      for (let n = 0; !search.done; n++) {
        const rows = last.length
        const logits = Float64Array.from({ length: rows * classes }, (_, i) => {
          const [row, v] = [Math.floor(i / classes), i % classes]
          return bigram[(Math.floor(row / rules.beams) * classes + last[row]!) * classes + v]! + position[n * classes + v]!
        })
        const { id, value } = topLogProbs(logits, { rows, classes, stride: classes, k: candidatesPerBeam(rules, classes) })
        last = search.step({ ids: id, logProbs: value }).tokens
      }
      expectFound(file, search.results() as FoundSentence[], name)
    }
  })
})

/** The searches that a file has sequences of, by what their names say. */
function searchesOf(file: TensorFile, prefix: string): { name: string; rules: BeamRules }[] {
  const pattern = new RegExp(`^(${prefix.replace('.', '\\.')}beam[^.]*(?:\\.\\d+)?)\\.sequences$`)
  return [...file.tensors.keys()].flatMap((tensor) => {
    const [, name] = pattern.exec(tensor) ?? []
    return name ? [{ name, rules: rulesOf(file, tensor, name) }] : []
  })
}

function rulesOf(file: TensorFile, sequences: string, name: string): BeamRules {
  const limits = /max_length (\d+)/.exec(file.metadata[sequences.startsWith('table.') ? 'table' : 'beam']!)
  return {
    dialect: 'huggingface',
    beams: 4,
    lengthPenalty: Number(/_lp([\d.]+)$/.exec(name)?.[1] ?? 1),
    // The first token is counted there.
    maxLength: Number(limits![1]) - 1,
    end: toldBy(file).eos,
    earlyStopping: name.includes('early'),
    cutCounts: name.includes('newer') ? 'written' : 'all',
  }
}

/** A search by the adapted model of every sentence in the file, whose signing is read once for all beams. */
async function searched(file: TensorFile, weights: ParameterSet, rules: BeamRules): Promise<FoundSentence[]> {
  const [gpu, told, { batch, signs, arrays }] = [await lentGpu(), toldBy(file), batchOf(file)]
  const { d_model: width, sign_dim, eos, vocab } = told
  const [config, settings] = [layersOf(told), settingsOf(told)]
  const reader: SourceReader<number> = {
    weights,
    config,
    record(r, { rows, length }) {
      const { recorder } = r.graph
      const sign = recorder.feed('sign', [rows, length, padded(sign_dim)])
      const at = recorder.feed('at', [rows * length], 'u32')
      const table = recorder.feed('table', [length, padded(sign_dim)])
      const lengths = recorder.feed('lengths', [rows], 'u32')
      return { feeds: { sign, at, table, lengths }, lengths, encoded: signFeatures(r, sign, { table, at }) }
    },
    caches: (r, memory) => signCaches(r, settings, memory),
    lay: () => ({ sign: arrays.sign, at: arrays.signAt, table: arrays.signTable, lengths: arrays.signLengths }),
  }
  const vocabulary = vocabularyOf(weights, languageOf(told))
  const positions = positionsOf(weights)
  const writer: TokenWriter = {
    weights,
    config,
    width,
    classes: vocab,
    step: (r, { token, lengths, past, ...signing }) =>
      readToken(r, { token, lengths, past, positions }, vocabulary, adaptedStep(settings, { lengths, past, ...signing })),
    top: (r, x, options) => vocabularyTop(r.graph, x, vocabulary, options),
  }
  const shape = { rows: batch, length: signs }
  const made = await SourceEncoder.recordWith(gpu, reader, shape, async ({ memory, lengths: memoryLengths }) => ({
    decoding: await BeamDecoder.record(gpu, writer, { sentences: batch, rules, start: eos }, { memory, memoryLengths }),
  }))
  const reports = await made.encoding.start(Array.from({ length: batch }, (_, b) => b))
  const found = await made.decoding.search()
  await reports.read()
  made.decoding.destroy()
  made.encoding.destroy()
  return found
}

/** The sequences of a file as ours: without the first token, up to the first end or padding. */
function sentences(file: TensorFile, name: string): number[][] {
  const { eos, pad } = toldBy(file)
  const [count, length] = file.tensors.get(name)!.shape as [number, number]
  const ids = [...whole(file, name)]
  return Array.from({ length: count }, (_, b) => {
    const own = ids.slice(b * length + 1, (b + 1) * length)
    const over = own.findIndex((id) => id === eos || id === pad)
    return over < 0 ? own : own.slice(0, over)
  })
}

function expectFound(file: TensorFile, found: readonly FoundSentence[], name: string): void {
  expect(
    found.map(({ ids }) => ids),
    name,
  ).toEqual(sentences(file, `${name}.sequences`))
  for (const [b, score] of floats(file, `${name}.scores`).entries())
    expect(Math.abs(found[b]!.score - score), `${name} ${b}`).toBeLessThan(1e-4)
}

function expectHypotheses(file: TensorFile, found: readonly FoundSentence[]): void {
  const scores = floats(file, 'beam.hypothesis_scores')
  const each = scores.length / found.length
  for (const [b, { hypotheses }] of found.entries()) {
    const ours = hypotheses.map(({ score }) => score).sort((x, y) => y - x)
    const theirs = [...scores.subarray(b * each, (b + 1) * each)].sort((x, y) => y - x)
    expect(ours).toHaveLength(each)
    for (const [i, score] of theirs.entries()) expect(Math.abs(ours[i]! - score), `hypothesis ${i} of ${b}`).toBeLessThan(1e-4)
  }
}
