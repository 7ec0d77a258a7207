// Training as work to be profiled: a run's own step, again and again on one batch.

import type { Gpu } from '../device/gpu.js'
import { type LanguageGroup, SignModel } from '../model/sign_model.js'
import { type BatchPlan, planEpoch } from '../train/batches.js'
import { type LanguageData, loadData } from '../train/dataset.js'
import { parseRunConfig, type RunConfig } from '../train/run_config.js'
import { Trainer } from '../train/trainer.js'
import type { Subject } from './collect.js'
import { groupArenas } from './memory_plan.js'

export interface TrainSubject extends Subject {
  readonly group: LanguageGroup
  destroy(): Promise<void>
}

/** The published base model on a batch of eight long clips of the built-in corpus. */
export function referenceRun(): RunConfig {
  return parseRunConfig(
    `
name: reference
data: [{ synthetic: { languages: [GSL], clipsPerLanguage: 10, words: 28, wordsPerSentence: [11, 11], framesPerSign: 13 } }]
model: { preset: pt-base, maxFrames: 200, maxTokens: 32 }
batch: { size: 8, bucket: 10 }
`,
    'reference run',
  )
}

/** Batches of an epoch, all the same: at its end a trainer waits for every report, which no step of a long run's epoch does. */
const EPOCH = 200

/**
 * A run's training step with fresh weights, on the batch of its first language that is of middling size: nothing is validated or
 * saved. What clips a step visits stays the same, so that every step has the same shape.
 */
export async function trainSubject(gpu: Gpu, config: RunConfig): Promise<TrainSubject> {
  const [data] = (await loadData(config)) as [LanguageData]
  const plan = middling(firstEpoch(config, data))
  const model = new SignModel(gpu, { training: true, precision: config.precision })
  const group = model.addLanguage(data.group, { seed: config.seed })
  // A channel that draws clips begins with epochs that visit every clip; here they never end.
  const still: RunConfig = {
    ...config,
    learning: { ...config.learning, warmup: Number.MAX_SAFE_INTEGER },
    batch: { ...config.batch, size: plan.clips.length, bucket: plan.frames, order: 'fixed' },
  }
  const samples = plan.clips.map((i) => data.train[i]!)
  const trainer = new Trainer(still, model, [{ ...data, train: Array.from({ length: EPOCH }, () => samples).flat() }])
  const sizes = `B ${plan.clips.length}, T ${plan.frames}, U ${plan.tokens}`
  return {
    command: 'train',
    subject: `training step of ${config.model.preset}, width ${group.config.width}, ${data.language}, ${sizes}`,
    arenas: groupArenas(group),
    step: () => trainer.trainStep(),
    among: () => betweenReports(trainer),
    group,
    destroy: async () => {
      await trainer.destroy()
      model.destroy()
    },
  }
}

/** Milliseconds from one step's report to the next one's, the GPU never without work: as steps follow each other in a run. */
async function betweenReports(trainer: Trainer): Promise<number> {
  const [first, second] = [await trainer.submitStep(), await trainer.submitStep()]
  await first.read()
  const began = performance.now()
  const third = await trainer.submitStep()
  await second.read()
  const ended = performance.now()
  await third.read()
  return ended - began
}

/** The batches of a language's first epoch. */
export function firstEpoch({ batch, seed }: RunConfig, { language, train }: LanguageData): BatchPlan[] {
  const sizes = train.map(({ clip, ids }) => ({ language, frames: clip.frames, tokens: ids.length }))
  return planEpoch(sizes, { ...batch, seed, epoch: 0 })
}

function middling(batches: readonly BatchPlan[]): BatchPlan {
  const cells = ({ clips, frames }: BatchPlan) => clips.length * frames
  return batches.toSorted((a, b) => cells(a) - cells(b))[batches.length >> 1]!
}
