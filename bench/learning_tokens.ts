// Would motion tokens pay? Windows of spelled words are quantised (body and each hand apart), a text-to-gloss model learns to write them from letters, and what
// it writes for words it has never seen is scored beside the model of joints. Without ../shared/data this says so and stops.
//
//   npm run learning:tokens
//
// Judges of letters (npm run learning:judge -- letters) are asked where there are some.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { writeWhole } from '../src/base/files.js'
import { readGlossCheckpoint, readPoseCheckpoint } from '../src/checkpoint/file.js'
import { restoreGlossModel, restoreModel } from '../src/checkpoint/restore.js'
import { train } from '../src/commands/train.js'
import { loadCorpus } from '../src/data/corpus/corpus.js'
import { Generator } from '../src/infer/generator.js'
import { GlossDecoder } from '../src/infer/gloss_decoder.js'
import type { Judge } from '../src/judge/judge.js'
import { openJudge } from '../src/judge/open.js'
import { nearestNeighbour } from '../src/metrics/baselines.js'
import { mean } from '../src/metrics/motion.js'
import type { Motion } from '../src/motion/clip.js'
import { openGpu } from '../src/platform/node/open.js'
import { decodeAll } from '../src/tasks/text_to_gloss/evaluate.js'
import { LEXICON } from './learning/eight_languages.js'
import { USUAL_SEEDS } from './learning/judged_model.js'
import { formatLengths } from './learning/model_tables.js'
import { SPELLED, spellWords } from './learning/spelled_words.js'
import { decode, learnBook, type TokenBook } from './learning/tokens_book.js'
import { ceilings, formatCeilings, rebuilt } from './learning/tokens_ceiling.js'
import { writeTokenCorpus } from './learning/tokens_corpus.js'
import { formatSystems, type SystemScore, scoreSystem, type TokenSystem } from './learning/tokens_scores.js'
import { readTokens } from './learning/tokens_strings.js'
import { chosenTrial } from './learning/trial.js'

const LANGUAGE = 'ASL'
const SEED = 27
/** What is learned, chosen before anything was scored on test words. */
const book = { window: 4, codes: 256 } as const
const JOINTS = 'runs/learning/words/last.safetensors'

const searches = [
  { name: 'greedy', options: { beams: 1 } },
  { name: 'beam 5', options: { beams: 5, lengthPenalty: 1 } },
] as const

const { options: values } = chosenTrial({
  tokens: { what: 'spelled words as motion tokens, beside the model of joints', needs: `${LEXICON}/index.csv` },
})
await spellWords(LEXICON)
const clipsOf = async (split: string) => (await loadCorpus({ skels: join(SPELLED, split), language: LANGUAGE })).clips
const splits = { train: await clipsOf('train'), dev: await clipsOf('dev'), test: await clipsOf('test') }
const { test } = splits
const lost = ceilings(splits.train, test, SEED)

const kinds = (['free', 'constant'] as const).map((bones) => ({ bones, learned: learnBook(splits.train, { ...book, bones, seed: SEED }) }))
/** Of training, where it was done now. */
const seconds: Record<string, number> = {}
for (const { bones, learned } of kinds) {
  await writeTokenCorpus(`runs/learning/tokens/${bones}`, splits, learned)
  if (!values.trained)
    seconds[bones] = Math.round(await timed(() => train(`bench/learning/tokens_${bones}.yaml`, { overwrite: true, ...values })))
}
if (!existsSync(JOINTS)) await train('bench/learning/words.yaml', { overwrite: true, ...values })

const { gpu } = await openGpu({ adapter: values.adapter })
const systems: TokenSystem[] = [
  { name: 'truth', motions: test },
  { name: 'nearest neighbour', motions: test.map(({ text }) => nearestNeighbour(splits.train, text)) },
  await signedByJoints('joints'),
  await signedByJoints(
    'joints, true length',
    test.map(({ frames }) => frames),
  ),
]
for (const { bones, learned } of kinds) {
  systems.push({ name: `${bones} bones, truth as tokens`, motions: rebuilt(learned, test) })
  systems.push(...(await signedByTokens(bones, learned)))
}
const paths = USUAL_SEEDS.map((seed) => `runs/learning/judge-letters/seed-${seed}/best.safetensors`).filter((path) => existsSync(path))
const judges: Judge[] = []
for (const path of paths) judges.push(await openJudge(gpu, path))
const scores: SystemScore[] = []
for (const system of systems) scores.push(await scoreSystem(system, test, judges))
for (const judge of judges) await judge[Symbol.asyncDispose]()

const named = (name: string) => scores.find((score) => score.name === name)!
const passed = isBetter(named('free bones, greedy'), named('joints'))
const result = {
  trial: 'tokens',
  adapter: gpu.label,
  seconds,
  passed,
  book: { ...book, seed: SEED },
  ceilings: lost,
  judges: judges.length,
  systems: scores,
}
await writeWhole('bench/results/learning-tokens.json', `${JSON.stringify(result, null, 2)}\n`)
console.log(values.json ? JSON.stringify(result) : report())
process.exit(passed ? 0 : 1)

/** @param lengths frames of each word; default what the model's own counter says */
async function signedByJoints(name: string, lengths?: readonly number[]): Promise<TokenSystem> {
  await using generator = new Generator(gpu, restoreModel(gpu, await readPoseCheckpoint(JOINTS)).group(LANGUAGE))
  const texts = test.map(({ text }) => text)
  return { name, ...(await measured(() => generator.generate(texts, lengths ? { policy: 'oracle', lengths } : {}))) }
}

async function signedByTokens(bones: string, learned: TokenBook): Promise<TokenSystem[]> {
  const model = restoreGlossModel(gpu, await readGlossCheckpoint(`runs/learning/tokens/${bones}/run/last.safetensors`))
  await using decoder = new GlossDecoder(gpu, model)
  const found: TokenSystem[] = []
  for (const { name, options } of searches) {
    let incomplete = 0
    const make = async () => {
      const decoded = (
        await decodeAll(
          decoder,
          test.map(({ text }) => text),
          options,
        )
      ).map(({ tokens }) => readTokens(learned, tokens))
      incomplete = decoded.reduce((sum, one) => sum + one.incomplete, 0)
      return decoded.map(({ codes }, i) => decode(learned, codes, test[i]!.fps))
    }
    found.push({ name: `${bones} bones, ${name}`, ...(await measured(make)), incomplete })
  }
  return found
}

/** Motions, and how fast they were made by a system that has recorded its programs. */
async function measured(make: () => Promise<Motion[]>): Promise<{ motions: Motion[]; framesPerSecond: number }> {
  const motions = await make()
  const taken = await timed(make)
  return { motions, framesPerSecond: motions.reduce((sum, { frames }) => sum + frames, 0) / taken }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1000
}

/** In the distance, and in what judges read where there are some. */
function isBetter(one: SystemScore, other: SystemScore): boolean {
  return one.dtw < other.dtw && (judges.length === 0 || mean(one.letterErrors) < mean(other.letterErrors))
}

function report(): string {
  return [
    formatCeilings(lost),
    formatSystems(scores),
    ...scores
      .filter(({ framesPerSecond }) => framesPerSecond !== undefined)
      .map(({ name, lengths }) => `${name}\n${formatLengths(lengths)}`),
    ...(judges.length === 0 ? ['letters are not judged: npm run learning:judge -- letters trains judges'] : []),
    passed ? 'passed' : 'NOT passed',
  ].join('\n')
}
