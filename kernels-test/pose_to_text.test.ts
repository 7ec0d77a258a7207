// The joint loss of the pose-to-text model and its gradient at every tensor, of sizes no fixture has, against float64: the reference model's loss, and
// differences of it along a random direction in each tensor.

import { describe, expect, it } from 'vitest'
import { Random } from '../src/base/random.js'
import { BLANK, type PoseToTextConfig, PoseToTextModel } from '../src/model/pose_to_text.js'
import { sltTensors } from '../src/model/slt_state_dict.js'
import { ctc, ctcLogSum } from '../src/reference/ctc.js'
import { decodeSentences, encodeClips, type TranslatorWeights } from '../src/reference/sign_language_transformer.js'
import { type SignedIds, signedArrays } from '../src/tasks/pose_to_text/batch.js'
import { recordSignedLosses, signedLosses } from '../src/tasks/pose_to_text/losses.js'
import { specialId, Vocabulary } from '../src/text/vocabulary.js'
import { StepProgram } from '../src/train/step_program.js'
import { lentGpu } from './harness.js'

interface Sizes {
  readonly numbers: number
  readonly width: number
  readonly heads: number
  readonly hidden: number
  readonly encoderLayers: number
  readonly decoderLayers: number
  readonly glosses: number
  readonly words: number
  readonly loss: { readonly recognition: number; readonly translation: number }
  /** Frames, labels and words of each clip. */
  readonly clips: readonly (readonly [frames: number, labels: number, words: number])[]
}

// Widths, counts and lengths that are no multiples of a vector or a bucket; a clip without labels, one without words, one as long as its labels.
const cases: Readonly<Record<string, Sizes>> = {
  'two layers over one': {
    ...{ numbers: 10, width: 24, heads: 3, hidden: 40, encoderLayers: 2, decoderLayers: 1, glosses: 11, words: 15 },
    loss: { recognition: 2.5, translation: 0.7 },
    clips: [
      [9, 3, 5],
      [5, 0, 2],
      [4, 4, 0],
    ],
  },
  'one layer over two': {
    ...{ numbers: 7, width: 16, heads: 2, hidden: 20, encoderLayers: 1, decoderLayers: 2, glosses: 6, words: 9 },
    loss: { recognition: 5, translation: 1 },
    clips: [
      [6, 2, 3],
      [11, 3, 1],
    ],
  },
}

type Tensors = Map<string, { shape: number[]; data: Float32Array }>

/** Weights by the released names, none of them zero. */
function weightsOf({ numbers, width, hidden, encoderLayers, decoderLayers, glosses, words }: Sizes, random: Random): Tensors {
  const tensors: Tensors = new Map()
  const put = (name: string, shape: number[], centre = 0, deviation = 0.3) =>
    tensors.set(name, {
      shape,
      data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => centre + deviation * random.normal()),
    })
  const linear = (name: string, outputs: number, inputs: number) => {
    put(`${name}.weight`, [outputs, inputs])
    put(`${name}.bias`, [outputs], 0, 0.1)
  }
  const norm = (name: string) => {
    put(`${name}.weight`, [width], 1, 0.1)
    put(`${name}.bias`, [width], 0, 0.1)
  }
  const attention = (name: string) => {
    for (const part of ['k', 'v', 'q', 'output']) linear(`${name}.${part}_layer`, width, width)
  }
  const feedForward = (name: string) => {
    norm(`${name}.layer_norm`)
    linear(`${name}.pwff_layer.0`, hidden, width)
    linear(`${name}.pwff_layer.3`, width, hidden)
  }
  const embedding = (name: string) => {
    norm(`${name}.norm.norm`)
    put(`${name}.norm.norm.running_mean`, [width])
    put(`${name}.norm.norm.running_var`, [width], 1, 0)
  }
  linear('sgn_embed.ln', width, numbers)
  embedding('sgn_embed')
  put('txt_embed.lut.weight', [words, width], 0, 1)
  tensors.get('txt_embed.lut.weight')!.data.fill(0, specialId.padding * width, (specialId.padding + 1) * width)
  embedding('txt_embed')
  for (let i = 0; i < encoderLayers; i++) {
    norm(`encoder.layers.${i}.layer_norm`)
    attention(`encoder.layers.${i}.src_src_att`)
    feedForward(`encoder.layers.${i}.feed_forward`)
  }
  norm('encoder.layer_norm')
  for (let i = 0; i < decoderLayers; i++) {
    norm(`decoder.layers.${i}.x_layer_norm`)
    attention(`decoder.layers.${i}.trg_trg_att`)
    norm(`decoder.layers.${i}.dec_layer_norm`)
    attention(`decoder.layers.${i}.src_trg_att`)
    feedForward(`decoder.layers.${i}.feed_forward`)
  }
  norm('decoder.layer_norm')
  put('decoder.output_layer.weight', [words, width])
  linear('gloss_output_layer', glosses, width)
  return tensors
}

/** Labels of which no two neighbours are alike, so that as many frames as labels do. */
function labelsOf(count: number, first: number, end: number, random: Random): Uint32Array {
  const labels: number[] = []
  while (labels.length < count) {
    const label = first + random.below(end - first)
    if (label !== labels.at(-1)) labels.push(label)
  }
  return Uint32Array.from(labels)
}

function clipsOf({ numbers, glosses, words, clips }: Sizes, random: Random): SignedIds[] {
  const ids = (count: number, first: number, end: number) => Uint32Array.from({ length: count }, () => first + random.below(end - first))
  return clips.map(([frames, labels, count]) => ({
    values: Float32Array.from({ length: frames * numbers }, () => random.normal()),
    frames,
    labels: labelsOf(labels, 3, glosses, random),
    words: Uint32Array.from([...ids(count, 4, words), specialId.end]),
  }))
}

/** The joint loss in float64. */
function lossOf(model: TranslatorWeights, clips: readonly SignedIds[], { numbers, glosses, loss }: Sizes): number {
  const rows = clips.map(({ values, frames }) =>
    Array.from({ length: frames }, (_, t) => Array.from(values.subarray(t * numbers, (t + 1) * numbers))),
  )
  const { encoded, glossLogits } = encodeClips(model, rows, 'batch')
  const longest = Math.max(...clips.map(({ words }) => words.length))
  const given = clips.map(({ words }) => [specialId.start, ...words].slice(0, longest))
  const { wordLogits } = decodeSentences(model, given, encoded, 'batch')
  let sum = 0
  for (const [b, { frames, labels, words }] of clips.entries()) {
    const logits = Float64Array.from(glossLogits[b]!.flat())
    const shape = { batch: 1, frames, labelRoom: Math.max(1, labels.length), classes: glosses, stride: glosses, blank: BLANK }
    const lengths = Uint32Array.of(frames)
    const padded = labels.length > 0 ? labels : Uint32Array.of(0)
    const { report } = ctc(
      logits,
      ctcLogSum(logits, lengths, shape),
      { labels: padded, labelLengths: Uint32Array.of(labels.length), lengths },
      shape,
    )
    expect(report[1], `clip ${b} can be aligned`).toBe(1)
    sum += (loss.recognition * report[0]!) / Math.max(1, labels.length) / clips.length
    for (const [t, id] of words.entries()) {
      const row = wordLogits[b]![t]!
      const high = Math.max(...row)
      sum += (loss.translation * (high + Math.log(row.reduce((all, x) => all + Math.exp(x - high), 0)) - row[id]!)) / clips.length
    }
  }
  return sum
}

/** The released names by ours, running statistics aside. */
const theirsByOurs = (tensors: Tensors): Map<string, string> =>
  new Map(
    [...tensors].flatMap(([name, tensor]) => {
      const ours = [...sltTensors(new Map([[name, tensor]]), 'test').keys()][0]!
      return ours.endsWith('/running') ? [] : [[ours, name] as const]
    }),
  )

describe.each(Object.entries(cases))('a batch of pose to text, %s', (_, sizes) => {
  it('has the loss of the float64 reference, and its slope along a direction in every tensor', async () => {
    const random = new Random(5)
    const tensors = weightsOf(sizes, random)
    const clips = clipsOf(sizes, random)
    const { width, heads, hidden, encoderLayers, decoderLayers, numbers, glosses, words, loss } = sizes
    const config: PoseToTextConfig = {
      ...{ width, heads, hidden, encoderLayers, decoderLayers, numbers, dropout: 0, activation: 'relu' },
      ...{ maxFrames: 20, maxTokens: 12 },
    }
    const named = (count: number) =>
      new Vocabulary(
        Array.from({ length: count }, (_, i) => `w${i}`),
        'whitespace',
      )
    const described = { config, glosses: named(glosses - 3), words: named(words - 4), languages: ['GSL'], fps: 25, trainedOn: [], seed: 1 }
    const gpu = await lentGpu()
    const model = new PoseToTextModel(gpu, described, { training: true, tensors: sltTensors(tensors, 'test') })
    const longest = Math.max(...clips.map((clip) => clip.words.length))
    const shape = { batch: clips.length, source: 20, target: 8 }
    const program = await StepProgram.record(
      gpu,
      model.weights,
      (graph) =>
        recordSignedLosses(graph, model, shape, {
          smoothing: 0,
          smoothingKind: 'joey',
          signCl: { weight: 0, form: 'paper', at: 'encoder' },
          similarity: { weight: 0 },
        }),
      { clip: null, optimiser: { kind: 'adam', weightDecay: 0 } },
    )
    const arrays = { ...signedArrays(clips, shape, { config, loss, whole: clips.length, longest }) }
    const { reports } = await program.run(arrays, { seed: new Uint32Array(4), hyper: [0, 0.9, 0.999, 1e-8, 0.1, 0.001] })
    const { recognition, translation } = signedLosses([reports])
    const weights: TranslatorWeights = { heads, tensors }
    const want = lossOf(weights, clips, sizes)
    expect(Math.abs((recognition + translation) / want - 1)).toBeLessThan(1e-6)

    const grads = await model.weights.save(model.weights.grads!)
    const names = theirsByOurs(tensors)
    expect([...grads.keys()].sort()).toEqual([...names.keys()].sort())
    for (const [ours, { data: grad }] of grads) {
      const theirs = names.get(ours)!
      const { shape: extents, data } = tensors.get(theirs)!
      const direction = Float64Array.from(data, () => random.normal())
      // The row of padding is never looked up.
      if (ours === 'words/table') direction.fill(0, specialId.padding * width, (specialId.padding + 1) * width)
      const at = (step: number) =>
        lossOf(
          {
            heads,
            tensors: new Map<string, { shape: readonly number[]; data: ArrayLike<number> }>([
              ...tensors,
              [theirs, { shape: extents, data: Float64Array.from(data, (v, i) => v + step * direction[i]!) }],
            ]),
          },
          clips,
          sizes,
        )
      const step = 1e-5
      const slope = (at(step) - at(-step)) / (2 * step)
      const got = grad.reduce((sum, v, i) => sum + v * direction[i]!, 0)
      const scale = Math.sqrt(grad.reduce((sum, v) => sum + v * v, 0))
      expect(Math.abs(got - slope), `${ours}: ${got} and ${slope}`).toBeLessThan(1e-4 * scale + 1e-5)
    }
    program.destroy()
    model.destroy()
  })
})
