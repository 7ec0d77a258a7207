// The judge's own training step, as `signllm judge train` runs it: the sign language transformer with both its losses.

import type { Gpu } from '../../src/device/gpu.js'
import { PoseToTextModel } from '../../src/model/pose_to_text.js'
import { initialTensors } from '../../src/nn/init.js'
import { type SignedIds, signedArrays } from '../../src/tasks/pose_to_text/batch.js'
import { recordSignedLosses, signedLosses } from '../../src/tasks/pose_to_text/losses.js'
import { specialId, Vocabulary } from '../../src/text/vocabulary.js'
import { StepProgram } from '../../src/train/step_program.js'
import { noiseWords } from '../training_step.js'
import { hostTensors, hyperAt, stepping } from './ours_steps.js'
import type { Work } from './peer.js'
import { drawnIds, FIRST_GLOSS_CLASS, GLOSS_SEED, judgeModel, judgeSpecs, noise, type Task, WORD_SEED } from './tasks.js'

/** A vocabulary of so many made-up tokens, the four specials among them. */
const vocabularyOf = (size: number): Vocabulary => Vocabulary.build([noiseWords(size).join(' ')], 'whitespace')

export async function judgeStep(gpu: Gpu, task: Task): Promise<Work> {
  const { batch, frames, words, glossClasses, vocabulary, recognition, translation, decay } = task.sizes as Record<string, number>
  const config = { ...judgeModel(task.sizes), dropout: 0, activation: 'relu' as const, maxFrames: frames!, maxTokens: words! + 1 }
  // CTC has a class less than its vocabulary has tokens: two of the four specials have none, and the blank is one more.
  const vocabularies = { glosses: vocabularyOf(glossClasses! + 1), words: vocabularyOf(vocabulary!) }
  const description = { config, ...vocabularies, languages: ['GSL'], fps: 25, trainedOn: [], seed: 1 }
  const statistics = initialTensors(
    judgeSpecs(task.sizes).filter(({ running }) => running),
    1,
  )
  const model = new PoseToTextModel(gpu, description, { training: true, tensors: new Map([...hostTensors(task), ...statistics]) })
  const shape = { batch: batch!, source: frames!, target: words! + 1 }
  const loss = { recognition: recognition!, translation: translation! }
  const plain = {
    smoothing: 0,
    smoothingKind: 'joey' as const,
    signCl: { weight: 0, form: 'paper' as const, at: 'encoder' as const },
    similarity: { weight: 0 },
  }
  const optimiser = { kind: 'adam', weightDecay: decay!, decayed: 'all' } as const
  const program = await StepProgram.record(gpu, model.weights, (graph) => recordSignedLosses(graph, model, shape, plain), {
    clip: null,
    optimiser,
  })
  const arrays = signedArrays(clipsOf(task), shape, { config, loss, whole: batch!, longest: words! + 1 })
  const step = async (count: number) => {
    const settings = { seed: new Uint32Array(4), hyper: [...hyperAt(task.sizes, count)] }
    const losses = signedLosses([(await program.run({ ...arrays }, settings)).reports])
    return losses.recognition + losses.translation
  }
  return stepping(step)
}

/** Every clip and sentence of full length. */
function clipsOf(task: Task): SignedIds[] {
  const { batch, frames, words, glosses, glossClasses, vocabulary } = task.sizes as Record<string, number>
  const values = noise(task.inputs.frames!)
  const labels = drawnIds(batch! * glosses!, GLOSS_SEED, FIRST_GLOSS_CLASS, glossClasses!)
  const spoken = drawnIds(batch! * words!, WORD_SEED, specialId.end + 1, vocabulary!)
  const part = <A extends Float32Array | Uint32Array>(array: A, b: number) =>
    array.slice((b * array.length) / batch!, ((b + 1) * array.length) / batch!) as A
  return Array.from({ length: batch! }, (_, b) => ({
    values: part(values, b),
    frames: frames!,
    labels: part(labels, b),
    words: Uint32Array.of(...part(spoken, b), specialId.end),
  }))
}
