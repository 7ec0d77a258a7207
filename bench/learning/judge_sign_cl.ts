// SignCL against none, in the same training: sign density ratio and label error rate of a judge on the test split, seed by seed.

import { join } from 'node:path'
import { SignError } from '../../src/base/errors.js'
import { formatTable } from '../../src/base/table.js'
import { trainTask } from '../../src/commands/train.js'
import type { Gpu } from '../../src/device/gpu.js'
import type { PoseToTextModel } from '../../src/model/pose_to_text.js'
import type { PoseToTextRunConfig } from '../../src/tasks/pose_to_text/config.js'
import { loadSplit, type SignedText } from '../../src/tasks/pose_to_text/data.js'
import { scoreTranslations } from '../../src/tasks/pose_to_text/evaluate.js'
import { poseToText } from '../../src/tasks/pose_to_text/task.js'
import { loadPoseToTextConfig } from '../../src/tasks/run_file.js'
import { signDensityOf } from '../../src/train/density.js'
import { taskRun } from '../../src/train/task.js'
import type { JudgeOutcome, JudgeTrialInput } from './judge_trial.js'
import { meanOf, USUAL_SEEDS, withJudge } from './judged_model.js'

/** A judge on the test split. */
interface Measured {
  readonly densityRatio: number
  /** Mean Euclidean distance between features of two glosses. */
  readonly apart: number
  /** Edits of labels by hundred labels. */
  readonly labelErrors: number
}

interface SeedScore {
  readonly seed: number
  readonly plain: Measured
  readonly signCl: Measured
}

export async function signClTrial({ path, gpu, seeds = USUAL_SEEDS, trained, train }: JudgeTrialInput): Promise<JudgeOutcome> {
  const config = await loadPoseToTextConfig(path)
  const test = await loadSplit(config, 'test')
  const learned = await loadSplit(config, 'train')
  const plain = seeds.map((seed) => runOf(config, 'plain', seed, { ...config.signCl, weight: 0 }))
  if (!trained) for (const run of plain) await trainTask(taskRun(poseToText, run), train)
  const plainScores: Measured[] = []
  for (const run of plain) plainScores.push(await measured(gpu, run, test))

  // The hinge of SignCL works where distances are: in the plain models, between glosses of the clips that were learned from.
  const distances: number[] = []
  for (const run of plain) {
    const { apart } = await withJudge(gpu, run.out, (model) => densityOf(model, learned, run))
    distances.push(apart)
  }
  const maxDistance = config.signCl.maxDistance ?? Number(meanOf(distances).toPrecision(3))
  const contrasted = seeds.map((seed) => runOf(config, 'sign-cl', seed, { ...config.signCl, maxDistance }))
  if (!trained) for (const run of contrasted) await trainTask(taskRun(poseToText, run), train)
  const scores: SeedScore[] = []
  for (const [i, run] of contrasted.entries())
    scores.push({ seed: seeds[i]!, plain: plainScores[i]!, signCl: await measured(gpu, run, test) })

  const passed = scores.every(({ plain, signCl }) => signCl.densityRatio < plain.densityRatio)
  const means = { plain: meanScores(scores.map((one) => one.plain)), signCl: meanScores(scores.map((one) => one.signCl)) }
  return {
    passed,
    result: { clips: test.length, signCl: { ...config.signCl, maxDistance, distances }, seeds: scores, means },
    lines: [`maxDistance ${maxDistance}, measured of the models without SignCL`, formatTable(rows(scores, means)), ...verdict(means)],
  }
}

function runOf(config: PoseToTextRunConfig, name: string, seed: number, signCl: PoseToTextRunConfig['signCl']): PoseToTextRunConfig {
  return { ...config, seed, signCl, name: `${config.name}-${name}-${seed}`, out: join(config.out, `${name}-${seed}`) }
}

function measured(gpu: Gpu, run: PoseToTextRunConfig, test: readonly SignedText[]): Promise<Measured> {
  return withJudge(gpu, run.out, async (model, translator) => {
    const { ratio, apart } = await densityOf(model, test, run)
    const { labelErrors } = scoreTranslations(test, await translator.translate(test), model).result
    return { densityRatio: ratio, apart, labelErrors: labelErrors! }
  })
}

/** Of the features that SignCL works on. Throws ERR_DATA where no gloss occurs twice. */
async function densityOf(model: PoseToTextModel, clips: readonly SignedText[], { name, signCl }: PoseToTextRunConfig) {
  const { ratio, apart } = await signDensityOf(model, clips, { at: signCl.at })
  if (ratio !== undefined && apart !== undefined) return { ratio, apart }
  throw new SignError(
    'ERR_DATA',
    name,
    'wanted clips in which a gloss occurs twice, got none',
    'Measure more clips, or train until labels can be aligned',
  )
}

const keys = ['densityRatio', 'apart', 'labelErrors'] as const

function meanScores(scores: readonly Measured[]): Measured {
  return Object.fromEntries(keys.map((key) => [key, meanOf(scores.map((one) => one[key]))])) as unknown as Measured
}

function rows(scores: readonly SeedScore[], means: { readonly plain: Measured; readonly signCl: Measured }): string[][] {
  const cells = (name: string, way: string, one: Measured) => [
    name,
    way,
    one.densityRatio.toFixed(3),
    one.apart.toFixed(2),
    `${one.labelErrors.toFixed(1)} %`,
  ]
  return [
    ['seed', 'SignCL', 'density ratio', 'apart', 'label errors'],
    ...scores.flatMap(({ seed, plain, signCl }) => [cells(String(seed), 'no', plain), cells(String(seed), 'yes', signCl)]),
    cells('mean', 'no', means.plain),
    cells('mean', 'yes', means.signCl),
  ]
}

/** What SignCL did, as it is. */
function verdict({ plain, signCl }: { readonly plain: Measured; readonly signCl: Measured }): string[] {
  const moved = (from: number, to: number) => (to === from ? 'left as it was' : to < from ? 'lowered' : 'raised')
  const line = (what: string, key: keyof Measured, digits: number) =>
    `${what} ${moved(plain[key], signCl[key])}, in the mean of the seeds: from ${plain[key].toFixed(digits)} to ${signCl[key].toFixed(digits)}`
  return [line('density ratio', 'densityRatio', 3), line('label error rate', 'labelErrors', 1)]
}
