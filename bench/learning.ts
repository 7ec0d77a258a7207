// Does it learn? Trains on real clips as `signllm train` does, generates free-running with the model's own counter, and scores every
// clip beside the baselines. The data are not in the repository: without ../shared/data this says so and stops.
//
//   npm run learning -- clips     five sentences of PHOENIX-2014T learned by heart: DTW at most a quarter of the mean pose's, length within 10 %
//   npm run learning -- words     200 spelled ASL words, then 20 never seen: better than mean pose and random clip, wrist path 0.7 to 1.3

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { SignError } from '../src/base/errors.js'
import { writeWhole } from '../src/base/files.js'
import { dataSpell } from '../src/commands/data_spell.js'
import { train } from '../src/commands/train.js'
import { loadCorpus } from '../src/data/corpus.js'
import type { Gpu } from '../src/device/gpu.js'
import { openGpu } from '../src/device/open.js'
import { Generator } from '../src/infer/generator.js'
import { held, meanPose } from '../src/metrics/baselines.js'
import { dtw } from '../src/metrics/dtw.js'
import { wristPathRatio } from '../src/metrics/motion.js'
import { formatScores, type ScoredPair, type ScoreRow, scoreMotions } from '../src/metrics/scores.js'
import type { Clip } from '../src/motion/clip.js'
import { readCheckpoint, restoreModel } from '../src/train/checkpoint.js'
import { loadData } from '../src/train/dataset.js'
import { loadRunConfig } from '../src/train/run_config.js'

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

interface Trial {
  /** Which files under ../shared/data it reads. */
  readonly needs: string
  prepare(): Promise<unknown>
  /** The clips to sign: those learned from, or others. */
  readonly split: 'train' | 'test'
  passed(clips: readonly ClipScore[], rows: readonly ScoreRow[]): boolean
}

const trials: Record<string, Trial> = {
  clips: {
    needs: 'progressive-transformers-slp/train.skels',
    prepare: async () => undefined,
    split: 'train',
    passed: (clips) =>
      clips.every(
        ({ dtw, meanPoseDtw, frames, wantedFrames }) => dtw <= meanPoseDtw / 4 && Math.abs(frames - wantedFrames) <= wantedFrames / 10,
      ),
  },
  words: {
    needs: 'fingerspelling-lexicon/index.csv',
    prepare: () =>
      dataSpell({
        lexicon: join(DATA, 'fingerspelling-lexicon'),
        lang: 'ase',
        out: 'runs/learning/spelled',
        count: 240,
        dev: 1 / 12,
        test: 1 / 12,
      }),
    split: 'test',
    passed: (_, [model, meanPose, random]) =>
      model!.dtw < meanPose!.dtw && model!.dtw < random!.dtw && model!.wristPathRatio >= 0.7 && model!.wristPathRatio <= 1.3,
  },
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, adapter: { type: 'string' } },
})
const [name] = positionals
const trial = trials[name ?? '']
if (!name || !trial)
  throw new SignError('ERR_USAGE', 'learning', `wanted a trial of ${Object.keys(trials).join(', ')}, got ${name}`, 'Name one')
if (!existsSync(join(DATA, trial.needs))) {
  console.log(`learning: skipped, ${join(DATA, trial.needs)} is not here`)
  process.exit()
}

await trial.prepare()
const began = performance.now()
const path = `bench/learning/${name}.yaml`
await train(path, { overwrite: true, ...values })
const seconds = (performance.now() - began) / 1000

const { gpu } = await openGpu({ adapter: values.adapter })
const { pairs, trained } = await sign(gpu, path, trial.split)
const rows = scoreMotions(pairs, trained)
const still = meanPose(trained)
const clips = pairs.map(({ reference, hypothesis }) => ({
  name: reference.name,
  text: reference.text,
  frames: hypothesis.frames,
  wantedFrames: reference.frames,
  dtw: dtw(reference, hypothesis).distance,
  meanPoseDtw: dtw(reference, held(still, reference)).distance,
  wristPathRatio: wristPathRatio(reference, hypothesis),
}))
const passed = trial.passed(clips, rows)
const result = { trial: name, adapter: gpu.label, seconds: Math.round(seconds), passed, rows, clips }
await writeWhole(`bench/results/learning-${name}.json`, `${JSON.stringify(result, null, 2)}\n`)
console.log(
  values.json ? JSON.stringify(result) : `${clips.map(formatClip).join('\n')}\n${formatScores(rows)}\n${passed ? 'passed' : 'NOT passed'}`,
)
process.exit(passed ? 0 : 1)

async function sign(gpu: Gpu, path: string, split: 'train' | 'test'): Promise<{ pairs: ScoredPair[]; trained: Clip[] }> {
  const config = await loadRunConfig(path)
  const [data] = await loadData(config)
  const [entry] = config.data
  if (!data || !entry || !('train' in entry))
    throw new SignError('ERR_CONFIG', path, 'wanted a corpus in files, got none', 'Correct the run file')
  const trained = data.train.map(({ clip }) => clip)
  const clips = split === 'train' ? trained : (await loadCorpus({ skels: entry.test!, language: entry.language, fps: entry.fps })).clips
  const model = restoreModel(gpu, await readCheckpoint(join(config.out, 'last.safetensors')))
  const motions = await new Generator(gpu, model.group(data.language)).generate(clips.map(({ text }) => text))
  return { pairs: clips.map((reference, i) => ({ reference, hypothesis: motions[i]! })), trained }
}

function formatClip({ text, frames, wantedFrames, dtw, meanPoseDtw, wristPathRatio }: ClipScore): string {
  const share = `${Math.round((100 * dtw) / meanPoseDtw)} % of the mean pose's ${meanPoseDtw.toFixed(2)}`
  return `${text.slice(0, 40).padEnd(40)}  DTW ${dtw.toFixed(2)}, ${share}; ${frames} of ${wantedFrames} frames; wrist path ${wristPathRatio.toFixed(2)}`
}
