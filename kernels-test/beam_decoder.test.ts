// Beam search over a decoder's steps on the GPU, with the text-to-gloss model as decoder: against the search that runs there alone, and against a search on
// the host over a decoder without caches.

import { describe, expect, it } from 'vitest'
import type { Gpu } from '../src/device/gpu.js'
import { Program, Recorder } from '../src/device/program.js'
import type { BeamRules } from '../src/infer/beam.js'
import { BeamDecoder } from '../src/infer/beam_decoder.js'
import { BeamSearch, candidatesPerBeam } from '../src/infer/beam_search.js'
import { GlossDecoder } from '../src/infer/gloss_decoder.js'
import { paddedLength, SourceEncoder, tokenReader } from '../src/infer/source_encoder.js'
import { glossTokens } from '../src/infer/token_program.js'
import { decodeGloss, type GlossConfig, GlossModel } from '../src/model/text_to_gloss.js'
import { encode } from '../src/model/text_to_pose.js'
import { Graph } from '../src/ops/graph.js'
import { topLogProbs } from '../src/reference/top_log_probs.js'
import { specialId, Vocabulary } from '../src/text/vocabulary.js'
import { lentGpu } from './harness.js'

const config: GlossConfig = {
  width: 32,
  heads: 2,
  hidden: 64,
  encoderLayers: 1,
  decoderLayers: 2,
  dropout: 0,
  activation: 'relu',
  maxTokens: 12,
}
const prompts = ['sun wind', 'rain', 'wind rain sun rain']
const source = Vocabulary.build(['sun rain wind'], 'words')
const gloss = new Vocabulary(['A', 'B', 'C'], 'whitespace')
const limit = 7
const slrt: BeamRules = { dialect: 'slrt', beams: 1, lengthPenalty: -1, maxLength: limit, end: specialId.end }

const modelOf = (gpu: Gpu, seed: number) => new GlossModel(gpu, { config, source, gloss, languages: ['ASL'], reads: 'prompt' }, { seed })
const idsOf = (tokens: readonly string[]) => tokens.map((token) => gloss.tokens.indexOf(token))

/** A beam decoder over the model, and its encoder with the prompts given. */
async function opened(gpu: Gpu, model: GlossModel, rules: BeamRules) {
  const texts = prompts.flatMap((prompt) => new Array<Uint32Array>(rules.beams).fill(source.encode(prompt)))
  const shape = { rows: texts.length, length: paddedLength(texts) }
  const options = { sentences: prompts.length, rules, start: specialId.start }
  const made = await SourceEncoder.recordWith(gpu, tokenReader(model), shape, async ({ memory, lengths: memoryLengths }) => ({
    decoding: await BeamDecoder.record(gpu, glossTokens(model), options, { memory, memoryLengths }),
  }))
  await made.encoding.start(texts)
  return {
    ...made,
    destroy() {
      made.decoding.destroy()
      made.encoding.destroy()
    },
  }
}

/** The same search over all tokens anew each step. */
async function withoutCaches(gpu: Gpu, model: GlossModel, rules: BeamRules) {
  const texts = prompts.flatMap((prompt) => new Array<Uint32Array>(rules.beams).fill(source.encode(prompt)))
  const [rows, length] = [texts.length, paddedLength(texts)]
  const recorder = new Recorder()
  const recording = { graph: new Graph(recorder), weights: model.weights, config }
  const ids = recorder.feed('ids', [rows, length], 'u32')
  const lengths = recorder.feed('lengths', [rows], 'u32')
  const given = recorder.feed('given', [rows, 8], 'u32')
  const glossLengths = recorder.feed('gloss_lengths', [rows], 'u32')
  const memory = encode(recording, { ids }, lengths, model.positions)
  const logits = decodeGloss(recording, { ids: given }, glossLengths, model.positions, memory, lengths)
  recorder.report(logits)
  const stride = logits.shape.at(-1)!
  const program = await Program.build(gpu, recorder)
  program.write(
    ids,
    Uint32Array.from({ length: rows * length }, (_, i) => texts[Math.floor(i / length)]![i % length] ?? specialId.padding),
  )
  program.write(
    lengths,
    Uint32Array.from(texts, (text) => text.length),
  )
  program.write(glossLengths, new Uint32Array(rows).fill(8))
  const searching = new BeamSearch(prompts.length, rules)
  let so = texts.map(() => [specialId.start] as number[])
  let moved = 0
  while (!searching.done) {
    program.write(
      given,
      Uint32Array.from({ length: rows * 8 }, (_, i) => so[Math.floor(i / 8)]![i % 8] ?? specialId.padding),
    )
    const all = Float64Array.from(new Float32Array((await program.run())[0]!))
    const last = Float64Array.from(
      { length: rows * stride },
      (_, i) => all[(Math.floor(i / stride) * 8 + so[0]!.length - 1) * stride + (i % stride)]!,
    )
    const { id, value } = topLogProbs(last, { rows, classes: gloss.size, stride, k: candidatesPerBeam(rules, gloss.size) })
    const { parents, tokens } = searching.step({ ids: id, logProbs: value })
    moved += parents.filter((from, r) => from !== r % rules.beams).length
    so = so.map((_, r) => [...so[r - (r % rules.beams) + parents[r]!]!, tokens[r]!])
  }
  program.destroy()
  return { found: searching.results().map((one) => one!), moved }
}

describe('a beam decoder', () => {
  it('with one beam is greedy, and with frozen beams finds what the search on the GPU finds', async () => {
    const gpu = await lentGpu()
    for (const seed of [1, 2, 3]) {
      const model = modelOf(gpu, seed)
      const decoder = new GlossDecoder(gpu, model)
      for (const beams of [1, 4]) {
        const search = await opened(gpu, model, { ...slrt, beams, finished: 'frozen' })
        const found = await search.decoding.search()
        const wanted = await decoder.decode(prompts, { beams, limit })
        expect(found.map(({ ids }) => ids)).toEqual(wanted.map(({ tokens }) => idsOf(tokens)))
        if (beams > 1) for (const [b, { score }] of found.entries()) expect(score).toBeCloseTo(wanted[b]!.score!, 4)
        // Nothing of a search is left for the next.
        expect(await search.decoding.search()).toEqual(found)
        search.destroy()
      }
      await decoder.destroy()
      model.destroy()
    }
  })

  it.each(['slrt', 'huggingface'] as const)('finds what a search without caches finds, %s', async (dialect) => {
    const gpu = await lentGpu()
    const model = modelOf(gpu, 5)
    const rules: BeamRules = { ...slrt, dialect, beams: 3, lengthPenalty: 1 }
    const search = await opened(gpu, model, rules)
    const got = await search.decoding.search()
    const { found, moved } = await withoutCaches(gpu, model, rules)
    // Beams did change places.
    expect(moved).toBeGreaterThan(5)
    expect(got.map(({ ids, hypotheses }) => [ids, hypotheses.map((one) => one.ids)])).toEqual(
      found.map(({ ids, hypotheses }) => [ids, hypotheses.map((one) => one.ids)]),
    )
    for (const [b, { score }] of got.entries()) expect(score).toBeCloseTo(found[b]!.score, 4)
    search.destroy()
    model.destroy()
  })

  it('ends where it is aborted, before any step or after one, and can be asked again', async () => {
    const gpu = await lentGpu()
    const model = modelOf(gpu, 1)
    const { decoding, destroy } = await opened(gpu, model, { ...slrt, beams: 2 })
    await expect(decoding.search(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
    const later = new AbortController()
    const searching = decoding.search(later.signal)
    later.abort(new Error('enough of it'))
    await expect(searching).rejects.toThrow('enough of it')
    expect(await decoding.search()).toHaveLength(prompts.length)
    destroy()
    await expect(decoding.search()).rejects.toMatchObject({ code: 'ERR_DISPOSED' })
    model.destroy()
  })

  it('says where a model’s numbers are infinite, refuses rules that cannot be, and takes more beams than there are tokens', async () => {
    const gpu = await lentGpu()
    const model = modelOf(gpu, 1)
    const { decoding, destroy } = await opened(gpu, model, { ...slrt, beams: 2 })
    const tensors = await model.weights.save()
    tensors.get('gloss/weight')!.data.fill(3e38) // whose products are infinite
    model.weights.load(tensors, 'test')
    await expect(decoding.search()).rejects.toMatchObject({ code: 'ERR_DIVERGED' })
    destroy()
    await expect(opened(gpu, model, { ...slrt, maxLength: 0 })).rejects.toThrow(
      'beam search: wanted a whole number of tokens at most, got 0',
    )
    const wide = modelOf(gpu, 1)
    const rules: BeamRules = { ...slrt, beams: gloss.size + 3 }
    const search = await opened(gpu, wide, rules)
    expect((await search.decoding.search()).map(({ ids }) => ids)).toEqual(
      (await withoutCaches(gpu, wide, rules)).found.map(({ ids }) => ids),
    )
    search.destroy()
    wide.destroy()
    model.destroy()
  })
})
