// Does a vision transformer that begins from nothing learn to see signing? Draws the built-in corpus as 224 × 224 frames, encodes them to MP4 files, and reads
// those back: trains a language model on the sentences and then, once per seed, stage 1 of Sign2GPT on the videos, image encoder and all, and stage 2 on what
// it sees in them. Dev chooses the checkpoints, test is scored once: held-out sentences. Needs no data, but the optional packages that encode and decode videos.
//
//   npm run learning:video     passes if with every seed more is read in held-out videos than the floor, what is read in each held against the sentence of
//                              another
//
// --help tells the options. With --run it is another stage 2: results go into the run's folder then, not to bench/results/.

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { VideoEncoder } from '../kernels-test/video_files.js'
import { writeWhole } from '../src/base/files.js'
import { formatTable } from '../src/base/table.js'
import { readCheckpoint } from '../src/checkpoint/file.js'
import { restoreSignToText } from '../src/checkpoint/sign_to_text.js'
import { seedList } from '../src/cli_judge.js'
import { train, trainTask } from '../src/commands/train.js'
import { syntheticCorpus } from '../src/data/synthetic/corpus.js'
import { SignTranslator } from '../src/infer/sign_translator.js'
import { openGpu } from '../src/platform/node/open.js'
import { pseudoGloss } from '../src/tasks/pseudo_gloss/task.js'
import { loadLanguageConfig, loadPseudoGlossConfig, loadSignToTextConfig } from '../src/tasks/run_file.js'
import type { SignToTextRunConfig } from '../src/tasks/sign_to_text/config.js'
import { loadTextClips } from '../src/tasks/sign_to_text/data.js'
import { scoreSentences } from '../src/tasks/sign_to_text/evaluate.js'
import { signToText } from '../src/tasks/sign_to_text/task.js'
import { asSeen } from '../src/train/signing/open_signing.js'
import { taskRun } from '../src/train/task.js'
import { drawnMotion } from '../src/video/source.js'
import { meanOf, USUAL_SEEDS } from './learning/judged_model.js'
import { chosenTrial } from './learning/trial.js'

const trials = {
  video: {
    what: 'held-out sentences read in MP4 files of drawn signing, by an image encoder that begins from nothing; needs no data',
    takes: ['run', 'seeds'],
  },
} as const

const LANGUAGE = 'bench/learning/video_language.yaml'
const FOLDER = 'runs/learning/video'
/** Pixels a side. */
const SIZE = 224

const { options } = chosenTrial(trials)
const { run, trained, json, adapter } = options
const seeds = options.seeds === undefined ? USUAL_SEEDS : seedList(options.seeds)
const path = run ?? 'bench/learning/video_stage2.yaml'
const [config, stage] = [await loadSignToTextConfig(path), await loadPseudoGlossConfig('bench/learning/video_stage1.yaml')]
const { gpu } = await openGpu({ adapter })
const began = performance.now()

const stageOf = (seed: number) => ({ ...stage, seed, name: `${stage.name}-${seed}`, out: join(stage.out, `seed-${seed}`) })
const runOf = (seed: number): SignToTextRunConfig => ({
  ...config,
  ...{ seed, name: `${config.name}-${seed}`, out: join(config.out, `seed-${seed}`) },
  initFrom: join(stageOf(seed).out, 'best.safetensors'),
})
const training = { overwrite: true, json, adapter }
if (!trained) {
  await writeVideos()
  await train(LANGUAGE, training)
  for (const seed of seeds) {
    await trainTask(taskRun(pseudoGloss, stageOf(seed)), training)
    await trainTask(taskRun(signToText, runOf(seed)), training)
  }
}
const scores: Score[] = []
for (const seed of seeds) scores.push({ seed, ...(await scored(runOf(seed))) })
const passed = scores.every(({ exact, bleu1, floor }) => exact > floor.exact && bleu1 > floor.bleu1)
const seconds = trained ? null : Math.round((performance.now() - began) / 1000)
const mean = { exact: meanOf(scores.map(({ exact }) => exact)), bleu1: meanOf(scores.map(({ bleu1 }) => bleu1)) }
const result = { trial: 'video', run: path, adapter: gpu.label, seconds, passed, mean, seeds: scores }
const resultPath = run ? join(config.out, 'learning.json') : 'bench/results/learning-video.json'
await writeWhole(resultPath, `${JSON.stringify(result, null, 2)}\n`)
const lines = formatTable([
  ['seed', 'exact', 'BLEU-1', 'floor: exact', 'BLEU-1', ...scores[0]!.byLength.map(({ words }) => `exact of ${words} words`)],
  ...scores.map(({ seed, exact, bleu1, floor, byLength }) => [
    ...[String(seed), percent(exact), bleu1.toFixed(1), percent(floor.exact), floor.bleu1.toFixed(1)],
    ...byLength.map(({ exact: share, clips }) => `${percent(share)} of ${clips}`),
  ]),
])
console.log(json ? JSON.stringify(result) : [lines, `results saved in ${resultPath}`, passed ? 'passed' : 'NOT passed'].join('\n'))
process.exit(passed ? 0 : 1)

interface Translated {
  readonly exact: number
  readonly bleu1: number
  readonly bleu4: number
}

interface Score extends Translated {
  readonly seed: number
  readonly floor: Translated
  /** Of sentences of each length, in words. */
  readonly byLength: readonly { readonly words: number; readonly clips: number; readonly exact: number }[]
}

/** A run's best checkpoint on test videos, beams as published. */
async function scored(own: SignToTextRunConfig): Promise<Omit<Score, 'seed'>> {
  await using model = await restoreSignToText(gpu, await readCheckpoint(join(own.out, 'best.safetensors')))
  await using translator = new SignTranslator(gpu, model)
  const clips = await asSeen(model, model.config.signs, await loadTextClips(own, 'test'), { cache: null })
  const search = { beams: 4 }
  const read = await translator.translate(clips, search)
  const of = (those: typeof read, which = clips) => {
    const { bleu, exact } = scoreSentences(which, those, model.text, search).result.text
    return { exact, bleu1: bleu[0], bleu4: bleu[3] }
  }
  const lengths = [...new Set(clips.map(({ text }) => wordsIn(text)))].sort((a, b) => a - b)
  const byLength = lengths.map((words) => {
    const own = clips.flatMap((clip, i) => (wordsIn(clip.text) === words ? [i] : []))
    const { exact } = of(
      own.map((i) => read[i]!),
      own.map((i) => clips[i]!),
    )
    return { words, clips: own.length, exact }
  })
  return { ...of(read), floor: of([...read.slice(1), ...read.slice(0, 1)]), byLength }
}

function wordsIn(text: string): number {
  return text.split(' ').length
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

/** Writes the language model's corpus as videos, with names and sentences. */
async function writeVideos(): Promise<void> {
  const [entry] = (await loadLanguageConfig(LANGUAGE)).data
  if (!entry || !('synthetic' in entry)) throw new Error(`${LANGUAGE}: wanted the built-in corpus`)
  const corpus = syntheticCorpus(entry.synthetic)
  await mkdir(join(FOLDER, 'videos'), { recursive: true })
  await using encoder = await VideoEncoder.open()
  for (const split of ['train', 'dev', 'test'] as const) {
    const names = corpus[split].map((_, i) => `${split}-${i}`)
    for (const [i, clip] of corpus[split].entries()) {
      const frames: Uint8Array[] = []
      await using drawn = await drawnMotion(clip, clip.name).open()
      for await (const { rgba } of drawn) frames.push(rgba)
      await writeWhole(
        join(FOLDER, 'videos', `${names[i]}.mp4`),
        await encoder.encode(frames, { width: SIZE, height: SIZE, fps: clip.fps, kind: 'mp4' }),
      )
    }
    await writeWhole(join(FOLDER, `${split}.files`), names.map((name) => `${name}\n`).join(''))
    await writeWhole(join(FOLDER, `${split}.text`), corpus[split].map(({ text }) => `${text}\n`).join(''))
  }
}
