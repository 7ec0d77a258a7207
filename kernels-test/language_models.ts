// Language models for tests: what they say of sentences, in one pass and token by token.

import type { Tensor } from '../src/device/memory.js'
import { Program, Recorder } from '../src/device/program.js'
import {
  LanguageModel,
  type LanguageModelConfig,
  type LanguageModelOptions,
  languageLayerConfig,
  readSentences,
  readToken,
} from '../src/model/language_model.js'
import { xglmPlaces } from '../src/nn/positions.js'
import { Graph } from '../src/ops/graph.js'
import { padded } from '../src/ops/parameter.js'
import { shardLogits } from '../src/ops/vocabulary.js'
import { lentGpu } from './harness.js'

export const modelOf = async (config: LanguageModelConfig, options: LanguageModelOptions = {}): Promise<LanguageModel> =>
  new LanguageModel(await lentGpu(), config, options)

const recordingOf = (model: LanguageModel, recorder: Recorder) => ({
  graph: new Graph(recorder),
  weights: model.weights,
  config: languageLayerConfig(model.config),
})

/** Shards of logits side by side, padding taken off: [rows, vocabulary]. */
function joined({ vocabulary: { shards, total } }: LanguageModel, found: readonly ArrayBuffer[], rows: number): Float32Array {
  const out = new Float32Array(rows * total)
  shards.forEach(({ first, classes }, i) => {
    const logits = new Float32Array(found[i]!)
    for (let r = 0; r < rows; r++) out.set(logits.subarray(r * padded(classes), r * padded(classes) + classes), r * total + first)
  })
  return out
}

/** Logits [sentences · length, vocabulary] of sentences of one length, padding at their ends. */
export async function logitsOfSentences(model: LanguageModel, sentences: readonly Uint32Array[]): Promise<Float32Array> {
  const [batch, length] = [sentences.length, sentences[0]!.length]
  const { padding, maxTokens } = model.config
  const recorder = new Recorder()
  const ids = recorder.feed('ids', [batch, length], 'u32')
  const at = recorder.feed('at', [batch * length], 'u32')
  const lengths = recorder.feed('lengths', [batch], 'u32')
  const r = recordingOf(model, recorder)
  const features = readSentences(r, { tokens: { ids }, at, lengths, positions: model.positions }, model.vocabulary)
  for (const logits of shardLogits(r.graph, features, model.vocabulary)) recorder.report(logits)
  const program = await Program.build(model.gpu, recorder)
  const given = Uint32Array.from(sentences.flatMap((one) => [...one]))
  program.write(ids, given)
  program.write(at, xglmPlaces(given, length, padding, maxTokens))
  program.write(
    lengths,
    Uint32Array.from(sentences, (one) => one.filter((id) => id !== padding).length),
  )
  const found = await program.run()
  program.destroy()
  return joined(model, found, batch * length)
}

/** The same, a token at a time over caches of keys and values; rows behind a sentence's end are of nothing. */
export async function logitsByStep(model: LanguageModel, sentences: readonly Uint32Array[]): Promise<Float32Array> {
  const [batch, length] = [sentences.length, sentences[0]!.length]
  const { layers, width } = model.config
  const recorder = new Recorder()
  const token = recorder.feed('token', [1, batch], 'u32')
  const lengths = recorder.feed('lengths', [batch], 'u32')
  const past = Array.from({ length: layers }, (_, i): Tensor => recorder.keep(recorder.tensor(`past.${i}`, [batch, length, 2 * width])))
  const r = recordingOf(model, recorder)
  const features = readToken(r, { token, lengths, past, positions: model.positions }, model.vocabulary)
  for (const logits of shardLogits(r.graph, features, model.vocabulary)) recorder.report(logits)
  const program = await Program.build(model.gpu, recorder)
  const out = new Float32Array(batch * length * model.vocabulary.total)
  for (let n = 0; n < length; n++) {
    program.write(
      token,
      Uint32Array.from(sentences, (one) => one[n]!),
    )
    program.write(lengths, new Uint32Array(batch).fill(n))
    const logits = joined(model, await program.run(), batch)
    for (let b = 0; b < batch; b++)
      out.set(logits.subarray(b * model.vocabulary.total, (b + 1) * model.vocabulary.total), (b * length + n) * model.vocabulary.total)
  }
  program.destroy()
  return out
}
