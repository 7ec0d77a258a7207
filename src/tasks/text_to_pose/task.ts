// Text to pose: a sentence in, a clip of skeletons out, one group of parameters a language (MLSF).

import { SignError } from '../../base/errors.js'
import { trainerState } from '../../checkpoint/checkpoint.js'
import { readPoseCheckpoint } from '../../checkpoint/file.js'
import { restoreModel } from '../../checkpoint/restore.js'
import type { PoseCheckpoint } from '../../checkpoint/text_to_pose.js'
import type { Gpu } from '../../device/gpu.js'
import { formatWorst } from '../../metrics/length_classes.js'
import { formatScores } from '../../metrics/scores.js'
import { sameConfig } from '../../model/config.js'
import { SignModel } from '../../model/sign_model.js'
import { trainingOptions } from '../../train/config/parts.js'
import type { Begun, Loaded, Task } from '../../train/task.js'
import type { SavedTraining } from '../../train/trainer.js'
import { withoutDev } from '../../train/validation_note.js'
import { parseRunConfig, type RunConfig } from './config.js'
import { type LanguageData, loadData, startFrom, withRates } from './data.js'
import type { Validated } from './evaluate.js'
import { type PoseStep, PoseTraining } from './training.js'

export const textToPose: Task<RunConfig, PoseStep, Validated> = {
  name: 'text-to-pose',
  byDefault: true,
  example: 'clip',
  unit: 'frame',
  unitsOf: ({ frames }) => frames,
  parse: parseRunConfig,
  fixedKeys: [
    'task',
    'seed',
    'data',
    'groups',
    'tokens',
    'maxWords',
    'scaling',
    'startFrame',
    'model',
    'precision',
    'batch',
    'learning',
    'augment',
    'base',
    'initFrom',
  ],
  load: loadPoseTraining,
  format: ({ rows, lengths }) => [formatScores(rows), formatWorst(lengths)].filter(Boolean).join('\n'),
  scoreName: 'DTW',
  ablation: { key: 'learning.mode', values: ['mse', 'rl', 'rl+plc'] },
}

/** Loads the data of a run, and the checkpoints it starts from. Throws as `Task.load`. */
export async function loadPoseTraining(
  runFile: RunConfig,
  { resumed }: { readonly resumed: boolean },
): Promise<Loaded<RunConfig, PoseTraining>> {
  const config = await withRates(runFile)
  const data = await loadData(config)
  // A run that goes on has its base in its checkpoint.
  const base = config.base && !resumed ? await readBase(config.base.model, data) : undefined
  const start = config.initFrom && !resumed ? await readPoseCheckpoint(config.initFrom) : undefined
  if (start) for (const language of data) startFrom(language, start)
  return {
    config,
    notes: data.flatMap(({ language, notes, dev }) => [...notes, ...(dev.length > 0 ? [] : [withoutDev(language)])]),
    begin: (gpu) => begin(gpu, config, data, { base, start }),
    resume: (gpu, path) => resume(gpu, config, data, path),
  }
}

async function begin(
  gpu: Gpu,
  config: RunConfig,
  loaded: readonly LanguageData[],
  { base, start }: { readonly base: PoseCheckpoint | undefined; readonly start: PoseCheckpoint | undefined },
): Promise<Begun<PoseTraining>> {
  const { seed } = config
  const data = start ? loaded.map((language) => startFrom(language, start)) : loaded
  const clone = config.base?.clone
  const model = new SignModel(gpu, trainingOptions(config))
  for (const description of base?.groups ?? []) {
    const tensors = base!.tensors('weights', description.language)
    model.addLanguage(description, { tensors, training: false, who: base!.path })
  }
  for (const { group, language } of data) {
    if (clone) await model.cloneLanguage(group, clone, { seed })
    else if (start) model.addLanguage(group, { tensors: start.tensors('weights', language), who: start.path })
    else model.addLanguage(group, { seed })
  }
  return { training: new PoseTraining(config, model, data), notes: [base, start].flatMap((from) => from?.notes ?? []) }
}

/** The checkpoint that languages are added to. Throws ERR_CONFIG where it has one of them already. */
async function readBase(path: string, data: readonly LanguageData[]): Promise<PoseCheckpoint> {
  const base = await readPoseCheckpoint(path)
  const taken = data.find(({ language }) => base.groups.some((group) => group.language === language))
  if (!taken) return base
  const problem = `wanted languages that it does not have yet, got ${taken.language}`
  throw new SignError('ERR_CONFIG', path, problem, 'Leave it out of data, or give the new group another tag')
}

async function resume(gpu: Gpu, config: RunConfig, loaded: readonly LanguageData[], last: string) {
  const checkpoint = await readPoseCheckpoint(last)
  const state = trainerState(checkpoint) as SavedTraining
  if (checkpoint.exchanged.length > 0 && config.data.some((entry) => 'synthetic' in entry)) {
    const problem = 'wanted a run on the built-in signer, who faces the camera, got one on its mirror image of earlier versions'
    throw new SignError('ERR_CHECKPOINT', last, problem, 'Start again with --overwrite')
  }
  // What a run started from is in its own checkpoint by now.
  const data = config.initFrom ? loaded.map((language) => startFrom(language, checkpoint)) : loaded
  for (const { group } of data) {
    const saved = checkpoint.groups.find(({ language }) => language === group.language)
    const same = saved && sameConfig(saved.config, group.config) && saved.vocabulary.tokens.join(' ') === group.vocabulary.tokens.join(' ')
    if (!same)
      throw new SignError(
        'ERR_CHECKPOINT',
        last,
        `wanted the run file's ${group.language} model, got another`,
        'Resume with the run file it was started with',
      )
  }
  const model = restoreModel(gpu, checkpoint, trainingOptions(config))
  return { training: new PoseTraining(config, model, data), notes: checkpoint.notes, state }
}
