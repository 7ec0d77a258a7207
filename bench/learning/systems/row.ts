// One row of the table: a system on a corpus from a seed, trained and scored on clips by what it writes of them.

import { createHash } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeWhole } from '../../../src/base/files.js'
import { trainCurve } from '../../../src/commands/ablation_curve.js'
import { openAdapter, openAsRun } from '../../../src/commands/adapter.js'
import { translate } from '../../../src/commands/translate.js'
import { loadCorpus } from '../../../src/data/corpus/corpus.js'
import { letterErrorRate } from '../../../src/metrics/character_errors.js'
import type { TextPair } from '../../../src/metrics/corpus_metric.js'
import { scoreText } from '../../../src/metrics/text_scores.js'
import { planTraining } from '../../../src/profile/plan.js'
import { loadTaskRun } from '../../../src/tasks/run_file.js'
import { type CorpusName, type SystemsCorpus, silent } from './corpora.js'
import { languageRun, type RowSettings, type RunFile, type System } from './systems.js'

/** Scores of sentences, word by word. */
export interface SentenceScores {
  /** Edits by hundred words. */
  readonly errors: number
  readonly bleu1: number
  readonly bleu4: number
  /** Share of sentences, 0 to 1. */
  readonly exact: number
}

export interface StageCost {
  readonly stage: string
  readonly steps: number
  /** Of training alone. */
  readonly seconds: number
  /** Numbers that learn. */
  readonly parameters: number
  /** Numbers that do not. */
  readonly frozen: number
  /** Bytes of weights, what the optimiser keeps, and activations. */
  readonly memory: number
}

export interface Row extends SentenceScores {
  readonly corpus: CorpusName
  readonly system: string
  readonly seed: number
  /** Of the run files: a row of others is trained again. */
  readonly digest: string
  readonly adapter: string
  /** What it writes held against the sentence of the next clip: how much is known of signing in general. */
  readonly shuffled: SentenceScores
  /** Of the last validation, where one of its frames' glosses can be told: how near a gloss's own instances are, beside others. */
  readonly densityRatio?: number
  readonly stages: readonly StageCost[]
}

/** Of a system's run files, and of that of the language model that its stages may name. */
export const digestOf = (system: System, settings: RowSettings): string =>
  createHash('sha256')
    .update(JSON.stringify([languageRun({ ...settings, seed: 0, out: '' }), ...system.stages(settings)]))
    .digest('hex')
    .slice(0, 16)

/** Trains a system's stages one after the other. */
export async function rowOf(system: System, settings: RowSettings, adapter: string | undefined): Promise<Row> {
  const { corpus, prefixes, seed, out } = settings
  const runs = system.stages(settings)
  await rm(out, { recursive: true, force: true })
  const stages: StageCost[] = []
  let [label, densityRatio]: [string, number | undefined] = ['', undefined]
  for (const run of runs) {
    const { cost, scalars, adapter: used } = await trained(run, adapter)
    stages.push(cost)
    label = used
    densityRatio = scalars.densityRatio
  }
  const last = runs.at(-1)!
  const read = await translate(fileOf(last), { model: bestOf(last), split: 'test', adapter, json: true, stream: silent })
  const said = await sentencesOf(prefixes.test, corpus)
  const pairsBy = (turn: number): TextPair[] =>
    read.clips.map(({ text }, i) => ({ hypothesis: text, reference: said.get(read.clips[(i + turn) % read.clips.length]!.name)! }))
  return {
    corpus: corpus.name,
    system: system.name,
    seed,
    digest: digestOf(system, settings),
    adapter: label,
    ...scored(pairsBy(0)),
    shuffled: scored(pairsBy(1)),
    ...(densityRatio !== undefined && { densityRatio }),
    stages,
  }
}

/** Trains the language model that rows of a corpus have in common; returns its checkpoint. */
export async function languageModel(settings: Omit<RowSettings, 'language'>, adapter: string | undefined): Promise<string> {
  const run = languageRun({ ...settings, language: '' })
  await trained(run, adapter)
  return bestOf(run)
}

const bestOf = ({ out }: RunFile): string => join(out, 'best.safetensors')
const fileOf = ({ out }: RunFile): string => `${out}.yaml`

async function trained(run: RunFile, adapter: string | undefined) {
  await mkdir(run.out, { recursive: true })
  await writeWhole(fileOf(run), `${JSON.stringify(run, null, 2)}\n`)
  const { task, config } = await loadTaskRun(fileOf(run))
  const { gpu } = await openAdapter(openAsRun(config, adapter), { json: true })
  try {
    const plan = await planTraining(gpu, { task, config })
    const { steps, seconds, parameters = 0, points } = await trainCurve(task, gpu, config, { overwrite: true, json: true, say: () => {} })
    const memory = plan.leastPool + plan.arenas.reduce((sum, { bytes }) => sum + bytes, 0)
    const frozen = plan.parameters.reduce((sum, part) => sum + part.frozen, 0)
    return {
      cost: { stage: run.name, steps, seconds, parameters, frozen, memory },
      scalars: points.at(-1)?.scalars ?? {},
      adapter: gpu.label,
    }
  } finally {
    await gpu.destroy()
  }
}

async function sentencesOf(prefix: string, { language }: SystemsCorpus): Promise<Map<string, string>> {
  const limits = { maxFrames: Number.MAX_SAFE_INTEGER, maxTokens: Number.MAX_SAFE_INTEGER }
  const { clips } = await loadCorpus({ skels: prefix, language, ...limits })
  return new Map(clips.map(({ name, text }) => [name, text]))
}

function scored(pairs: readonly TextPair[]): SentenceScores {
  const { bleu, exact } = scoreText(pairs, 'beam:4')
  return { errors: letterErrorRate(pairs), bleu1: bleu[0], bleu4: bleu[3], exact }
}
