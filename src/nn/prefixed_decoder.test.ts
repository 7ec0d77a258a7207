// Signing before the sentence: what it is read as, and a token at a time as all at once.

import { describe, expect, it } from 'vitest'
import { lentGpu, noise } from '../../kernels-test/harness.js'
import { elements, type Tensor } from '../device/memory.js'
import { Program, Recorder } from '../device/program.js'
import { Graph } from '../ops/graph.js'
import { joinRows, rowsBehind } from '../ops/joined_rows.js'
import { initialTensors } from './init.js'
import { causalAttention, languageLayerSpecs, languageLayers } from './language_model.js'
import { ParameterSet } from './parameter_set.js'
import { trainedNumbers } from './parameter_spec.js'
import { joinedAttention, type PrefixAdapters, prefixCaches, prefixedStep, prefixSpecs } from './prefixed_decoder.js'
import type { Recording } from './recording.js'

const sizes = { width: 24, heads: 3, decoderLayers: 2, hidden: 40, signWidth: 12, rank: 4 }
const config = { ...sizes, encoderLayers: 0, dropout: 0, activation: 'gelu-erf', normEpsilon: 1e-5 } as const
const [batch, tokens, signs] = [2, 5, 6]
const [given, seen] = [Uint32Array.of(5, 3), Uint32Array.of(6, 2)]
const { width } = sizes

async function frozen(rank: number): Promise<ParameterSet> {
  const specs = [...languageLayerSpecs(sizes).map((spec) => ({ ...spec, trainable: false })), ...prefixSpecs({ ...sizes, rank })]
  const weights = new ParameterSet(await lentGpu(), specs, { training: false })
  const moved = [...initialTensors(specs, 3)].map(([name, { shape, data }]) => {
    const more = noise(data.length, data.length + name.length, 0.3)
    return [name, { shape, data: data.map((v, i) => v + more[i]!) }] as const
  })
  weights.load(new Map(moved), 'test')
  return weights
}

const feedsOf = (recorder: Recorder) => ({
  words: { x: recorder.feed('words', [batch, tokens, width]), lengths: recorder.feed('lengths', [batch], 'u32') },
  prefix: { x: recorder.feed('prefix', [batch, signs, width]), lengths: recorder.feed('sign_lengths', [batch], 'u32') },
})

function whole(r: Recording, { words, prefix }: ReturnType<typeof feedsOf>, adapters: PrefixAdapters): Tensor {
  const joined = joinRows(r.graph, prefix, words)
  const y = languageLayers(r, joined.x, joinedAttention(adapters, joined.lengths))
  return rowsBehind(r.graph, y, { starts: prefix.lengths, lengths: words.lengths, rows: tokens })
}

const [wordNumbers, signNumbers] = [Float32Array.from(noise(batch * tokens * width, 5)), Float32Array.from(noise(batch * signs * width, 6))]

describe('a language model that reads signing before the sentence', () => {
  it('trains the layer that signing goes through and, with a rank, adapters of its own attention', () => {
    const linear = sizes.signWidth * width + width
    expect(trainedNumbers(prefixSpecs({ ...sizes, rank: 0 }))).toBe(linear)
    expect(trainedNumbers(prefixSpecs(sizes))).toBe(linear + sizes.decoderLayers * 4 * 2 * 4 * width)
  })

  it('without adapters reads it as the words that come first', async () => {
    await using weights = await frozen(0)
    const recorder = new Recorder()
    const r: Recording = { graph: new Graph(recorder), weights, config }
    const feeds = feedsOf(recorder)
    const all = { x: recorder.feed('all', [batch, signs + tokens, width]), lengths: recorder.feed('all_lengths', [batch], 'u32') }
    recorder.report(whole(r, feeds, undefined))
    recorder.report(languageLayers(r, all.x, causalAttention(all.lengths)))
    await using program = await Program.build(await lentGpu(), recorder)
    program.write(feeds.words.x, wordNumbers)
    program.write(feeds.words.lengths, given)
    // Past its length a prefix may hold anything.
    program.write(
      feeds.prefix.x,
      signNumbers.map((v, i) => (Math.floor(i / width) % signs < seen[Math.floor(i / (signs * width))]! ? v : Number.NaN)),
    )
    program.write(feeds.prefix.lengths, seen)
    const sentences = new Float32Array(batch * (signs + tokens) * width)
    for (let b = 0; b < batch; b++) {
      const [from, at] = [b * signs * width, b * (signs + tokens) * width]
      sentences.set(signNumbers.subarray(from, from + seen[b]! * width), at)
      sentences.set(wordNumbers.subarray(b * tokens * width, (b + 1) * tokens * width), at + seen[b]! * width)
    }
    program.write(all.x, sentences)
    program.write(
      all.lengths,
      given.map((n, b) => n + seen[b]!),
    )
    const [words, rows] = (await program.run()).map((buffer) => new Float32Array(buffer))
    for (let b = 0; b < batch; b++)
      for (let i = 0; i < tokens * width; i++) {
        const want = i < given[b]! * width ? rows![(b * (signs + tokens) + seen[b]!) * width + i]! : 0
        expect(words![b * tokens * width + i]).toBe(want)
      }
  })

  it.each([0, 4])('goes step by step, two beams a clip, as over the whole sentence, adapters of rank %i', async (rank) => {
    await using weights = await frozen(rank)
    const adapters = rank === 0 ? undefined : { factor: 1, dropout: 0 }
    const recorder = new Recorder()
    const r: Recording = { graph: new Graph(recorder), weights, config }
    const feeds = feedsOf(recorder)
    const sentence = whole(r, feeds, adapters)
    const memory = prefixCaches(r, adapters, feeds.prefix.x, feeds.prefix.lengths)
    const rows = 2 * batch
    const past = Array.from({ length: sizes.decoderLayers }, (_, i) =>
      recorder.keep(recorder.tensor(`past.${i}`, [rows, tokens, 2 * width])),
    )
    const steps = Array.from({ length: tokens }, (_, t) => ({
      x: recorder.feed(`x.${t}`, [rows, width]),
      lengths: recorder.feed(`lengths.${t}`, [rows], 'u32'),
    }))
    const made = steps.map(({ x, lengths }) =>
      languageLayers(r, x, prefixedStep(adapters, { lengths, past, memory, memoryLengths: feeds.prefix.lengths })),
    )
    for (const tensor of [sentence, ...made]) recorder.report(tensor)
    await using program = await Program.build(await lentGpu(), recorder)
    program.write(feeds.words.x, wordNumbers)
    program.write(feeds.words.lengths, Uint32Array.of(tokens, tokens))
    program.write(feeds.prefix.x, signNumbers)
    program.write(feeds.prefix.lengths, seen)
    const place = (row: number, t: number) => (Math.floor(row / 2) * tokens + t) * width
    for (const [t, { x, lengths }] of steps.entries()) {
      program.write(lengths, new Uint32Array(rows).fill(t))
      program.write(
        x,
        Float32Array.from({ length: elements(x.shape) }, (_, i) => wordNumbers[place(Math.floor(i / width), t) + (i % width)]!),
      )
    }
    const [all, ...places] = (await program.run()).map((buffer) => new Float32Array(buffer))
    for (const [t, row] of places.entries())
      for (const [i, v] of row.entries())
        expect(Math.abs(v - all![place(Math.floor(i / width), t) + (i % width)]!), `token ${t}`).toBeLessThan(2e-5)
  })
})
