// Do equal letters get equal codes? Trains VQ-Sign on spelled ASL words, without their letters, and compares its codes with k-means on raw frames, as many
// centres as codes, and predictions told from tokens of other clips with those told from tokens of their own: on held-out words as they are, and as somebody else would sign them (larger, tilted, elsewhere).
//
//   npm run learning:codes      passes if with every seed the codes of held-out words tell their letters better than codes in another order do, and what
//                               comes is told from other clips better than by chance; how k-means does is told, either way

import { join } from 'node:path'
import { writeWhole } from '../src/base/files.js'
import { Random } from '../src/base/random.js'
import { formatTable } from '../src/base/table.js'
import { readCheckpoint } from '../src/checkpoint/file.js'
import { restoreVqSign } from '../src/checkpoint/vq_sign.js'
import { seedList } from '../src/cli_judge.js'
import { trainTask } from '../src/commands/train.js'
import { openSpeller } from '../src/data/spell/spell.js'
import { CodeReader } from '../src/infer/code_reader.js'
import { perplexity, usage } from '../src/metrics/code_usage.js'
import { layouts } from '../src/motion/layout/layouts.js'
import { openGpu } from '../src/platform/node/open.js'
import { loadVqSignConfig } from '../src/tasks/run_file.js'
import { loadCodedClips } from '../src/tasks/vq_sign/data.js'
import { scoreCodes } from '../src/tasks/vq_sign/evaluate.js'
import { vqSign } from '../src/tasks/vq_sign/task.js'
import { learnSignWords, shownWord, signWordsOf } from '../src/text/sign_words/words.js'
import { augmented } from '../src/train/pose_augment.js'
import type { SignedClip } from '../src/train/signed_clips.js'
import { taskRun } from '../src/train/task.js'
import { type CodedLetter, type LetterCodes, letterCodes, lettersOfTokens } from './learning/code_letters.js'
import { LEXICON } from './learning/eight_languages.js'
import { meanOf, USUAL_SEEDS } from './learning/judged_model.js'
import { spellWords } from './learning/spelled_words.js'
import { kMeans, nearest } from './learning/tokens_k_means.js'
import { chosenTrial } from './learning/trial.js'

const K_MEANS = 'k-means on frames'
const { options } = chosenTrial({
  codes: { what: 'codes of VQ-Sign beside the letters of spelled words', needs: `${LEXICON}/index.csv`, takes: ['seeds'] },
})
const { trained, json, adapter } = options
const seeds = options.seeds === undefined ? USUAL_SEEDS : seedList(options.seeds)
/** Frames of a letter, as `data spell` makes them. */
const LETTER_FRAMES = 10

await spellWords(LEXICON)
const config = await loadVqSignConfig('bench/learning/sign_codes.yaml')
/** Whose tokens predictions are told from: as published those of other clips, or those of their own. */
const ways = ['own-clip', 'other-clips'] as const
const runOf = (against: (typeof ways)[number], seed: number) => ({
  ...config,
  ...{ seed, name: `${config.name}-${against}-${seed}`, out: join(config.out, `${against}-${seed}`) },
  loss: { ...config.loss, against },
})
const systemOf = (against: (typeof ways)[number]) => `VQ-Sign, ${against}`
const runs = ways.flatMap((against) => seeds.map((seed) => ({ against, seed, run: runOf(against, seed) })))
const began = performance.now()
if (!trained) for (const { run } of runs) await trainTask(taskRun(vqSign, run), { overwrite: true, json, adapter })
const seconds = trained ? null : Math.round((performance.now() - began) / 1000)

const speller = await openSpeller({ lexicon: LEXICON, language: 'ase', bones: 'hold' })
const clipsOf = async (split: 'train' | 'test'): Promise<readonly SignedClip[]> => {
  const loaded = await loadCodedClips(config, split)
  if (loaded.input !== 'poses') throw new Error('wanted poses')
  return loaded.clips
}
const [train, test] = [await clipsOf('train'), await clipsOf('test')]
const numbers = train[0]!.values.length / train[0]!.frames
const changed = test.map((clip, i) => {
  const frames = { numbers, layout: layouts['skeleton-50'] }
  return { ...clip, ...augmented(clip, config.augment, frames, clip.frames, Random.for(1, 'changed', i)) }
})
const sets = { 'as they are': test, 'as others sign': changed } as const

/** Codes of clips as letters that they are of. */
function coded(clips: readonly SignedClip[], codes: readonly ArrayLike<number>[], framesPerToken: number): CodedLetter[] {
  return clips.flatMap(({ name, text }, i) => {
    const { letters, starts, frames } = speller.spell(text.replaceAll(' ', ''))
    if (frames !== clips[i]!.frames) throw new Error(`wanted ${frames} frames of '${text}', got ${clips[i]!.frames}`)
    return lettersOfTokens(codes[i]!.length, framesPerToken, { letters, starts, frames: LETTER_FRAMES }).flatMap((k, t) =>
      k === undefined ? [] : [{ code: codes[i]![t]!, letter: letters[k]!, occurrence: `${name} ${k}` }],
    )
  })
}

interface Row extends LetterCodes {
  readonly system: string
  readonly seed: number
  readonly words: string
  readonly perplexity: number
  /** Letters of codes that have changed places among the tokens: what so many codes give by chance. */
  readonly floor: number
}

const rows: Row[] = []
function scored(
  system: string,
  seed: number,
  learnt: readonly CodedLetter[],
  codesOf: (clips: readonly SignedClip[]) => CodedLetter[],
): void {
  for (const [words, clips] of Object.entries(sets)) {
    const tokens = codesOf(clips)
    const order = Random.for(seed, 'floor').shuffled(tokens.map(({ code }) => code))
    const floor = letterCodes(
      learnt,
      tokens.map((token, i) => ({ ...token, code: order[i]! })),
    ).purity
    const times = usage(
      tokens.map(({ code }) => code),
      config.model.codes,
    )
    rows.push({ system, seed, words, ...letterCodes(learnt, tokens), perplexity: perplexity(times), floor })
  }
}

const { gpu } = await openGpu({ adapter })
const learnt: {
  against: string
  seed: number
  accuracy: number
  chance: number
  codesUsed: number
  perplexity: number
  strings: string[]
}[] = []
let framesPerToken = 1
for (const { against, seed, run } of runs) {
  await using model = restoreVqSign(gpu, await readCheckpoint(join(run.out, 'best.safetensors')))
  await using reader = new CodeReader(gpu, model)
  const read = new Map<readonly SignedClip[], Awaited<ReturnType<CodeReader['read']>>>()
  for (const clips of [train, ...Object.values(sets)]) read.set(clips, await reader.read(clips))
  const codesOf = (clips: readonly SignedClip[]) => read.get(clips)!.map(({ codes }) => codes)
  framesPerToken = read.get(train)![0]!.framesPerToken
  scored(systemOf(against), seed, coded(train, codesOf(train), framesPerToken), (clips) => coded(clips, codesOf(clips), framesPerToken))
  const { accuracy, chance, codesUsed, perplexity: hard } = scoreCodes(read.get(test)!, model.config, { ...run.loss, seed }).result
  const words = learnSignWords(codesOf(train), { codes: config.model.codes })
  const strings = test.slice(0, 3).map(({ text }, i) => {
    const own = signWordsOf(codesOf(test)[i]!, words).map(({ word }) => shownWord(words.words[word]!, words))
    return `${text.replaceAll(' ', '')}: ${own.join(' ')}`
  })
  learnt.push({ against, seed, accuracy, chance, codesUsed, perplexity: hard, strings })
}
for (const seed of seeds) {
  // As many frames as there are tokens, at the places of tokens.
  const framesOf = (clip: SignedClip) =>
    Array.from({ length: Math.ceil(clip.frames / framesPerToken) }, (_, t) =>
      clip.values.subarray(t * framesPerToken * numbers, (t * framesPerToken + 1) * numbers),
    )
  const vectors = (clips: readonly SignedClip[]) => ({
    values: Float32Array.from(clips.flatMap(framesOf).flatMap((frame) => [...frame])),
    width: numbers,
  })
  const centres = kMeans(vectors(train), config.model.codes, Random.for(seed, 'k-means'))
  const nearestOf = (clips: readonly SignedClip[]) =>
    coded(
      clips,
      clips.map((clip) => nearest(vectors([clip]), centres)),
      framesPerToken,
    )
  scored(K_MEANS, seed, nearestOf(train), nearestOf)
}

const passed =
  rows.every(({ system, purity, floor }) => system === K_MEANS || purity > floor) &&
  learnt.every(({ accuracy, chance }) => accuracy > chance)
const means = [...ways.map(systemOf), K_MEANS].flatMap((system) =>
  Object.keys(sets).map((words) => {
    const own = rows.filter((row) => row.system === system && row.words === words)
    const mean = (key: 'codes' | 'perplexity' | 'purity' | 'accuracy' | 'sameLetter' | 'otherLetter' | 'floor') =>
      meanOf(own.map((row) => row[key]))
    return {
      ...{ system, words, codes: mean('codes'), perplexity: mean('perplexity'), purity: mean('purity'), floor: mean('floor') },
      ...{ accuracy: mean('accuracy'), sameLetter: mean('sameLetter'), otherLetter: mean('otherLetter') },
    }
  }),
)
const result = {
  trial: 'codes',
  run: 'bench/learning/sign_codes.yaml',
  adapter: gpu.label,
  seconds,
  passed,
  clips: test.length,
  means,
  learnt,
  rows,
}
await writeWhole('bench/results/learning-codes.json', `${JSON.stringify(result, null, 2)}\n`)
const share = (value: number) => `${(100 * value).toFixed(1)} %`
const lines = formatTable([
  ['codes', 'held-out words', 'used', 'perplexity', 'purity', 'shuffled', 'letter by code', 'equal: same letter', 'other letter'],
  ...means.map((row) => [
    ...[row.system, row.words, row.codes.toFixed(1), row.perplexity.toFixed(1), share(row.purity), share(row.floor)],
    ...[share(row.accuracy), share(row.sameLetter), share(row.otherLetter)],
  ]),
])
const told = learnt.map(
  ({ against, seed, accuracy, chance, codesUsed, strings }) =>
    `seed ${seed}: ${share(accuracy)} of what comes told from tokens of ${against} (by chance ${share(chance)}), ${codesUsed} codes used; ${strings.join('; ')}`,
)
console.log(json ? JSON.stringify(result) : [lines, ...told, passed ? 'passed' : 'NOT passed'].join('\n'))
process.exit(passed ? 0 : 1)
