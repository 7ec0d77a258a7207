// `signllm score --motion`: motions that any system made beside the real ones, in any two files or corpora that can be read.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { counted, someOf } from '../base/counted.js'
import { SignError } from '../base/errors.js'
import { resampleMotion } from '../data/motion_resample.js'
import { readCompanion } from '../formats/skels/companions.js'
import { type MotionPair, type MotionScores, motionScores } from '../metrics/motion_scores.js'
import { formatMotionScores } from '../metrics/motion_table.js'
import { type NamedMotion, sameRate } from '../motion/clip.js'
import type { LayoutName } from '../motion/layout/layout.js'
import { layoutOfMotion } from '../motion/layout/layouts.js'
import { type ClipPairing, type NamedSide, type PairedBy, pairClips } from './clip_pairs.js'
import { ClipWork, type ClipWorkOptions } from './clip_work.js'
import { clipsOf } from './motion_clips.js'
import { type MotionSource, motionSource, prefixOf } from './motion_source.js'
import { oneLayout } from './one_layout.js'

export interface ScoreMotionOptions extends Omit<ClipWorkOptions, 'work'> {
  /** What a system made: a corpus by its prefix, `.h5`, `.pose` or `.npz`, or a folder of files. */
  readonly hypotheses: string
  /** What was really signed, in any of these. */
  readonly references: string
  /** The part to take: of a folder the corpus of that name in it, of one corpus the clips whose names begin so, as in `test/`. */
  readonly split?: string | undefined
  /** How to pair clips. Default: by name where both sides have names, else by order. */
  readonly pair?: PairedBy | undefined
  /** DTW-MJE by the approximation that published tables use. */
  readonly fastdtw?: boolean | undefined
  /** What the system learned from, to find copies. */
  readonly train?: string | undefined
  /** The layout that all are brought to as they are read; default: each as it is there. */
  readonly layout?: LayoutName | undefined
}

export interface ScoreMotionSummary extends MotionScores {
  readonly hypotheses: string
  readonly references: string
  readonly clips: number
  readonly pairedBy: PairedBy
  /** What was done to the clips that whoever reads the scores should know. */
  readonly notes: readonly string[]
}

/**
 * Scores motions, in the scale of their layout as a model's training clips are, with their baselines. A hypothesis at another frame rate than its reference is resampled to
 * it, and motions of two layouts are brought to one; both are noted. Throws ERR_DATA where clips cannot be read or paired, naming them: none is left out of a score; ERR_USAGE for a split of neither input.
 */
export async function scoreMotion(options: ScoreMotionOptions): Promise<ScoreMotionSummary> {
  const { split } = options
  const [made, real] = [await openSide(options.hypotheses, options), await openSide(options.references, options)]
  if (split !== undefined && !made.isSplit && !real.isSplit) {
    const problem = `wanted a split '${split}' in either input, got no ${split}.skels and no clips named ${split}/…`
    throw new SignError('ERR_USAGE', `${made.who}, ${real.who}`, problem, 'Leave --split out, or name a split that is there')
  }
  const { by, pairs } = pairClips(made, real, options.pair)
  const notes = [by === 'name' ? `${counted(pairs.length, 'clip')} paired by name` : orderNote(made, real, pairs)]
  if (split !== undefined)
    for (const { who, isSplit } of [made, real]) if (!isSplit) notes.push(`${who}: has no split '${split}', so all of its clips are taken`)

  const read = [await clipsIn(made, 0, pairs, options), await clipsIn(real, 1, pairs, options)]
  const trained = options.train === undefined ? undefined : await trainingClips(options.train, options)
  const { convert, note } = oneLayout([...read.flat(), ...(trained ?? [])])
  if (note !== undefined) notes.push(note)
  const [hypotheses, references] = read.map((clips) => convert(clips)) as [NamedMotion[], NamedMotion[]]
  checkDepth(made.who, hypotheses, real.who, references)
  const matched = hypotheses.map((hypothesis, i) => atRateOf(hypothesis, references[i]!))
  notes.push(...rateNotes(hypotheses, references))
  const align = options.fastdtw ? 'fastdtw' : 'exact'
  const scores = motionScores(matched, { align, jointsAlone: note !== undefined, ...(trained && { train: convert(trained) }) })
  return { hypotheses: made.who, references: real.who, clips: pairs.length, pairedBy: by, notes, ...scores }
}

/** The scores for people: what they are of, the tables, and the notes. */
export function formatScoreMotion(summary: ScoreMotionSummary): string {
  const { hypotheses, references, notes } = summary
  return [`${hypotheses} beside ${references}`, ...notes.map((note) => `  ${note}`), '', formatMotionScores(summary)].join('\n')
}

interface Side extends NamedSide {
  readonly source: MotionSource
  /** Whether it is the split asked for, and not all there is. */
  readonly isSplit: boolean
}

/** A language for clips that tell none: scores need none. */
const NO_LANGUAGE = 'unknown'

async function openSide(path: string, { split, signal, layout }: ScoreMotionOptions): Promise<Side> {
  const within = split === undefined ? undefined : join(path, split)
  const isFolderOfSplits = within !== undefined && existsSync(`${within}.skels`)
  const who = isFolderOfSplits ? within : path
  const source = await motionSource(who, NO_LANGUAGE, { signal, layout: layout ?? 'own' })
  const own = split === undefined || isFolderOfSplits ? [] : source.names.filter((name) => name.startsWith(`${split}/`))
  return {
    who,
    source,
    named: await hasNames(who),
    names: own.length > 0 ? own : source.names,
    isSplit: isFolderOfSplits || own.length > 0,
  }
}

/** All files but a `.skels` name their clips; a corpus does in its `.files`. */
async function hasNames(path: string): Promise<boolean> {
  const prefix = prefixOf(path)
  if (!existsSync(`${prefix}.skels`)) return true
  const names = await readCompanion(`${prefix}.files`)
  return names?.every((name) => name !== '') ?? false
}

/** Where both sides have names and are paired by order all the same, an example tells whether that was right. */
function orderNote(made: NamedSide, real: NamedSide, pairs: ClipPairing['pairs']): string {
  const [first] = pairs
  const example = made.named && real.named && first ? `, the first of them '${first[0]}' with '${first[1]}'` : ''
  return `${counted(pairs.length, 'clip')} paired by order${example}`
}

/** The clips of one side of the pairs, in their order, in the normal scale. */
async function clipsIn(side: Side, at: 0 | 1, pairs: ClipPairing['pairs'], options: ScoreMotionOptions): Promise<NamedMotion[]> {
  return allClips(
    side.source,
    pairs.map((pair) => pair[at]),
    at === 0 ? 'hypotheses' : 'references',
    options,
  )
}

async function trainingClips(path: string, options: ScoreMotionOptions): Promise<NamedMotion[]> {
  const source = await motionSource(path, NO_LANGUAGE, { signal: options.signal, layout: options.layout ?? 'own' })
  return allClips(source, source.names, 'train', options)
}

async function allClips(source: MotionSource, names: readonly string[], what: string, options: ScoreMotionOptions): Promise<NamedMotion[]> {
  const work = new ClipWork(names.length, { ...options, work: what })
  // Scores over what is left would flatter: a clip that cannot be read ends the work.
  work.leaveOut = (_, error) => {
    work.end()
    throw error
  }
  const clips: NamedMotion[] = []
  for await (const { name, joints, frames, fps, layout, confidence } of clipsOf(source, names, undefined, { lang: NO_LANGUAGE }, work))
    clips.push({ name, joints, frames, fps, ...(layout && { layout }), ...(confidence && { confidence }) })
  work.end()
  return clips
}

/** Throws ERR_DATA where one side has depth and the other none: that would be measured, and nothing else. */
function checkDepth(made: string, hypotheses: readonly NamedMotion[], real: string, references: readonly NamedMotion[]): void {
  const madeFlat = hypotheses.map(isFlat)
  const realFlat = references.map(isFlat)
  const differ = madeFlat.findIndex((flat, i) => flat !== realFlat[i])
  if (differ < 0) return
  const [who, flat, clips] = madeFlat[differ] ? [made, madeFlat, hypotheses] : [real, realFlat, references]
  const names = clips.filter((_, i) => flat[i]).map(({ name }) => name)
  const problem = `wanted both inputs with depth, or both without, got ${counted(names.length, 'clip')} without (${someOf(names)})`
  throw new SignError('ERR_DATA', who, problem, 'Lift them first (signllm data convert)')
}

function isFlat(motion: NamedMotion): boolean {
  if (layoutOfMotion(motion).dims === 2) return false
  const { joints } = motion
  for (let at = 2; at < joints.length; at += 3) if (joints[at] !== 0) return false
  return true
}

function atRateOf(hypothesis: NamedMotion, reference: NamedMotion): MotionPair {
  if (sameRate(hypothesis.fps, reference.fps)) return { reference, hypothesis }
  return { reference, hypothesis: resampleMotion(hypothesis, reference.fps, hypothesis.name) }
}

function rateNotes(hypotheses: readonly NamedMotion[], references: readonly NamedMotion[]): string[] {
  const counts = new Map<string, number>()
  for (const [i, { fps }] of hypotheses.entries()) {
    const wanted = references[i]!.fps
    if (sameRate(fps, wanted)) continue
    const key = `from ${fps} to ${wanted} frames per second, as their references have`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return [...counts].map(([how, count]) => `${counted(count, 'hypothesis', 'hypotheses')} resampled ${how}`)
}
