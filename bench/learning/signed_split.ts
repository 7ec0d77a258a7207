// A split of a run's data beside what the run's last weights make of it.

import { join } from 'node:path'
import { SignError } from '../../src/base/errors.js'
import { readPoseCheckpoint } from '../../src/checkpoint/file.js'
import { restoreModel } from '../../src/checkpoint/restore.js'
import { loadCorpus } from '../../src/data/corpus/corpus.js'
import { sourceOf } from '../../src/data/source.js'
import type { Gpu } from '../../src/device/gpu.js'
import { Generator } from '../../src/infer/generator.js'
import type { TokenUnit } from '../../src/metrics/length_classes.js'
import type { ScoredPair } from '../../src/metrics/scores.js'
import { SHARED } from '../../src/model/sign_model.js'
import type { Clip } from '../../src/motion/clip.js'
import type { RunConfig } from '../../src/tasks/text_to_pose/config.js'
import { loadData } from '../../src/tasks/text_to_pose/data.js'
import { tokenUnit } from '../../src/text/spelled.js'

export interface SignedSplit {
  readonly pairs: readonly ScoredPair[]
  /** Source tokens of each pair, without the closing one. */
  readonly tokens: readonly number[]
  readonly unit: TokenUnit
  /** The clips learned from. */
  readonly trained: readonly Clip[]
}

/** Signs a split of every language of a run, its lengths decided as the run's validations decide them. */
export async function signSplit(gpu: Gpu, config: RunConfig, split: 'train' | 'test'): Promise<SignedSplit> {
  const model = restoreModel(gpu, await readPoseCheckpoint(join(config.out, 'last.safetensors')))
  const data = await loadData(config)
  const trained = data.flatMap(({ train }) => train.map(({ clip }) => clip))
  const pairs: ScoredPair[] = []
  const tokens: number[] = []
  const units = new Set<TokenUnit>()
  const { policy } = config.validate
  for (const entry of config.data) {
    if (!('train' in entry)) throw new SignError('ERR_CONFIG', config.name, 'wanted a corpus in files, got none', 'Correct the run file')
    const { language, fps, test, source } = entry
    const held =
      split === 'train' ? trained : (await loadCorpus({ skels: test!, language, source, ...(fps === null ? {} : { fps }) })).clips
    const clips = held.filter((clip) => clip.language === language)
    const lines = clips.map((clip) => sourceOf(clip, source))
    const group = model.group(config.groups === 'shared' ? SHARED : language)
    const generator = new Generator(gpu, group)
    const motions = await generator.generate(lines, { policy, lengths: clips.map(({ frames }) => frames) })
    await generator.destroy()
    units.add(tokenUnit(group.vocabulary.policy, lines))
    clips.forEach((reference, i) => {
      pairs.push({ reference, hypothesis: motions[i]! })
      tokens.push(group.vocabulary.encode(lines[i]!).length - 1)
    })
  }
  model.destroy()
  return { pairs, tokens, unit: units.has('words') ? 'words' : 'letters', trained }
}
