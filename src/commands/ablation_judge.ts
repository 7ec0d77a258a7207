// What judges read in the motions of an ablation's runs, each with its last checkpoint; kept in the run's folder, so that it is asked once.

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import * as z from 'zod'
import { SignError } from '../base/errors.js'
import { writeWhole } from '../base/files.js'
import { fileRecord } from '../data/checksum.js'
import type { Gpu } from '../device/gpu.js'
import type { LengthPolicy } from '../infer/length_policy.js'
import { checkJudges, judgeTexts } from '../judge/evaluation.js'
import type { Judge } from '../judge/judge.js'
import { corpusScore } from '../judge/judged_system.js'
import type { TextMeasure } from '../judge/measures.js'
import { openJudge } from '../judge/open.js'
import { CEILING, type SystemName } from '../judge/systems.js'
import type { RunConfig } from '../tasks/text_to_pose/config.js'
import type { TrainingConfig } from '../train/config/parts.js'
import { lastCheckpoint } from '../train/run/folder.js'
import { type EvalData, evalDataOf, type SplitName } from './eval_data.js'
import { generateSplit } from './eval_motions.js'
import { type Listener, warn } from './say.js'

const NEAREST: SystemName = 'nearest neighbour'
const scores = z.record(z.string(), z.array(z.number()))

const judgedRun = z.strictObject({
  /** Scores by measure, each of every judge. */
  generated: scores,
  truth: scores,
  nearest: scores,
  /** Of generation, without the first batch, for which programs are recorded. */
  framesPerSecond: z.number(),
})
export type JudgedRun = z.output<typeof judgedRun>
export type JudgeScores = z.output<typeof scores>

export interface AblationJudgesOptions extends Listener {
  /** Checkpoints of judges. */
  readonly judge: readonly string[]
  readonly split: SplitName
  readonly signal?: AbortSignal | undefined
  /** Default: {@link openJudge}. */
  readonly open?: ((gpu: Gpu, path: string) => Promise<Judge>) | undefined
}

export class AblationJudges implements AsyncDisposable {
  readonly judges: readonly Judge[]
  /** What is read of texts: the letter error rate of judges of letters, else word error rate and chrF. */
  readonly measures: readonly TextMeasure[]
  readonly #gpu: Gpu
  readonly #options: AblationJudgesOptions
  readonly #data: ReadonlyMap<string, EvalData>

  private constructor(gpu: Gpu, judges: readonly Judge[], data: ReadonlyMap<string, EvalData>, options: AblationJudgesOptions) {
    this.judges = judges
    this.measures = checkJudges(judges) === 'letters' ? ['letterErrorRate'] : ['wer', 'chrf']
    this.#gpu = gpu
    this.#data = data
    this.#options = options
  }

  /**
   * Opens the judges and loads the split of every run. Throws ERR_USAGE for runs of a task that makes no motions, for judges that do not go together, and where runs
   * would be judged on different clips; what opening judges and reading data throw.
   */
  static async open(gpu: Gpu, runs: readonly TrainingConfig[], options: AblationJudgesOptions): Promise<AblationJudges> {
    const { open = openJudge, split } = options
    const data = new Map<string, EvalData>()
    for (const config of runs.map(signs)) {
      if (!data.has(dataKey(config))) data.set(dataKey(config), await evalDataOf(config, config.name, split))
    }
    const [first, ...others] = [...data.values()].map(({ clips }) => clips.map(({ clip }) => [clip.name, clip.text]))
    if (others.some((clips) => !isDeepStrictEqual(clips, first))) {
      const problem = `wanted runs with one ${split} split, which are judged on the same clips, got several`
      throw new SignError('ERR_USAGE', 'ablate', problem, 'Leave the held-out data as they are, or compare without --judge')
    }
    const judges: Judge[] = []
    try {
      for (const path of options.judge) judges.push(await open(gpu, path))
      return new AblationJudges(gpu, judges, data, options)
    } catch (error) {
      for (const judge of judges) await judge[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Generates the split with a run's last checkpoint and its own length policy, and has it read; kept where that was done before. */
  async judge(config: TrainingConfig, say: (line: string) => void): Promise<JudgedRun> {
    const run = signs(config)
    const { split, signal } = this.#options
    const { clips, train, files } = this.#data.get(dataKey(run))!
    const model = lastCheckpoint(run.out)
    const of = {
      model: (await fileRecord(model))?.sha256,
      judges: this.judges.map(({ hash, signature }) => ({ hash, signature })),
      split,
      policy: run.validate.policy,
      data: run.data,
      files,
    }
    const path = join(run.out, 'judged.json')
    const kept = await readKept(path, of)
    if (kept) return kept

    const clock = new FrameClock()
    const made = await generateSplit(this.#gpu, model, clips, {
      policy: run.validate.policy satisfies LengthPolicy,
      signal,
      onBatch: clock.batch,
    })
    for (const note of made.notes) warn(note, this.#options)
    const { systems } = await judgeTexts(
      { clips: made.clips.map(({ clip }) => clip), generated: made.motions, train, judges: this.judges },
      { signal, only: ['generated', CEILING, NEAREST] },
    )
    const scoresOf = (name: SystemName): JudgeScores => {
      const system = systems.find((one) => one.name === name)
      if (!system) return {}
      return Object.fromEntries(this.measures.map((measure) => [measure, [...(corpusScore(system, measure)?.byJudge ?? [])]]))
    }
    const judged = { generated: scoresOf('generated'), truth: scoresOf(CEILING), nearest: scoresOf(NEAREST), framesPerSecond: clock.rate }
    await writeWhole(path, `${JSON.stringify({ of, judged }, null, 2)}\n`)
    say(`  judged on ${made.clips.length} clips of ${split}, ${clock.rate.toFixed(0)} frames a second`)
    return judged
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const judge of this.judges) await judge[Symbol.asyncDispose]()
  }
}

/** Throws ERR_USAGE for a run of a task that makes no motions. */
function signs(config: TrainingConfig): RunConfig {
  if (config.task === 'text-to-pose') return config as RunConfig
  throw new SignError('ERR_USAGE', 'ablate', `wanted runs of task text-to-pose for --judge, got ${config.task}`, 'Leave out --judge')
}

const dataKey = ({ data, groups, model }: RunConfig): string => JSON.stringify([data, groups, model.layout])

/** What was kept of the very same question. Throws ERR_DATA for a damaged file. */
async function readKept(path: string, of: object): Promise<JudgedRun | undefined> {
  if (!existsSync(path)) return undefined
  try {
    const kept = z.strictObject({ of: z.unknown(), judged: judgedRun }).parse(JSON.parse(await readFile(path, 'utf8')))
    return isDeepStrictEqual(kept.of, JSON.parse(JSON.stringify(of))) ? kept.judged : undefined
  } catch (cause) {
    throw new SignError('ERR_DATA', path, `wanted what judges read, got ${(cause as Error).message}`, 'Delete that file', { cause })
  }
}

/** Frames a second of batch after batch. */
class FrameClock {
  readonly #begun = performance.now()
  #first: { readonly at: number; readonly frames: number } | undefined
  #last = { at: this.#begun, frames: 0 }

  batch = (frames: number): void => {
    this.#last = { at: performance.now(), frames: this.#last.frames + frames }
    this.#first ??= this.#last
  }

  /** Without the first batch, unless there is no other. */
  get rate(): number {
    const from = this.#first && this.#first !== this.#last ? this.#first : { at: this.#begun, frames: 0 }
    return (1000 * (this.#last.frames - from.frames)) / Math.max(1e-3, this.#last.at - from.at)
  }
}
