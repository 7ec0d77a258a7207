// Does it learn? Trains on real clips as `signllm train` does, generates free-running with the model's own counter, and scores every
// clip beside the baselines. The data are not in the repository: without ../shared/data this says so and stops.
//
//   npm run learning -- clips     overfit five sentences of PHOENIX-2014T: DTW at most a quarter of the mean pose's, length within 10 %
//   npm run learning -- sentences overfit sixteen sentences from their glosses: as clips
//   npm run learning -- languages  eight fingerspelling languages at once, a group each: every one better than mean pose and random clip
//   npm run learning -- words     200 spelled ASL words, then 20 never seen: better than mean pose and random clip, wrist path 0.7 to 1.3
//
// --help tells the options. With --lexicon or --run it is another trial: results go into the run's folder then, not to bench/results/.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { SignError } from '../src/base/errors.js'
import { writeWhole } from '../src/base/files.js'
import { readPoseCheckpoint } from '../src/checkpoint/file.js'
import { restoreModel } from '../src/checkpoint/restore.js'
import { train } from '../src/commands/train.js'
import { loadCorpus } from '../src/data/corpus/corpus.js'
import { saveCorpus } from '../src/data/corpus/save.js'
import { sourceOf } from '../src/data/source.js'
import { readTimedClips } from '../src/data/timed_clips.js'
import type { Gpu } from '../src/device/gpu.js'
import { Generator } from '../src/infer/generator.js'
import { held, meanPose } from '../src/metrics/baselines.js'
import { dtw } from '../src/metrics/dtw.js'
import { wristPathRatio } from '../src/metrics/motion.js'
import { formatScores, type ScoredPair, type ScoreRow, scoreMotions } from '../src/metrics/scores.js'
import type { Clip } from '../src/motion/clip.js'
import { openGpu } from '../src/platform/node/open.js'
import { loadRunConfig } from '../src/tasks/run_file.js'
import { loadData } from '../src/tasks/text_to_pose/data.js'
import { LEXICON, spellEightLanguages } from './learning/eight_languages.js'
import { formatLengths, scoreByLength, worstLength } from './learning/length_classes.js'
import { spellWords } from './learning/spelled_words.js'
import { chosenTrial } from './learning/trial.js'

const DATA = '../shared/data'

/** One clip beside the picture that never moves. */
interface ClipScore {
  readonly name: string
  readonly text: string
  readonly frames: number
  readonly wantedFrames: number
  readonly dtw: number
  readonly meanPoseDtw: number
  readonly wristPathRatio: number
}

interface LanguageScore {
  readonly language: string
  /** The model, then the baselines. */
  readonly rows: readonly ScoreRow[]
}

interface Trial {
  readonly what: string
  /** Which files it reads. */
  readonly needs: string
  readonly takes: readonly ('run' | 'lexicon')[]
  prepare(lexicon: string): Promise<unknown>
  /** The clips to sign: those learned from, or others. */
  readonly split: 'train' | 'test'
  passed(clips: readonly ClipScore[], languages: readonly LanguageScore[]): boolean
}

const trials: Record<string, Trial> = {
  clips: {
    what: 'overfit five sentences of PHOENIX-2014T',
    takes: ['run'],
    needs: '../shared/data/progressive-transformers-slp/train.skels',
    prepare: async () => undefined,
    split: 'train',
    passed: (clips) => clips.every(isKnownByHeart),
  },
  sentences: {
    what: 'overfit sixteen German sentences, read as glosses',
    takes: ['run'],
    needs: '../shared/data/fluent-pose-synthesis/train_1_metadata.json',
    prepare: async () => {
      const clips = await readTimedClips(join(DATA, 'fluent-pose-synthesis'), { language: 'GSL', text: 'german' })
      await saveCorpus(
        'runs/learning/timed/train',
        clips.filter(({ name }) => name.startsWith('train')),
      )
    },
    split: 'train',
    passed: (clips) => clips.every(isKnownByHeart),
  },
  words: {
    what: 'ASL fingerspelling: train on 200 words, evaluate on 20 others',
    takes: ['run', 'lexicon'],
    needs: `${LEXICON}/index.csv`,
    prepare: spellWords,
    split: 'test',
    passed: (_, languages) => languages.every(isRight),
  },
  languages: {
    what: 'fingerspelling in eight languages, evaluated on held-out words',
    takes: ['run', 'lexicon'],
    needs: `${LEXICON}/index.csv`,
    prepare: spellEightLanguages,
    split: 'test',
    passed: (_, languages) => languages.every(isRight),
  },
}

/** A quarter of a still picture's distance at most, and within a tenth of the length. */
function isKnownByHeart({ dtw, meanPoseDtw, frames, wantedFrames }: ClipScore): boolean {
  return dtw <= meanPoseDtw / 4 && Math.abs(frames - wantedFrames) <= wantedFrames / 10
}

/** Better than a still picture and than somebody else's clip, the hands neither frozen nor wild. */
function isRight({ rows: [model, meanPose, random] }: LanguageScore): boolean {
  const { dtw, wristPathRatio } = model!
  return dtw < meanPose!.dtw && dtw < random!.dtw && wristPathRatio >= 0.7 && wristPathRatio <= 1.3
}

const { name, trial, options: values } = chosenTrial(trials)

const { run, lexicon = LEXICON, ...settings } = values
if (lexicon !== LEXICON || existsSync(trial.needs)) await trial.prepare(lexicon)
const began = performance.now()
const path = run ?? `bench/learning/${name}.yaml`
if (!values.trained) await train(path, { overwrite: true, ...settings })
const seconds = (performance.now() - began) / 1000

const { gpu } = await openGpu({ adapter: values.adapter })
const { pairs, trained } = await sign(gpu, path, trial.split)
const rows = scoreMotions(pairs, trained)
const languages = [...new Set(pairs.map(({ reference }) => reference.language))].map((language) => ({
  language,
  rows: scoreMotions(
    pairs.filter(({ reference }) => reference.language === language),
    trained,
  ),
}))
const stills = new Map(languages.map(({ language }) => [language, meanPose(trained.filter((clip) => clip.language === language))]))
const clips = pairs.map(({ reference, hypothesis }) => ({
  name: reference.name,
  text: reference.text,
  frames: hypothesis.frames,
  wantedFrames: reference.frames,
  dtw: dtw(reference, hypothesis).distance,
  meanPoseDtw: dtw(reference, held(stills.get(reference.language)!, reference)).distance,
  wristPathRatio: wristPathRatio(reference, hypothesis),
}))
const passed = trial.passed(clips, languages)
const lengths = name === 'words' ? scoreByLength(pairs, trained) : undefined
const result = {
  trial: name,
  run: path,
  adapter: gpu.label,
  seconds: Math.round(seconds),
  passed,
  rows,
  languages,
  ...(lengths ? { lengths, worstLength: worstLength(lengths)?.letters } : {}),
  clips,
}
const isOwn = run === undefined && lexicon === LEXICON
const resultPath = isOwn ? `bench/results/learning-${name}.json` : join((await loadRunConfig(path)).out, 'learning.json')
await writeWhole(resultPath, `${JSON.stringify(result, null, 2)}\n`)
console.log(
  values.json
    ? JSON.stringify(result)
    : [
        ...(languages.length > 1 ? [formatLanguages(languages)] : clips.map(formatClip)),
        formatScores(rows),
        ...(lengths ? [formatLengths(lengths)] : []),
        `results saved in ${resultPath}`,
        passed ? 'passed' : 'NOT passed',
      ].join('\n'),
)
process.exit(passed ? 0 : 1)

/** Signs a split of every language of a run with its last weights. */
async function sign(gpu: Gpu, path: string, split: 'train' | 'test'): Promise<{ pairs: ScoredPair[]; trained: Clip[] }> {
  const config = await loadRunConfig(path)
  const model = restoreModel(gpu, await readPoseCheckpoint(join(config.out, 'last.safetensors')))
  const data = await loadData(config)
  const trained = data.flatMap(({ train }) => train.map(({ clip }) => clip))
  const pairs: ScoredPair[] = []
  for (const entry of config.data) {
    if (!('train' in entry)) throw new SignError('ERR_CONFIG', path, 'wanted a corpus in files, got none', 'Correct the run file')
    const { language, fps, test, source } = entry
    const held =
      split === 'train' ? trained : (await loadCorpus({ skels: test!, language, source, ...(fps === null ? {} : { fps }) })).clips
    const clips = held.filter((clip) => clip.language === language)
    const generator = new Generator(gpu, model.group(language))
    const motions = await generator.generate(clips.map((clip) => sourceOf(clip, source)))
    await generator.destroy()
    clips.forEach((reference, i) => {
      pairs.push({ reference, hypothesis: motions[i]! })
    })
  }
  return { pairs, trained }
}

function formatLanguages(languages: readonly LanguageScore[]): string {
  const line = (cells: readonly string[]) => cells.map((cell, i) => (i === 0 ? cell.padEnd(8) : cell.padStart(18))).join('')
  return [
    line(['', 'DTW', 'mean pose', 'random clip', 'nearest neighbour', 'wrist path']),
    ...languages.map(({ language, rows }) =>
      line([language, ...rows.map(({ dtw }) => dtw.toFixed(2)), rows[0]!.wristPathRatio.toFixed(2)]),
    ),
  ].join('\n')
}

function formatClip({ text, frames, wantedFrames, dtw, meanPoseDtw, wristPathRatio }: ClipScore): string {
  const share = `${Math.round((100 * dtw) / meanPoseDtw)} % of the mean pose's ${meanPoseDtw.toFixed(2)}`
  return `${text.slice(0, 40).padEnd(40)}  DTW ${dtw.toFixed(2)}, ${share}; ${frames} of ${wantedFrames} frames; wrist path ${wristPathRatio.toFixed(2)}`
}
