// Prompt to LangGloss, whole: its gradient against differences of its loss, its caches against none, and that it learns.

import { describe, expect, it } from 'vitest'
import { Random } from '../src/base/random.js'
import type { Gpu } from '../src/device/gpu.js'
import { Program, Recorder } from '../src/device/program.js'
import { GlossDecoder } from '../src/infer/gloss_decoder.js'
import { decodeGloss, type GlossConfig, GlossModel } from '../src/model/text_to_gloss.js'
import { encode } from '../src/model/text_to_pose.js'
import type { HostTensor } from '../src/model/weights.js'
import { crossEntropy } from '../src/ops/cross_entropy.js'
import { Graph } from '../src/ops/graph.js'
import { type GlossPair, glossArrays } from '../src/tasks/text_to_gloss/batch.js'
import { recordGlossStep } from '../src/tasks/text_to_gloss/step.testing.js'
import { formatLangGloss } from '../src/text/lang_gloss.js'
import { fillPrompt, templatesOf } from '../src/text/prompts.js'
import { specialId, Vocabulary } from '../src/text/vocabulary.js'
import { lentGpu } from './harness.js'

const config: GlossConfig = {
  width: 32,
  heads: 2,
  hidden: 64,
  encoderLayers: 1,
  decoderLayers: 1,
  dropout: 0,
  activation: 'relu',
  maxTokens: 24,
}

/** Sentences of two words out of a few in two languages, asked for in five ways each. */
function corpus() {
  const words = { ASL: ['sun', 'rain', 'wind', 'snow'], TSL: ['güneş', 'yağmur', 'rüzgar', 'kar'] }
  const random = new Random(4)
  const lines = Object.entries(words).flatMap(([language, list]) =>
    list.flatMap((a) =>
      list.map((b) => ({
        prompt: fillPrompt(templatesOf(language).named[random.below(5)]!, `${a} ${b}`),
        gloss: [a, b].map((word) => formatLangGloss({ language, word: word.toUpperCase() })).join(' '),
      })),
    ),
  )
  const source = Vocabulary.build(
    lines.map(({ prompt }) => prompt),
    'words',
  )
  const gloss = Vocabulary.build(
    lines.map((line) => line.gloss),
    'whitespace',
  )
  const pairs: GlossPair[] = lines.map((line) => ({ source: source.encode(line.prompt), gloss: gloss.encode(line.gloss) }))
  return { lines, source, gloss, pairs }
}

const optimiser = { kind: 'adamw', weightDecay: 0 } as const

describe('text to gloss', () => {
  it('has the gradient that differences of its loss have, along random directions', async () => {
    const gpu = await lentGpu()
    const { source, gloss, pairs } = corpus()
    const model = new GlossModel(gpu, { config, source, gloss, languages: ['ASL', 'TSL'], reads: 'prompt' }, { training: true })
    const shape = { batch: 3, source: 20, target: 4 }
    const program = await recordGlossStep(gpu, model, shape, { smoothing: 0.1, clip: 1e9, optimiser })
    const arrays = glossArrays([pairs[0]!, pairs[17]!, pairs[9]!], shape)
    const lossAt = async (tensors: ReadonlyMap<string, HostTensor>) => {
      model.weights.load(tensors, 'test')
      // A rate of 0: the weights stay.
      return (await program.run(arrays, { seed: Uint32Array.of(1, 1, 0, 0), hyper: [0, 0.9, 0.999, 1e-8, 0.1, 0.001] })).loss
    }
    const here = await model.weights.save()
    await lossAt(here)
    const grads = await model.weights.save(model.weights.grads!)
    const norm = Math.sqrt([...grads.values()].reduce((sum, { data }) => sum + data.reduce((s, v) => s + v * v, 0), 0))
    for (const seed of [1, 2, 3]) {
      const random = new Random(seed)
      const signs = new Map([...here].map(([name, { data }]) => [name, data.map(() => (random.uniform() < 0.5 ? -1 : 1))]))
      const step = 2e-4
      const moved = (by: number) =>
        new Map([...here].map(([name, { shape, data }]) => [name, { shape, data: data.map((w, i) => w + by * signs.get(name)![i]!) }]))
      const grad = ((await lossAt(moved(step))) - (await lossAt(moved(-step)))) / (2 * step)
      const predicted = [...grads].reduce((sum, [name, { data }]) => sum + data.reduce((s, v, i) => s + v * signs.get(name)![i]!, 0), 0)
      expect(Math.abs(grad - predicted), `direction ${seed}: ${grad} against ${predicted}`).toBeLessThan(0.01 * norm)
    }
    program.destroy()
    model.destroy()
  })

  it('learns to gloss prompts in two languages, and decodes them over its caches', async () => {
    const gpu = await lentGpu()
    const { lines, source, gloss, pairs } = corpus()
    const model = new GlossModel(gpu, { config, source, gloss, languages: ['ASL', 'TSL'], reads: 'prompt' }, { training: true })
    const shape = { batch: pairs.length, source: 20, target: 4 }
    const program = await recordGlossStep(gpu, model, shape, { smoothing: 0.1, clip: 1, optimiser })
    const arrays = glossArrays(pairs, shape)
    for (let step = 1; step <= 120; step++)
      await program.run(arrays, {
        seed: Uint32Array.of(1, step, 0, 0),
        hyper: [5e-3, 0.9, 0.999, 1e-8, 1 - 0.9 ** step, 1 - 0.999 ** step],
      })
    const decoder = new GlossDecoder(gpu, model)
    // All at once and one alone: batches change nothing.
    const together = await decoder.decode(lines.map(({ prompt }) => prompt))
    const glosses = lines.map((line) => line.gloss)
    expect(together.map(({ tokens }) => tokens.join(' '))).toEqual(glosses)
    expect(await decoder.decode([lines[5]!.prompt])).toEqual([together[5]])
    const searched = await decoder.decode(
      lines.map(({ prompt }) => prompt),
      { beams: 4 },
    )
    expect(searched.map(({ tokens }) => tokens.join(' '))).toEqual(glosses)
    for (const { score } of searched) expect(score).toBeLessThan(0)
    expect(await decoder.decode([])).toEqual([])
    await expect(decoder.decode([' '])).rejects.toThrow('prompt: wanted a prompt of 1 to 23 words, got 0')
    await decoder.destroy()
    program.destroy()
    model.destroy()
  })

  it('finds by beams what a search of everything finds', async () => {
    const gpu = await lentGpu()
    // Four classes and three tokens: at most 13 hypotheses are open at once, fewer than the beams.
    const source = Vocabulary.build(['sun rain wind'], 'words')
    const gloss = new Vocabulary([], 'whitespace')
    const limit = 3
    for (const seed of [1, 2, 3]) {
      const model = new GlossModel(gpu, { config, source, gloss, languages: ['ASL', 'TSL'], reads: 'prompt' }, { seed })
      const best = await searchEverything(gpu, model, 'sun wind', limit)
      const decoder = new GlossDecoder(gpu, model)
      const [found] = await decoder.decode(['sun wind'], { beams: 16, limit })
      expect(found!.score).toBeCloseTo(best.score, 4)
      expect(found!.tokens).toEqual(best.ids.filter((id) => id !== specialId.end).map((id) => gloss.tokens[id]))
      const [greedy] = await decoder.decode(['sun wind'], { limit })
      const [alone, beside] = await decoder.decode(['rain', 'sun wind'], { beams: 16, limit })
      expect(beside!.tokens).toEqual(found!.tokens)
      expect(alone!.score).not.toBe(beside!.score)
      expect(greedy!.score).toBeUndefined()
      // A penalty as large as this leaves log-probabilities next to nothing: the longest hypothesis wins.
      const [long] = await decoder.decode(['sun wind'], { beams: 16, limit, lengthPenalty: 20 })
      expect(long!.tokens.length).toBeGreaterThanOrEqual(limit - 1)
      await expect(decoder.decode(['sun'], { beams: 17 })).rejects.toThrow('wanted 1 to 16 beams, got 17')
      await expect(decoder.decode(['sun'], { limit: 99 })).rejects.toThrow('wanted a limit of 1 to 24 tokens, got 99')
      await decoder.destroy()
      model.destroy()
    }
  })
})

/** The most likely of all token sequences that end, or are cut off at `limit`: scored all at once, without any cache. */
async function searchEverything(gpu: Gpu, model: GlossModel, prompt: string, limit: number) {
  const sequences: number[][] = []
  const grow = (ids: number[]) => {
    if (ids.at(-1) === specialId.end || ids.length === limit) sequences.push(ids)
    else for (let v = 0; v < model.gloss.size; v++) grow([...ids, v])
  }
  grow([])
  const asked = model.source.encode(prompt)
  const rows = sequences.length
  const recorder = new Recorder()
  const recording = { graph: new Graph(recorder), weights: model.weights, config: model.config }
  const feeds = {
    ids: recorder.feed('ids', [rows, asked.length], 'u32'),
    sourceLengths: recorder.feed('source_lengths', [rows], 'u32'),
    given: recorder.feed('given', [rows, limit], 'u32'),
    glossLengths: recorder.feed('gloss_lengths', [rows], 'u32'),
    goal: recorder.feed('goal', [rows * limit], 'u32'),
    coefficient: recorder.feed('coefficient', [rows * limit]),
  }
  const memory = encode(recording, { ids: feeds.ids }, feeds.sourceLengths, model.positions)
  const logits = decodeGloss(recording, { ids: feeds.given }, feeds.glossLengths, model.positions, memory, feeds.sourceLengths)
  const ignored = 99
  recorder.report(crossEntropy(recording.graph, logits, feeds, { classes: model.gloss.size, ignored, smoothing: 0 }))
  const program = await Program.build(gpu, recorder)
  program.write(
    feeds.ids,
    Uint32Array.from({ length: rows * asked.length }, (_, i) => asked[i % asked.length]!),
  )
  program.write(feeds.sourceLengths, new Uint32Array(rows).fill(asked.length))
  program.write(feeds.glossLengths, new Uint32Array(rows).fill(limit))
  program.write(
    feeds.given,
    Uint32Array.from({ length: rows * limit }, (_, i) => [specialId.start, ...sequences[Math.floor(i / limit)]!][i % limit] ?? 0),
  )
  program.write(
    feeds.goal,
    Uint32Array.from({ length: rows * limit }, (_, i) => sequences[Math.floor(i / limit)]![i % limit] ?? ignored),
  )
  program.write(feeds.coefficient, new Float32Array(rows * limit))
  const [result] = await program.run()
  program.destroy()
  const losses = new Float32Array(result!)
  const scored = sequences.map((ids, r) => ({
    ids,
    score: -ids.reduce((sum, _, t) => sum + losses[2 * (r * limit + t)]!, 0),
  }))
  return scored.reduce((a, b) => (b.score > a.score ? b : a))
}
