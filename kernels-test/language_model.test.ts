// The language model's parameters and its training: counts without a GPU, the loss and every gradient against finite differences of a plain float64
// twin, shards against the whole, and a small language learnt.

import { describe, expect, it } from 'vitest'
import { Random } from '../src/base/random.js'
import { Program, Recorder } from '../src/device/program.js'
import { invertIds } from '../src/kernels/embedding.js'
import {
  type LanguageModel,
  type LanguageModelConfig,
  languageLayerConfig,
  languagePresets,
  readSentences,
} from '../src/model/language_model.js'
import { initialTensors } from '../src/nn/init.js'
import { languageSpecs, shardsOf } from '../src/nn/language_model.js'
import { parameterBlocks, storedBytes } from '../src/nn/parameter_blocks.js'
import { trainedNumbers } from '../src/nn/parameter_spec.js'
import { xglmPlaces } from '../src/nn/positions.js'
import { Graph } from '../src/ops/graph.js'
import { vocabularyCrossEntropy, vocabularyTop } from '../src/ops/vocabulary.js'
import { StepProgram } from '../src/train/step_program.js'
import { logitsByStep, logitsOfSentences, modelOf } from './language_models.js'

const config: LanguageModelConfig = {
  width: 12,
  heads: 3,
  hidden: 20,
  layers: 2,
  vocabulary: 11,
  maxTokens: 6,
  dropout: 0,
  activationDropout: 0,
  activation: 'gelu-erf',
  padding: 1,
  start: 2,
  end: 3,
}
const PAD = 1
// The second is padded; the third has no more than one token to predict.
const sentences = [
  [2, 5, 10, 4, 3],
  [2, 7, 3, PAD, PAD],
  [2, 3, PAD, PAD, PAD],
]

/** What a step is fed: all but the last token of each sentence, and all but the first as goals. */
function fedWith(lines: readonly (readonly number[])[], { padding, maxTokens }: LanguageModelConfig) {
  const length = lines[0]!.length - 1
  const ids = Uint32Array.from(lines.flatMap((line) => line.slice(0, -1)))
  const goal = Uint32Array.from(lines.flatMap((line) => line.slice(1)))
  const tokens = goal.filter((id) => id !== padding).length
  return {
    ids,
    ...invertIds(ids, padding),
    at: xglmPlaces(ids, length, padding, maxTokens),
    lengths: Uint32Array.from(lines, (line) => line.slice(0, -1).filter((id) => id !== padding).length),
    goal,
    coefficient: Float32Array.from(goal, (id) => (id === padding ? 0 : 1 / tokens)),
  }
}

const smoothing = 0.1

/** A training step of a batch [batch, length]. */
async function stepOf(model: LanguageModel, [batch, length]: readonly [number, number]): Promise<StepProgram> {
  const { weights, vocabulary, positions } = model
  const rows = batch * length
  return StepProgram.record(
    model.gpu,
    weights,
    (graph) => {
      const { recorder } = graph
      const u32 = (name: string, ...shape: number[]) => recorder.feed(name, shape, 'u32')
      const inverse = { uniqueIds: u32('unique', rows), starts: u32('starts', rows + 1), order: u32('order', rows) }
      const feeds = {
        ids: u32('ids', batch, length),
        ...inverse,
        at: u32('at', rows),
        lengths: u32('lengths', batch),
        goal: u32('goal', rows),
        coefficient: recorder.feed('coefficient', [rows]),
      }
      const r = { graph, weights, config: languageLayerConfig(model.config) }
      const tokens = { ids: feeds.ids, inverse }
      const features = readSentences(r, { tokens, at: feeds.at, lengths: feeds.lengths, positions }, vocabulary)
      const loss = vocabularyCrossEntropy(graph, features, vocabulary, feeds, { ignored: model.config.padding, smoothing })
      return { feeds, reports: { loss } }
    },
    { clip: 0, optimiser: { kind: 'adam', weightDecay: 0 } },
  )
}

/** A step's loss and, at rate 0, its gradients; the weights stay. */
async function lossAndGrads(change: Partial<LanguageModelConfig>, options: Parameters<typeof modelOf>[1] = {}) {
  const sizes = { ...config, ...change }
  const model = await modelOf(sizes, { training: true, seed: 5, ...options })
  const step = await stepOf(model, [3, 4])
  const fed = fedWith(sentences, sizes)
  const { reports } = await step.run(fed, { seed: new Uint32Array(4), hyper: [0, 0.9, 0.999, 1e-8, 0.1, 0.001] })
  const rows = new Float32Array(reports.loss!)
  const loss = fed.coefficient.reduce((sum, c, r) => sum + c * rows[2 * r]!, 0)
  const grads = await model.weights.save(model.weights.grads!)
  step.destroy()
  model.destroy()
  return { loss, grads }
}

/** Tables of shards, one after the other, as one. */
const joinedTables = (grads: ReadonlyMap<string, { data: Float32Array }>) =>
  [...grads].flatMap(([name, { data }]) => (name.startsWith('language/tokens.') ? [...data] : []))

describe('the numbers of a language model', () => {
  it('are those of the published models', () => {
    expect(trainedNumbers(languageSpecs(languagePresets['xglm-564m']))).toBe(564_463_616)
    expect(trainedNumbers(languageSpecs(languagePresets['xglm-1.7b']))).toBe(1_732_907_008)
  })

  it('take two bytes each as f16, but for vectors, and four as f32', () => {
    const sizes = languagePresets['xglm-564m']
    const vectors = 24 * (4 * 1024 + 4 * 1024 + 4096 + 1024) + 2 * 1024
    const bytes = (stored: 'f32' | 'f16') =>
      languageSpecs(sizes, { frozen: true, stored }).reduce((sum, spec) => sum + storedBytes(spec, spec.dtype ?? 'f32'), 0)
    expect(bytes('f32')).toBe(4 * 564_463_616)
    expect(bytes('f16')).toBe(2 * (564_463_616 - vectors) + 4 * vectors)
  })

  it.each(['f32', 'f16'] as const)('lie in buffers of at most 128 MiB each, stored as %s', (stored) => {
    for (const sizes of Object.values(languagePresets)) {
      const blocks = parameterBlocks(languageSpecs(sizes, { frozen: true, stored }), 2 ** 27, 256)
      expect(blocks.length).toBeGreaterThan(4)
    }
  })

  it('are cut in shards by the width alone, the last of which has what is left', () => {
    const shards = shardsOf(languagePresets['xglm-564m'])
    expect(shards).toHaveLength(16)
    expect(shards.at(-1)).toEqual({ first: 15 * 16_384, classes: 256_008 - 15 * 16_384 })
    expect(shardsOf(languagePresets['xglm-1.7b'])).toHaveLength(32)
    expect(shardsOf({ vocabulary: 2890, width: 256 })).toEqual([{ first: 0, classes: 2890 }])
  })
})

describe('a language model in training', () => {
  it('has the gradients that differences of its loss say, shard by shard', async () => {
    const sizes = { ...config, shardRows: 4 }
    const { grads } = await lossAndGrads(sizes)
    const tensors = initialTensors(languageSpecs(sizes), 5)
    const random = new Random(4)
    const at = async (direction: ReadonlyMap<string, Float32Array>, by: number) => {
      const moved = new Map(
        [...tensors].map(([name, { shape, data }]) => [name, { shape, data: data.map((v, i) => v + by * direction.get(name)![i]!) }]),
      )
      return (await lossAndGrads(sizes, { tensors: moved })).loss
    }
    for (const part of ['language/tokens.', 'self/', 'feed_forward/', 'norm']) {
      const direction = new Map(
        [...tensors].map(([name, { data }]) => [name, data.map(() => (name.includes(part) ? 2 * random.uniform() - 1 : 0))]),
      )
      const step = 1e-2
      const [up, down] = [await at(direction, step), await at(direction, -step)]
      const told = [...grads].reduce((sum, [name, { data }]) => sum + data.reduce((s, g, i) => s + g * direction.get(name)![i]!, 0), 0)
      // A loss of 2.4 in f32 is off by 1e-7 of itself; over 2e-2 that is 3e-5 of the slope, and the third derivative as much.
      expect(Math.abs((up - down) / (2 * step) - told), part).toBeLessThan(1e-3 * Math.max(1, Math.abs(told)))
    }
  })

  it('has the same loss and gradients in one shard and in several', async () => {
    const whole = await lossAndGrads({})
    for (const shardRows of [4, 8]) {
      const cut = await lossAndGrads({ shardRows }, { tensors: cutTensors(shardRows) })
      expect(Math.abs(cut.loss - whole.loss)).toBeLessThan(1e-6)
      const [a, b] = [joinedTables(whole.grads), joinedTables(cut.grads)]
      expect(a).toHaveLength(b.length)
      expect(Math.max(...a.map((v, i) => Math.abs(v - b[i]!)))).toBeLessThan(1e-6)
      for (const [name, { data }] of whole.grads)
        if (!name.startsWith('language/tokens.'))
          expect(Math.max(...data.map((v, i) => Math.abs(v - cut.grads.get(name)!.data[i]!))), name).toBeLessThan(1e-6)
    }
  })

  it('learns a small language', async () => {
    // Each word is followed by the one after it, from one of three beginnings.
    const lines = [4, 6, 8].map((first) => [2, first, first + 1, first + 2, 3])
    const model = await modelOf({ ...config, width: 16, heads: 2 }, { training: true, seed: 2 })
    const step = await stepOf(model, [3, 4])
    const fed = fedWith(lines, config)
    let last = Number.POSITIVE_INFINITY
    for (let n = 1; n <= 150; n++) {
      const { reports } = await step.run(fed, { seed: new Uint32Array(4), hyper: [1e-2, 0.9, 0.999, 1e-8, 1 - 0.9 ** n, 1 - 0.999 ** n] })
      const rows = new Float32Array(reports.loss!)
      last = fed.coefficient.reduce((sum, c, r) => sum + c * rows[2 * r]!, 0)
    }
    const logits = await logitsOfSentences(
      model,
      lines.map((line) => Uint32Array.from(line.slice(0, -1))),
    )
    const best = (row: number) => {
      const own = logits.subarray(row * 11, (row + 1) * 11)
      return own.indexOf(Math.max(...own))
    }
    for (const [b, line] of lines.entries()) for (const n of [1, 2, 3]) expect(best(b * 4 + n)).toBe(line[n + 1])
    // The entropy of smoothed labels and of a first word of three is what cannot be learnt.
    expect(last).toBeLessThan(1.1)
    step.destroy()
    model.destroy()
  })
})

/** The weights of seed 5 with the table in other shards. */
function cutTensors(shardRows: number) {
  const tensors = initialTensors(languageSpecs(config), 5)
  const { data } = tensors.get('language/tokens.0')!
  tensors.delete('language/tokens.0')
  shardsOf({ ...config, shardRows }).forEach(({ first, classes }, i) => {
    tensors.set(`language/tokens.${i}`, { shape: [classes, 12], data: data.slice(first * 12, (first + classes) * 12) })
  })
  return tensors
}

describe('a language model in use', () => {
  it('says of a token after others, from caches, what it says of a sentence in one pass', async () => {
    const model = await modelOf({ ...config, shardRows: 8 }, { seed: 5 })
    const lines = sentences.map((line) => Uint32Array.from(line.slice(0, -1)))
    const [whole, stepped] = [await logitsOfSentences(model, lines), await logitsByStep(model, lines)]
    lines.forEach((line, b) => {
      line.forEach((id, n) => {
        if (id === PAD) return
        for (let v = 0; v < 11; v++) {
          const i = (b * line.length + n) * 11 + v
          expect(Math.abs(whole[i]! - stepped[i]!)).toBeLessThan(8e-6)
        }
      })
    })
    model.destroy()
  })

  it('has the same most likely words however its table is cut', async () => {
    const found = async (shardRows: number | undefined) => {
      const model = await modelOf(
        { ...config, shardRows },
        { tensors: shardRows ? cutTensors(shardRows) : initialTensors(languageSpecs(config), 5) },
      )
      const recorder = new Recorder()
      const graph = new Graph(recorder)
      const x = recorder.feed('x', [3, 12])
      const top = vocabularyTop(graph, x, model.vocabulary, { k: 5 })
      recorder.report(top.id)
      recorder.report(top.value)
      const program = await Program.build(model.gpu, recorder)
      const random = new Random(6)
      program.write(
        x,
        Float32Array.from({ length: 36 }, () => 2 * random.uniform() - 1),
      )
      const [ids, values] = await program.run()
      program.destroy()
      model.destroy()
      return { ids: [...new Uint32Array(ids!)], values: [...new Float32Array(values!)] }
    }
    const whole = await found(undefined)
    for (const shardRows of [4, 8]) {
      const cut = await found(shardRows)
      expect(cut.ids).toEqual(whole.ids)
      expect(Math.max(...cut.values.map((v, i) => Math.abs(v - whole.values[i]!)))).toBeLessThan(1e-6)
    }
  })

  it('is refused for sizes that cannot be', async () => {
    for (const [change, told] of [
      [{ heads: 5 }, 'wanted width/heads to be a multiple of 4, got 12/5'],
      [{ hidden: 10 }, 'wanted hidden to be a multiple of 4, got 10'],
      [{ vocabulary: 0 }, 'wanted vocabulary to be a whole number of 1 to'],
      [{ padding: 11 }, 'wanted padding to be one of 11 tokens, got 11'],
    ] as const)
      await expect(modelOf({ ...config, ...change })).rejects.toThrow(told)
  })
})
