// `signllm eval MODEL --judge JUDGE`: what a judge reads in a model's motions, between the floor and the ceiling of real signing.

import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { SignError } from '../base/errors.js'
import { writeWhole } from '../base/files.js'
import { readCheckpoint } from '../checkpoint/file.js'
import { checkTask, TEXT_TO_POSE } from '../checkpoint/tasks.js'
import { fileRecord } from '../data/checksum.js'
import type { Source } from '../data/source.js'
import type { Gpu } from '../device/gpu.js'
import type { LengthPolicy } from '../infer/length_policy.js'
import { checkJudges, evaluate } from '../judge/evaluation.js'
import type { Judge } from '../judge/judge.js'
import { openJudge } from '../judge/open.js'
import { reportHtml } from '../judge/page/page.js'
import { failedParts, type GatePart } from '../judge/parts.js'
import type { EvalReport } from '../judge/report.js'
import type { GlossCleanUp } from '../metrics/text_metric_names.js'
import type { TokenPolicy } from '../text/tokenise.js'
import { openAdapter } from './adapter.js'
import { commandLine, optionWords, toldPath } from './command_line.js'
import { evalData, type SplitClip, type SplitName } from './eval_data.js'
import { generateSplit, type MadeMotions, readMade } from './eval_motions.js'
import { ProgressDisplay, type ProgressStream, withProgress } from './progress_display.js'
import type { Listener } from './say.js'

export interface EvalCommandOptions extends Listener {
  /** Checkpoints of judges. */
  readonly judge: readonly string[]
  /** Run files, folders of splits or prefixes of corpora. Default: the run file beside the model. */
  readonly data?: readonly string[] | undefined
  /** Motions made elsewhere, instead of a model. */
  readonly motions?: string | undefined
  readonly split?: SplitName | undefined
  readonly lang?: string | undefined
  readonly source?: Source | undefined
  /** Folder of the report; default `eval` beside the model; of the judges alone, beside the first of them; of motions made elsewhere, here. */
  readonly out?: string | undefined
  readonly beams?: number | undefined
  readonly limit?: number | undefined
  readonly seed?: number | undefined
  readonly tokens?: TokenPolicy | undefined
  /** What glosses pass before they are compared. */
  readonly cleanUp?: GlossCleanUp | undefined
  readonly policy?: LengthPolicy | undefined
  /** The least normalised score of the worst class that passes. */
  readonly gate?: number | undefined
  /** The same of parts of the body, by how near they are to the references. */
  readonly gateParts?: Readonly<Partial<Record<GatePart, number>>> | undefined
  readonly adapter?: string | undefined
  /** Of the package. */
  readonly version?: string
  readonly signal?: AbortSignal | undefined
  /** Default: standard error. */
  readonly stream?: ProgressStream
  /** Default: {@link openJudge}. */
  readonly open?: (gpu: Gpu, path: string, options: { readonly beams?: number | undefined }) => Promise<Judge>
}

export interface EvalSummary {
  readonly report: EvalReport
  readonly files: readonly string[]
  /** Which gates it did not pass, as sentences; none without gates. */
  readonly failed: readonly string[]
  readonly passed: boolean
}

/**
 * Evaluates a model, or motions made elsewhere, or with neither the judges alone, and writes `eval.json` and `report.html`. Throws ERR_USAGE for both a model and
 * motions and for no data; what reading data, opening judges and generating throw; ERR_OUTPUT. What ends early leaves nothing behind.
 */
export async function evalCommand(model: string | undefined, options: EvalCommandOptions): Promise<EvalSummary> {
  const { split = 'test', seed = 27, signal, open = openJudge } = options
  if (model !== undefined && options.motions !== undefined)
    throw new SignError('ERR_USAGE', 'eval', 'wanted a model or --motions, got both', 'Evaluate one after the other')
  // Before anything is said of data that are of another task too.
  if (model !== undefined) checkTask(await readCheckpoint(model), TEXT_TO_POSE)
  if (options.judge.length === 0) {
    const problem = 'wanted the checkpoint of a judge, got none'
    throw new SignError('ERR_USAGE', 'eval', problem, 'Pass --judge, a model of task pose-to-text: signllm judge train')
  }
  const data = await evalData(dataOf(model, options), { split, lang: options.lang, source: options.source })
  const { gpu } = await openAdapter({ adapter: options.adapter }, options)
  const judges: Judge[] = []
  try {
    for (const path of options.judge) judges.push(await open(gpu, path, options.beams === undefined ? {} : { beams: options.beams }))
    // Before the long work of making motions.
    checkJudges(judges)
    const made = await madeMotions(gpu, model, data.clips, options)
    const display = new ProgressDisplay(options)
    try {
      const clips = made.clips.map(({ clip }) => clip)
      const generated = made.motions
      const report = await evaluate(
        {
          clips,
          ...(generated && { generated }),
          train: data.train,
          judges,
          provenance: {
            command: evalLine(model, options),
            adapter: gpu.label,
            versions: { signllm: options.version ?? 'unknown', node: process.versions.node },
            split,
            files: [...(await recordOf(model)), ...(await recordOf(options.motions)), ...data.files],
          },
          notes: made.notes,
        },
        { seed, tokens: options.tokens, glossCleanUp: options.cleanUp, signal, onProgress: display.show },
      )
      display.done()
      signal?.throwIfAborted()
      const shown = new Map(clips.map((reference, i) => [reference.name, { reference, ...(generated && { generated: generated[i]! }) }]))
      const files = await writeReport(options.out ?? folderBeside(model, options), {
        'report.html': reportHtml(report, (name) => shown.get(name)),
        'eval.json': `${JSON.stringify(report, null, 2)}\n`,
      })
      const failed = failedGates(report, options)
      return { report, files, failed, passed: failed.length === 0 }
    } finally {
      display.done()
    }
  } finally {
    for (const judge of judges) await judge[Symbol.asyncDispose]()
    await gpu.destroy()
  }
}

function failedGates(report: EvalReport, { gate, gateParts = {} }: EvalCommandOptions): string[] {
  const worst = report.worstClass?.normalised ?? Number.NEGATIVE_INFINITY
  return [
    ...(gate !== undefined && worst < gate ? [`wanted at least ${gate} in the worst class`] : []),
    ...failedParts(report.parts, gateParts).map(
      ({ part, least, got }) => `wanted at least ${least} of the ${part}, got ${got === null ? 'no score' : got.toFixed(2)}`,
    ),
  ]
}

function folderBeside(model: string | undefined, { motions, judge }: EvalCommandOptions): string {
  const beside = model ?? (motions === undefined ? judge[0] : undefined)
  return join(beside === undefined ? '.' : dirname(beside), 'eval')
}

function dataOf(model: string | undefined, { data }: EvalCommandOptions): readonly string[] {
  if (data !== undefined && data.length > 0) return data
  const runFile = model === undefined ? undefined : join(dirname(model), 'config.yaml')
  if (runFile !== undefined && existsSync(runFile)) return [runFile]
  const got = runFile === undefined ? 'none' : `none, and no config.yaml beside ${basename(model!)}`
  throw new SignError('ERR_USAGE', 'eval', `wanted data to evaluate on, got ${got}`, 'Pass --data, a run file or a corpus')
}

/** The clips that are evaluated, with what was made of them; without motions where there is neither a model nor motions. */
async function madeMotions(
  gpu: Gpu,
  model: string | undefined,
  clips: readonly SplitClip[],
  options: EvalCommandOptions,
): Promise<Omit<MadeMotions, 'motions'> & Partial<Pick<MadeMotions, 'motions'>>> {
  const { motions, limit, policy = 'auto', signal } = options
  const chosen = firstOfEach(clips, limit)
  if (motions !== undefined) {
    const all = await readMade(motions, clips, signal)
    const kept = new Set(chosen)
    return { clips: chosen, motions: all.motions.filter((_, i) => kept.has(clips[i]!)), notes: all.notes }
  }
  if (model === undefined)
    return { clips: chosen, notes: ['nothing was generated: these are the ceiling and the floor of the judges alone'] }
  return withProgress(options, (onProgress) => generateSplit(gpu, model, chosen, { policy, signal, onProgress }))
}

/** The first clips, in equal shares of each language, in the order of the split. */
function firstOfEach(clips: readonly SplitClip[], limit: number | undefined): readonly SplitClip[] {
  if (limit === undefined || limit >= clips.length) return clips
  const languages = new Set(clips.map(({ clip }) => clip.language))
  const share = Math.max(1, Math.floor(limit / languages.size))
  const taken = new Map<string, number>()
  return clips.filter(({ clip: { language } }) => {
    taken.set(language, (taken.get(language) ?? 0) + 1)
    return taken.get(language)! <= share
  })
}

async function recordOf(path: string | undefined): Promise<{ name: string; sha256: string }[]> {
  if (path === undefined) return []
  const record = (await fileRecord(existsSync(`${path}.skels`) ? `${path}.skels` : path).catch(() => undefined)) ?? undefined
  return record ? [{ name: basename(path), sha256: record.sha256 }] : []
}

/** All files or none: they are made before the first is written, and the first goes where the second cannot be written. */
async function writeReport(out: string, texts: Readonly<Record<string, string>>): Promise<string[]> {
  const written: string[] = []
  try {
    for (const [name, text] of Object.entries(texts)) {
      const path = join(out, name)
      const isNew = !existsSync(path)
      await writeWhole(path, text)
      if (isNew) written.push(path)
    }
  } catch (error) {
    for (const path of written) await rm(path, { force: true })
    throw error
  }
  return Object.keys(texts).map((name) => join(out, name))
}

function evalLine(model: string | undefined, options: EvalCommandOptions): string {
  const { judge, data, motions, split, lang, source, beams, limit, seed, tokens, cleanUp, policy, gate, gateParts } = options
  const parts = gateParts && Object.entries(gateParts).map(([part, least]) => `${part}=${least}`)
  return commandLine([
    'eval',
    ...(model === undefined ? [] : [toldPath(model)]),
    ...judge.flatMap((path) => ['--judge', toldPath(path)]),
    ...(data ?? []).flatMap((path) => ['--data', toldPath(path)]),
    ...(motions === undefined ? [] : ['--motions', toldPath(motions)]),
    ...optionWords({ split, lang, source, beams, limit, seed, tokens, 'clean-up': cleanUp, policy, gate, 'gate-parts': parts?.join(',') }),
  ])
}
