// What an evaluation tells, as the JSON that `signllm eval` writes.

import type { Comparison } from '../metrics/bootstrap.js'
import type { SignedScore } from '../metrics/motion_scores.js'
import type { NearestTraining } from '../metrics/nearest_training.js'
import type { GlossCleanUp } from '../metrics/text_metric_names.js'
import type { AlignedRun } from './judge.js'
import type { TextMeasure } from './measures.js'
import type { MotionReport } from './motion_report.js'
import type { GatePart } from './parts.js'
import type { SystemName } from './systems.js'

export const REPORT_FORMAT = 'signllm-eval-1'

/** A score as the judges give it. */
export interface Judged {
  readonly mean: number
  /** Sample standard deviation between the judges; null of one judge. */
  readonly spread: number | null
  readonly byJudge: readonly number[]
}

export interface SystemReport {
  readonly name: SystemName
  readonly text: Readonly<Partial<Record<TextMeasure, Judged>>>
  /** (score − floor) / (ceiling − floor) of the mean scores; without the measures in which floor and ceiling are the same. */
  readonly normalised: Readonly<Partial<Record<TextMeasure, number>>>
  /** Tokens said over tokens of the references. */
  readonly lengthRatio: Judged
  /** Primary measure above that of the ground truth, by paired bootstrap; null for the ground truth itself. */
  readonly againstCeiling: Comparison | null
  readonly motion: MotionReport
}

/** The clips of one class. */
export interface ClassReport {
  readonly kind: 'length' | 'language'
  readonly name: string
  readonly clips: number
  /** The primary measure, averaged over the judges. */
  readonly scores: Readonly<Partial<Record<SystemName, number>>>
  /** Of the generated motions; null where floor and ceiling are the same. */
  readonly normalised: number | null
  /** Of the generated motions, means over the clips; null where nothing was generated. */
  readonly motion: ClassMotion | null
}

/** What an average over all lengths hides. Null where no clip has a number. */
export interface ClassMotion {
  readonly handDtw: number | null
  readonly wristPathRatio: number | null
  readonly durationRatio: number | null
}

/** A part of the body, whose distance from the references is the mean n-DTW of its points. */
export interface PartReport {
  readonly part: GatePart
  /** In shoulder widths. */
  readonly distances: Readonly<Partial<Record<SystemName, number>>>
  /** Of the generated motions: 1 is the reference itself, 0 as far from it as shuffled references; null where there are none. */
  readonly normalised: number | null
}

/** How a gloss is read, of every 100 times that it is signed: 0 is always right. */
export interface GlossReport {
  readonly gloss: string
  readonly times: number
  readonly errorRates: Readonly<Partial<Record<SystemName, number>>>
}

export interface ClipReport {
  readonly name: string
  readonly language: string
  readonly text: string
  readonly gloss?: string
  /** Of the reference, and of what was generated. */
  readonly seconds: { readonly reference: number; readonly generated?: number }
  /** The clip's own score in {@link EvalReport.clipMeasure}, averaged over the judges. */
  readonly scores: Readonly<Partial<Record<SystemName, number>>>
  /** What each judge read. */
  readonly hypotheses: Readonly<Partial<Record<SystemName, readonly string[]>>>
  /** The training clip that the generated motion is nearest to, and how far from it, in shoulder widths. */
  readonly nearestTraining?: NearestTraining
  /** Of the first judge, where it aligns; runs in seconds. */
  readonly alignment: Readonly<Partial<Record<SystemName, readonly AlignedRun[]>>>
}

export interface JudgeReport {
  readonly name: string
  readonly hash: string
  readonly seed: number
  readonly unit: 'words' | 'letters'
  readonly signature: string
  /** How the primary measure was counted, complete enough to count it again. */
  readonly scoreSignature: string
  /** Clips of the split that it was trained on, by their names' hashes; null where it does not say which it was trained on. */
  readonly trainedOnClips: number | null
}

/** Where the numbers come from. No path of anybody's machine: files are told by their names and hashes. */
export interface Provenance {
  /** As it can be typed again. */
  readonly command: string
  readonly adapter: string
  readonly versions: Readonly<Record<string, string>>
  readonly split: string
  /** The model, the corpora and whatever else was read. */
  readonly files: readonly { readonly name: string; readonly sha256: string }[]
}

export interface EvalReport {
  readonly format: typeof REPORT_FORMAT
  /** What to know before believing a number, most important first. */
  readonly warnings: readonly string[]
  readonly provenance: Provenance
  /** Of the random clips, the shuffled references and the bootstrap. */
  readonly seed: number
  readonly judges: readonly JudgeReport[]
  readonly clipCount: number
  /** What glosses passed before they were compared. */
  readonly glossCleanUp: GlossCleanUp
  /** How each score is counted. What a judge says is told apart by {@link JudgeReport.signature} and its hash. */
  readonly signatures: {
    readonly text: Readonly<Partial<Record<TextMeasure, string>>>
    readonly motion: Readonly<Partial<Record<SignedScore | 'frechet', string>>>
  }
  /** The measure that classes, differences and the gate are about. */
  readonly primary: TextMeasure
  /** The measure of single clips. */
  readonly clipMeasure: TextMeasure
  readonly systems: readonly SystemReport[]
  readonly classes: readonly ClassReport[]
  /** The class in which the generated motions are furthest below the ceiling. */
  readonly worstClass: ClassReport | null
  /** Body, hands and, where the layout has one, the face. */
  readonly parts: readonly PartReport[]
  readonly glosses: readonly GlossReport[]
  /** The worst first. */
  readonly clips: readonly ClipReport[]
}
