// Models as small as they come, with fresh weights: what tests of using models need one for.

import type { Gpu } from '../device/gpu.js'
import { coordinatesOf, type LayoutName } from '../motion/layout/layout.js'
import { layouts, otherLayout } from '../motion/layout/layouts.js'
import { COORDS } from '../motion/skeleton.js'
import type { HostTensors } from '../nn/host_tensor.js'
import { Vocabulary } from '../text/vocabulary.js'
import { type ModelConfig, presets } from './config.js'
import { rawFrames } from './frame_scaling.js'
import { PoseToTextModel } from './pose_to_text.js'
import { type GroupDescription, SignModel } from './sign_model.js'
import { type GlossConfig, GlossModel } from './text_to_gloss.js'

/** What they know, and can be asked one by one. */
export const words = ['rain', 'sun', 'snow', 'wind']

const config: ModelConfig = { ...presets.tiny, width: 16, heads: 2, hidden: 16, maxFrames: 40, maxTokens: 20, lengthHead: true }

export const tinyGroup = (language: string): GroupDescription => ({
  language,
  config,
  vocabulary: Vocabulary.build([words.join(' ')], 'words'),
  startFrame: Float32Array.from({ length: COORDS }, (_, i) => 0.2 * Math.cos(i)),
  scaling: rawFrames(),
  fps: 25,
})

export function tinyModel(gpu: Gpu, languages: readonly string[] = ['ASL']): SignModel {
  const model = new SignModel(gpu)
  for (const language of languages) model.addLanguage(tinyGroup(language))
  return model
}

const glossConfig: GlossConfig = {
  width: 16,
  heads: 2,
  hidden: 32,
  encoderLayers: 1,
  decoderLayers: 1,
  dropout: 0,
  activation: 'relu',
  maxTokens: 16,
}

export function tinyGlossModel(gpu: Gpu): GlossModel {
  const source = Vocabulary.build([words.join(' ')], 'words')
  const gloss = Vocabulary.build([words.map((word) => `<ASL_${word.toUpperCase()}>`).join(' ')], 'whitespace')
  return new GlossModel(gpu, { config: glossConfig, source, gloss, languages: ['ASL'], reads: 'text' })
}

/** A judge that has learned nothing: words and glosses out of {@link words}, of the points of a layout. */
export function tinyJudge(gpu: Gpu, layout: LayoutName = 'skeleton-50'): PoseToTextModel {
  const sizes = { width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, dropout: 0, activation: 'relu' } as const
  return new PoseToTextModel(gpu, {
    config: { ...sizes, maxFrames: 64, maxTokens: 8, numbers: coordinatesOf(layouts[layout]), ...otherLayout(layout) },
    glosses: Vocabulary.build([words.join(' ').toUpperCase()], 'whitespace'),
    words: Vocabulary.build([words.join(' ')], 'whitespace'),
    languages: ['ASL'],
    fps: 25,
    trainedOn: [],
    seed: 1,
  })
}

/** Weights of {@link tinyGlossModel} under which it reads any prompt as one gloss, over and over: of those in its vocabulary, that of this number. */
export function alwaysReads(tensors: HostTensors, id: number): HostTensors {
  const set = (name: string, value: (i: number) => number) => {
    const { shape, data } = tensors.get(`weights/${name}`)!
    return [`weights/${name}`, { shape, data: Float32Array.from(data, (_, i) => value(i)) }] as const
  }
  return new Map([
    ...tensors,
    set('decoder/norm/gamma', () => 0),
    set('decoder/norm/beta', () => 1),
    set('gloss/weight', (i) => (Math.floor(i / glossConfig.width) === id ? 1 : 0)),
  ])
}
