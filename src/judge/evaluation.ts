// Motions judged by what can be read in them: systems × judges over one split, and everything that a reader of the numbers should know beside them.

import { SignError } from '../base/errors.js'
import { telling, type Watched } from '../base/progress.js'
import { motionSignatures } from '../metrics/motion_scores.js'
import type { GlossCleanUp } from '../metrics/text_metric_names.js'
import { checkMotion } from '../motion/check.js'
import type { Clip, Motion } from '../motion/clip.js'
import { layoutOfMotion } from '../motion/layout/layouts.js'
import { areSpelled } from '../text/spelled.js'
import { type TokenPolicy, tokenise } from '../text/tokenise.js'
import { classesOf } from './classes.js'
import { clipReports } from './clips.js'
import { glossReports } from './glosses.js'
import type { Judge } from './judge.js'
import { featuresOnce, translateOnce } from './judged.js'
import type { JudgedSystem } from './judged_system.js'
import type { TextMeasure } from './measures.js'
import { nearestOnce, turn } from './nearest.js'
import { partReports } from './parts.js'
import { type ClassReport, type EvalReport, type Provenance, REPORT_FORMAT, type SystemReport } from './report.js'
import { countTexts, reportMetrics, textSignatures } from './scores.js'
import { classReport, judgeReport, systemReport } from './system_report.js'
import { CEILING, FLOOR, type System, type SystemName, systemsOf } from './systems.js'
import { emptyReferenceWarnings, judgeWarnings, scoreWarnings, vocabularyWarnings } from './warnings.js'

export interface EvaluationInput {
  /** The split: what was signed, and its text. */
  readonly clips: readonly Clip[]
  /** What a model made of each clip's text; absent where the judges themselves are looked at. */
  readonly generated?: readonly Motion[]
  /** What the model learned from. */
  readonly train: readonly Clip[]
  /** Seeds of one judge: all of one unit. */
  readonly judges: readonly Judge[]
  readonly provenance: Provenance
  /** What is known of the input already, told with the other warnings. */
  readonly notes?: readonly string[]
}

export interface EvaluationOptions extends Watched {
  /** Of random clips, shuffled references and the bootstrap. Default 27. */
  readonly seed?: number | undefined
  /** How both sides are cut into tokens. Default: what the judges' unit says. */
  readonly tokens?: TokenPolicy | undefined
  /** What glosses pass before they are compared. Default `none`; the published numbers of PHOENIX-2014T are after `phoenix-2014t`. */
  readonly glossCleanUp?: GlossCleanUp | undefined
  /** Resamples of the bootstrap. Default 1000. */
  readonly resamples?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** What the judges read in the systems' motions. */
export interface JudgedTexts {
  /** Those that have a reference, and those left out. */
  readonly clips: readonly Clip[]
  readonly empty: readonly Clip[]
  readonly systems: readonly JudgedSystem[]
  readonly unit: 'words' | 'letters'
  readonly tokens: TokenPolicy
  readonly metrics: ReturnType<typeof reportMetrics>
}

/**
 * Has the judges read every system's motions, or those of the systems named, and counts their texts. Clips whose reference has no token are left out.
 *
 * @throws as {@link evaluate}
 */
export async function judgeTexts(
  input: Omit<EvaluationInput, 'provenance' | 'notes'>,
  options: EvaluationOptions & { readonly only?: readonly SystemName[] } = {},
): Promise<JudgedTexts> {
  const { judges, train } = input
  const { seed = 27, glossCleanUp = 'none', only } = options
  const unit = checkJudges(judges)
  const tokens = options.tokens ?? unit
  const { clips, generated, empty } = withReferences(input, tokens)
  const systems = systemsOf({ clips, generated, train, seed }).filter(({ name }) => only?.includes(name) ?? true)
  const spelled = unit === 'letters' && areSpelled(clips.map(({ text }) => text))
  const metrics = reportMetrics({ unit, tokens, glossCleanUp, spelled })
  return { clips, empty, systems: await judgeSystems(systems, clips, judges, metrics, options), unit, tokens, metrics }
}

/**
 * Judges every system on the split. Clips whose reference has no token are left out, with a warning.
 *
 * @throws ERR_USAGE for no judge, the same judge twice, judges of different units or layouts, and as many motions as there are not clips; ERR_DATA for a malformed motion,
 * one of a layout that the judges do not read, where no clip has a reference, and for glosses that the clean-up refuses
 */
export async function evaluate(input: EvaluationInput, options: EvaluationOptions = {}): Promise<EvalReport> {
  const { judges, train, provenance, notes = [] } = input
  const { seed = 27, resamples, signal, glossCleanUp = 'none', onProgress } = options
  const { clips, empty, systems: judged, unit, tokens, metrics } = await judgeTexts(input, options)

  const ceiling = judged.find(({ name }) => name === CEILING)!
  const floor = judged.find(({ name }) => name === FLOOR)
  const primary = primaryOf(unit, clips, tokens)
  const clipMeasure = unit === 'letters' ? 'letterErrorRate' : 'chrf'
  const features = await featuresOnce(judges[0]!, judged)
  const nearest = await nearestOnce(judged, clips, train, { signal, onProgress })
  const tell = telling(onProgress, { work: 'motion scores', unit: 'system', all: judged.length })
  const reports: SystemReport[] = []
  for (const [done, system] of judged.entries()) {
    signal?.throwIfAborted()
    tell(done)
    await turn()
    reports.push(systemReport(system, { clips, ceiling, floor, primary, nearest, features, resamples, seed }))
  }
  tell(judged.length)

  const classes = classesOf(clips, unit, tokens).map((one) => classReport(one, judged, clips, primary))
  const text = textSignatures(metrics, clips.length)
  const told = {
    systems: reports,
    primary,
    clipCount: clips.length,
    judges: judges.map((judge) => judgeReport(judge, clips, `${text[primary]}|${decodingOf(judge)}`)),
  }
  return {
    format: REPORT_FORMAT,
    warnings: [
      ...judgeWarnings(judges, clips),
      ...vocabularyWarnings(judges, clips),
      ...scoreWarnings(told, floor ? sameTexts(floor, clips) : 0),
      ...emptyReferenceWarnings(empty),
      ...judges.flatMap((judge) => judge.notes),
      ...notes,
    ],
    provenance,
    seed,
    ...told,
    glossCleanUp,
    signatures: {
      text: measured(text, reports),
      motion: { ...motionSignatures(clips, 'exact', train.length), frechet: frechetSignature(judges[0]!, clips.length) },
    },
    clipMeasure,
    classes,
    worstClass: worst(classes),
    parts: partReports(reports),
    glosses: glossReports(
      clips.map(({ gloss }) => gloss),
      judged.filter(({ name }) => name === 'generated' || name === CEILING),
      glossCleanUp,
    ),
    clips: clipReports(clips, judged, clipMeasure, nearest),
  }
}

/** Throws ERR_USAGE for no judge, the same judge twice and judges of different units or layouts; their unit. */
export function checkJudges(judges: readonly Judge[]): 'words' | 'letters' {
  const refuse = (problem: string, nextMove: string): never => {
    throw new SignError('ERR_USAGE', 'evaluation', problem, nextMove)
  }
  const [first] = judges
  if (!first) return refuse('wanted at least one judge, got none', 'Pass --judge')
  const twice = judges.find(({ hash }, i) => judges.findIndex((other) => other.hash === hash) < i)
  if (twice) return refuse(`wanted judges that differ, got ${twice.hash} twice`, 'Pass judges of different seeds')
  const other = judges.find(({ unit }) => unit !== first.unit)
  if (other) {
    const problem = `wanted judges of one unit, got ${first.name} of ${first.unit} and ${other.name} of ${other.unit}`
    return refuse(problem, 'Evaluate with one kind of judge at a time')
  }
  const [layout, strange] = new Set(judges.map(layoutOfJudge))
  if (strange)
    return refuse(`wanted judges of one layout, got such of ${layout} and of ${strange}`, 'Evaluate with one kind of judge at a time')
  return first.unit
}

const layoutOfJudge = ({ layout }: Judge) => layoutOfMotion({ layout }).name

/** The clips that have something to be held against, with what was generated for them. */
function withReferences({ clips, generated, judges }: Pick<EvaluationInput, 'clips' | 'generated' | 'judges'>, tokens: TokenPolicy) {
  if (generated && generated.length !== clips.length) {
    const problem = `wanted a motion for each of ${clips.length} clips, got ${generated.length}`
    throw new SignError('ERR_USAGE', 'evaluation', problem, 'Give the motions in the order of the clips')
  }
  const layout = layoutOfJudge(judges[0]!)
  const check = (motion: Motion, who: string) => {
    checkMotion(motion, who)
    const { name } = layoutOfMotion(motion)
    if (name === layout) return
    const problem = `wanted a motion of ${layout}, which the judge reads, got one of ${name}`
    throw new SignError(
      'ERR_DATA',
      who,
      problem,
      `Judge with one trained on ${name} (model.layout), or convert: signllm data convert --layout ${layout}`,
    )
  }
  for (const clip of clips) check(clip, clip.name)
  for (const [i, motion] of (generated ?? []).entries()) check(motion, `generated ${clips[i]!.name}`)
  const has = clips.map(({ text }) => tokenise(text, tokens).length > 0)
  const kept = clips.filter((_, i) => has[i])
  if (kept.length > 0) return { clips: kept, generated: generated?.filter((_, i) => has[i]), empty: clips.filter((_, i) => !has[i]) }
  const got = clips.length === 0 ? 'no clip' : `${clips.length} with an empty one`
  throw new SignError(
    'ERR_DATA',
    'evaluation',
    `wanted clips with a reference text, got ${got}`,
    'Complete the .text file, or name another split',
  )
}

async function judgeSystems(
  systems: readonly System[],
  clips: readonly Clip[],
  judges: readonly Judge[],
  metrics: ReturnType<typeof reportMetrics>,
  { signal, onProgress }: EvaluationOptions,
): Promise<JudgedSystem[]> {
  const judged = systems.map((system) => ({ ...system, translations: [] as JudgedSystem['translations'][number][] }))
  for (const [i, judge] of judges.entries()) {
    signal?.throwIfAborted()
    const work = judges.length === 1 ? 'judge' : `judge ${i + 1} of ${judges.length}`
    const said = await translateOnce(judge, systems, {
      ...(signal && { signal }),
      ...(onProgress && { onProgress: (progress) => onProgress({ ...progress, work }) }),
    })
    for (const system of judged) system.translations.push(system.motions.map((motion) => said.get(motion)!))
  }
  return judged.map((system) => ({
    ...system,
    counts: system.translations.map((byClip) =>
      countTexts(
        metrics,
        byClip.map(({ text, glosses }, i) => {
          const { text: reference, gloss: referenceGlosses } = clips[i]!
          return { hypothesis: text, reference, hypothesisGlosses: glosses, referenceGlosses }
        }),
      ),
    ),
  }))
}

/** BLEU-4 needs sentences of four tokens: chrF stands in for it where most are shorter. */
function primaryOf(unit: 'words' | 'letters', clips: readonly Clip[], tokens: TokenPolicy): TextMeasure {
  if (unit === 'letters') return 'letterErrorRate'
  return 2 * clips.filter(({ text }) => tokenise(text, tokens).length >= 4).length >= clips.length ? 'bleu4' : 'chrf'
}

/** Of the measures that a report has. */
const measured = (signatures: EvalReport['signatures']['text'], systems: readonly SystemReport[]): EvalReport['signatures']['text'] =>
  Object.fromEntries(Object.entries(signatures).filter(([measure]) => systems.some(({ text }) => text[measure as TextMeasure])))

const frechetSignature = ({ hash }: Judge, clips: number): string => `frechet|features:encoder-mean|cov:n-1|n:${clips}|judge:${hash}`

const decodingOf = ({ signature, hash }: Judge): string => `${signature}|judge:${hash}`

/** Clips whose shuffled reference says the same. */
const sameTexts = ({ motions }: System, clips: readonly Clip[]): number =>
  clips.filter(({ text }, i) => (motions[i] as Clip).text === text).length

const worst = (classes: readonly ClassReport[]): ClassReport | null =>
  classes
    .filter(({ normalised }) => normalised !== null)
    .reduce<ClassReport | null>((least, one) => (least && least.normalised! <= one.normalised! ? least : one), null)
