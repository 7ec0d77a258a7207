// Text to gloss against PyTorch: logits, every gradient tensor, and ten steps of AdamW on label-smoothed cross-entropy, on a fixture of our own making
// (parity/make_fixture.py).

import { expect, it } from 'vitest'
import { Program, Recorder } from '../src/device/program.js'
import { readSafetensors } from '../src/formats/safetensors/file.js'
import type { TensorFile } from '../src/formats/safetensors/types.js'
import { nameFromStateDict } from '../src/model/state_dict.js'
import { decodeGloss, type GlossConfig, GlossModel } from '../src/model/text_to_gloss.js'
import { encode } from '../src/model/text_to_pose.js'
import type { HostTensors } from '../src/model/weights.js'
import { Graph } from '../src/ops/graph.js'
import { type GlossPair, glossArrays } from '../src/tasks/text_to_gloss/batch.js'
import { recordGlossStep } from '../src/tasks/text_to_gloss/step.testing.js'
import { Vocabulary } from '../src/text/vocabulary.js'
import { lentGpu } from './harness.js'
import { expectGradients, expectSteps, floats, hyperOf, tensorsOf, told, whole } from './parity/fixture.js'

const shape = { batch: 3, source: 8, target: 8 }

/** Where a decoder of tokens differs from one of frames. */
const OURS: Readonly<Record<string, string>> = { 'trg_embed.lut.weight': 'gloss/table', 'decoder.output_layer.weight': 'gloss/weight' }

const translated = (file: TensorFile, prefix: string): HostTensors =>
  new Map([...tensorsOf(file, prefix)].map(([name, tensor]) => [OURS[name] ?? nameFromStateDict(name)!, tensor]))

async function open() {
  const file = await readSafetensors('kernels-test/parity/gloss.safetensors')
  const tensors = translated(file, 'weight.')
  const rows = (name: string) => tensors.get(name)!.shape[0]!
  const words = (name: string) =>
    new Vocabulary(
      Array.from({ length: rows(name) - 4 }, (_, i) => `word${i}`),
      'whitespace',
    )
  const config: GlossConfig = {
    width: tensors.get('gloss/weight')!.shape[1]!,
    heads: told(file, 'heads'),
    hidden: rows('encoder.0/feed_forward/wide/weight'),
    encoderLayers: 1,
    decoderLayers: 2,
    dropout: 0,
    activation: 'relu',
    maxTokens: 8,
  }
  const description = { config, source: words('tokens/table'), gloss: words('gloss/table'), languages: ['ASL'], reads: 'text' as const }
  const model = new GlossModel(await lentGpu(), description, { training: true, tensors })
  const sentences = (name: string, lengths: string) => {
    const [ids, each] = [whole(file, name), file.tensors.get(name)!.shape[1]!]
    return [...whole(file, lengths)].map((length, b) => ids.slice(b * each, b * each + length))
  }
  const gloss = sentences('gloss', 'gloss_lengths')
  const pairs: GlossPair[] = sentences('src', 'src_lengths').map((source, b) => ({ source, gloss: gloss[b]! }))
  return { file, model, pairs, arrays: glossArrays(pairs, shape) }
}

it('predicts what PyTorch predicts, within 1e-4', async () => {
  const { file, model, pairs, arrays } = await open()
  const recorder = new Recorder()
  const recording = { graph: new Graph(recorder), weights: model.weights, config: model.config }
  const feeds = {
    ids: recorder.feed('ids', [shape.batch, shape.source], 'u32'),
    sourceLengths: recorder.feed('source_lengths', [shape.batch], 'u32'),
    given: recorder.feed('given', [shape.batch, shape.target], 'u32'),
    glossLengths: recorder.feed('gloss_lengths', [shape.batch], 'u32'),
  }
  const memory = encode(recording, { ids: feeds.ids }, feeds.sourceLengths, model.positions)
  const logits = decodeGloss(recording, { ids: feeds.given }, feeds.glossLengths, model.positions, memory, feeds.sourceLengths)
  recorder.report(logits)
  const program = await Program.build(await lentGpu(), recorder)
  for (const name of Object.keys(feeds) as (keyof typeof feeds)[]) program.write(feeds[name], arrays[name])
  const got = new Float32Array((await program.run())[0]!)
  const want = floats(file, 'out')
  const [, steps, classes] = file.tensors.get('out')!.shape as [number, number, number]
  const stride = logits.shape.at(-1)!
  let worst = 0
  for (const [b, { gloss }] of pairs.entries())
    for (let t = 0; t < gloss.length; t++)
      for (let v = 0; v < classes; v++)
        worst = Math.max(worst, Math.abs(got[(b * shape.target + t) * stride + v]! - want[(b * steps + t) * classes + v]!))
  expect(worst).toBeLessThan(1e-4)
  expect(worst).toBeGreaterThan(0)
  program.destroy()
  model.destroy()
})

it('has PyTorch’s gradients, each tensor within 1e-3 of its norm, and its losses over ten steps within 1e-4', async () => {
  const { file, model, arrays } = await open()
  const program = await recordGlossStep(await lentGpu(), model, shape, {
    smoothing: told(file, 'smoothing'),
    clip: told(file, 'clip'),
    optimiser: { kind: 'adamw', weightDecay: told(file, 'weight_decay') },
  })
  await expectSteps(file, async (n) => {
    const report = await program.run(arrays, { seed: Uint32Array.of(1, n, 0, 0), hyper: hyperOf(told(file, 'lr'), n) })
    if (n === 1) expectGradients(await model.weights.save(model.weights.grads!), translated(file, 'grad.'))
    return report
  })
  program.destroy()
  model.destroy()
})
