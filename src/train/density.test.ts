// The sign density ratio of a model against distances counted by hand, of clips whose alignment can only be one.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lentGpu, noise } from '../../kernels-test/harness.js'
import { Translator } from '../infer/translator.js'
import { PoseToTextModel } from '../model/pose_to_text.js'
import { initialTensors } from '../nn/init.js'
import { Vocabulary } from '../text/vocabulary.js'
import { type LabelledFrames, signDensityOf } from './density.js'

const [numbers, width, seed] = [6, 16, 5]
const config = {
  numbers,
  width,
  heads: 2,
  hidden: 16,
  encoderLayers: 1,
  decoderLayers: 1,
  dropout: 0,
  activation: 'relu' as const,
  maxFrames: 20,
  maxTokens: 8,
}
const glosses = Vocabulary.build(['A B C D'], 'whitespace')
const description = { config, glosses, languages: ['ASL'], fps: 25, trainedOn: [], seed }

const clip = (labels: string, frames: number, noiseSeed: number): LabelledFrames => ({
  name: `${labels}/${noiseSeed}`,
  labels,
  frames,
  values: Float32Array.from(noise(frames * numbers, noiseSeed)),
})
/** A frame, a gloss. */
const single = ['A', 'A', 'B', 'B', 'C'].map((label, i) => clip(label, 1, 10 + i))

let model: PoseToTextModel
beforeAll(async () => {
  model = new PoseToTextModel(await lentGpu(), description)
})
afterAll(() => model.destroy())

const apart = (a: ArrayLike<number>, b: ArrayLike<number>) => Math.hypot(...Array.from(a, (v, i) => v - b[i]!))
const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length

/** The ratio of features of A A B B C: C has one instance only, and counts as another gloss. */
function byHand([a, b, c, d, e]: readonly ArrayLike<number>[]) {
  const ab = mean([apart(a!, c!), apart(a!, d!), apart(b!, c!), apart(b!, d!)])
  const [ac, bc] = [mean([apart(a!, e!), apart(b!, e!)]), mean([apart(c!, e!), apart(d!, e!)])]
  const across = [mean([ab, ac]), mean([ab, bc])]
  return { ratio: mean([apart(a!, b!) / across[0]!, apart(c!, d!) / across[1]!]), apart: mean(across) }
}

/** softsign(BN(W·x + b)) with running statistics of mean 0 and variance 1, as a fresh model has them. */
function embeddedByHand({ values }: LabelledFrames): number[] {
  const weight = initialTensors(model.weights.specs, seed).get('frames/weight')!.data
  return Array.from({ length: width }, (_, o) => {
    const y = Array.from(values).reduce((sum, x, i) => sum + x * weight[o * numbers + i]!, 0) / Math.sqrt(1 + 1e-5)
    return y / (1 + Math.abs(y))
  })
}

describe('signDensityOf', () => {
  it('is counted of the encoder’s features, each gloss by its name', async () => {
    await using translator = new Translator(model.gpu, model)
    const features = (await translator.translate(single)).map((read) => read.features)
    const want = byHand(features)
    const got = await signDensityOf(model, single)
    expect(got.ratio).toBeCloseTo(want.ratio, 5)
    expect(got.apart).toBeCloseTo(want.apart, 5)
    expect(got.glosses.map(({ gloss, instances }) => [gloss, instances])).toEqual([['A', 2], ['B', 2]]) // biome-ignore format: pairs
    expect([got.clips, got.unaligned]).toEqual([5, 0])
  })

  it('or of the embedded frames', async () => {
    const want = byHand(single.map(embeddedByHand))
    const got = await signDensityOf(model, single, { at: 'frames' })
    expect(got.ratio).toBeCloseTo(want.ratio, 5)
    expect(got.apart).toBeCloseTo(want.apart, 5)
  })

  it('takes each label of a longer clip as an instance where it stands, whatever is beside it', async () => {
    // As many frames as labels: a frame each.
    const joined = { ...clip('A B C', 3, 1), values: Float32Array.from([0, 2, 4].flatMap((i) => [...single[i]!.values])) }
    const rest = [single[1]!, single[3]!]
    const got = await signDensityOf(model, [joined, ...rest], { at: 'frames' })
    const want = byHand(single.map(embeddedByHand))
    expect(got.ratio).toBeCloseTo(want.ratio, 5)
    expect(got.clips).toBe(3)
  })

  it('leaves out labels that the model does not know, and clips whose labels have no room', async () => {
    const got = await signDensityOf(model, [...single, clip('E', 1, 30), clip('F', 1, 31), clip('A B', 1, 32)])
    expect(got.ratio).toBe((await signDensityOf(model, single)).ratio)
    expect([got.clips, got.unaligned]).toEqual([7, 1])
  })

  it('is none where no gloss occurs twice', async () => {
    expect(await signDensityOf(model, single.slice(0, 1))).toMatchObject({ ratio: undefined, apart: undefined, glosses: [] })
  })

  it('refuses clips and models it has no ratio for, and ends when told to', async () => {
    await expect(signDensityOf(model, [clip('A', 21, 1)])).rejects.toThrow('A/1: wanted 1 to 20 frames, got 21')
    await expect(signDensityOf(model, [{ ...single[0]!, frames: 2 }])).rejects.toThrow('wanted 6 numbers a frame, got 3')
    await expect(signDensityOf(model, [{ ...single[0]!, values: new Float32Array(6).fill(Number.NaN) }])).rejects.toThrow(
      'A/10: wanted finite numbers',
    )
    await expect(signDensityOf(model, single, { signal: AbortSignal.abort(new Error('stopped')) })).rejects.toThrow('stopped')
    const translator = new PoseToTextModel(model.gpu, { ...description, glosses: undefined, words: glosses })
    await expect(signDensityOf(translator, single)).rejects.toThrow('wanted a model that recognises glosses')
    translator.destroy()
  })
})
