// Sign translation: what it learns it writes; a token at a time it writes what it would all at once; clips read in any batch say the same; both forms of padding.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lentGpu } from '../../../kernels-test/harness.js'
import { readCheckpoint } from '../../checkpoint/file.js'
import { restoreSignTranslation } from '../../checkpoint/sign_translation.js'
import { Program, Recorder } from '../../device/program.js'
import { signArrays, signFeeds } from '../../infer/sign_reader.js'
import { SignTranslator } from '../../infer/sign_translator.js'
import { tokenPlacesOf } from '../../infer/translation_reader.js'
import { tokensOfHeld } from '../../model/convolved_signs.js'
import { tokenRows } from '../../model/sign_rows.js'
import { readSigns, type SignTranslationModel, writeTokens } from '../../model/sign_translation.js'
import { placesOf } from '../../nn/text_transformer.js'
import { Graph } from '../../ops/graph.js'
import { posesIn } from '../../train/signing/load_signing.testing.js'
import { Trainer } from '../../train/trainer.js'
import { parseSignTranslationConfig } from './config.js'
import { loadSignTranslationData } from './data.js'
import { loadSignTranslationTraining } from './task.js'

const runFile = (more = '') => `task: sign-translation
name: translation
data:
  - synthetic: { languages: [GSL], clipsPerLanguage: 20, words: 6, wordsPerSentence: [1, 2], framesPerSign: 6 }
model: { width: 24, heads: 2, hidden: 32, features: 20, maxFrames: 40, maxTokens: 6${more} }
augment: { shift: 0, mirror: 0, tilt: 0, scale: 0 }
optimiser: { kind: adamw, rate: 5.0e-3 }
schedule: { kind: constant }
smoothing: 0
batch: { size: 8 }
stop: { steps: 40 }
`

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-translation-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function trained(more: string, steps: number) {
  const config = parseSignTranslationConfig(runFile(more), 'run.yaml')
  const loaded = await loadSignTranslationTraining(config, { resumed: false })
  const { training } = await loaded.begin(await lentGpu())
  const trainer = new Trainer(config, training, { owns: true })
  const losses: number[] = []
  for (let n = 0; n < steps; n++) losses.push((await trainer.trainStep()).loss)
  return { config, trainer, training, losses }
}

describe('sign translation', () => {
  it('learns, and writes from a checkpoint what the training writes', async () => {
    const { trainer, training, losses } = await trained('', 40)
    expect(losses.at(-1)!).toBeLessThan(0.5 * losses[0]!)
    const path = join(folder, 'a.safetensors')
    await trainer.save(path, { state: true })
    const { result } = await training.validate()
    const held = await training.signing.held(null)
    const gpu = await lentGpu()
    await using model = restoreSignTranslation(gpu, await readCheckpoint(path))
    await using translator = new SignTranslator(gpu, model)
    await using first = new SignTranslator(gpu, training.model)
    const [here, there] = [await first.translate(held, { beams: 4 }), await translator.translate(held, { beams: 4 })]
    expect(there).toEqual(here)
    expect(result.clips).toBe(held.length)
    await trainer.destroy()
  })

  it('takes padding of ones among the frames, as released', async () => {
    const { trainer, losses } = await trained(', padding: ones', 12)
    expect(losses.every(Number.isFinite)).toBe(true)
    expect(losses.at(-1)!).toBeLessThan(losses[0]!)
    await trainer.destroy()
  })

  it('gives the probability of a sentence a token at a time that it gives all at once, whatever is read beside it', async () => {
    const { trainer, training, config } = await trained('', 10)
    const { model } = training
    const clips = posesIn((await loadSignTranslationData(config)).train).slice(0, 3)
    const gpu = await lentGpu()
    await using translator = new SignTranslator(gpu, model)
    const together = await translator.translate(clips, { beams: 3, alpha: 0 })
    for (const [i, clip] of clips.entries()) {
      const [alone] = await translator.translate([clip], { beams: 3, alpha: 0 })
      expect(alone!.tokens).toEqual(together[i]!.tokens)
      const whole = await logProbability(model, clip, alone!.tokens)
      expect(Math.abs(alone!.score! - whole)).toBeLessThan(1e-4 * Math.max(1, Math.abs(whole)))
      expect(Math.abs(alone!.score! - together[i]!.score!)).toBeLessThan(1e-5)
    }
    await trainer.destroy()
  })

  it('has a token for the shortest clip, and refuses tables that are too short', async () => {
    expect([1, 4, 5, 40].map(tokensOfHeld)).toEqual([2, 2, 3, 11])
    const config = parseSignTranslationConfig(runFile(', places: 8'), 'run.yaml')
    await expect(loadSignTranslationTraining(config, { resumed: false })).rejects.toThrow('wanted at least 11 places')
    const short = parseSignTranslationConfig(runFile().replace('maxFrames: 40', 'maxFrames: 5'), 'run.yaml')
    await expect(loadSignTranslationTraining(short, { resumed: false })).rejects.toThrow('maxFrames')
  })
})

/** Of a sentence and its end, by all tokens at once. */
async function logProbability(
  model: SignTranslationModel,
  clip: { readonly values: Float32Array; readonly frames: number },
  tokens: readonly number[],
): Promise<number> {
  const { text, config } = model
  const goal = [...tokens, text.special.end].slice(0, config.maxTokens)
  const shape = { rows: 1, length: 64 }
  const recorder = new Recorder()
  const graph = new Graph(recorder)
  const { feeds, inputs } = signFeeds(recorder, shape, config.signs)
  const read = recorder.feed('read', [1, tokenRows(shape.length, config.signs)], 'u32')
  const given = recorder.feed('given', [1, goal.length], 'u32')
  const written = recorder.feed('written', [1, goal.length], 'u32')
  const lengths = recorder.feed('lengths', [1], 'u32')
  const memory = readSigns(model, graph, { ...inputs, places: { ids: read } })
  const memoryLengths = inputs.lengths.at(-1)!
  recorder.report(writeTokens(model, graph, { ids: given }, { places: { ids: written }, lengths, memory, memoryLengths }))
  await using program = await Program.build(model.gpu, recorder)
  const arrays = signArrays([clip], shape, config.signs) as Record<string, Float32Array | Uint32Array>
  for (const [name, tensor] of Object.entries(feeds)) program.write(tensor, arrays[name]!)
  program.write(read, tokenPlacesOf(shape, config.signs, config.transformer.places))
  program.write(given, Uint32Array.of(text.special.start, ...goal.slice(0, -1)))
  program.write(written, placesOf(1, goal.length))
  program.write(lengths, Uint32Array.of(goal.length))
  const logits = new Float32Array((await program.run())[0]!)
  const stride = logits.length / goal.length
  return goal.reduce((sum, id, row) => {
    const scores = [...logits.subarray(row * stride, row * stride + text.size)]
    const top = Math.max(...scores)
    return sum + scores[id]! - top - Math.log(scores.reduce((all, score) => all + Math.exp(score - top), 0))
  }, 0)
}
