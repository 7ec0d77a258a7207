// How well a model finds the pseudo-glosses of clips it has not seen, and where.

import type { FoundGlosses } from '../../infer/pseudo_gloss_reader.js'
import type { F1 } from '../../metrics/f1.js'
import { type Localisation, type LocatedClip, localisation, type WordSpan } from '../../metrics/localisation.js'
import { presenceScores } from '../../metrics/presence.js'
import type { PseudoGlossClasses } from '../../text/pseudo_gloss/classes.js'
import type { Validation } from '../../train/task.js'
import type { GlossedClip } from './data.js'
import type { ClipItems } from './items.js'

/** What a validation gives. */
export interface PseudoGlossScores {
  readonly clips: number
  /** Averaged over the classes that any clip has. */
  readonly byClass: F1
  /** Of all classes of all clips together. */
  readonly micro: F1
  /** Mean binary cross-entropy. */
  readonly crossEntropy: number
  /** Absent where the corpus does not know when what is signed. */
  readonly localisation?: Localisation
}

/** Scores clips. Items that are no targets, or have no class, count neither way. */
export function scoreGlosses(
  clips: readonly GlossedClip[],
  found: readonly FoundGlosses[],
  classes: PseudoGlossClasses,
  threshold: number,
): Validation<PseudoGlossScores> {
  const scored = clips.map(({ items }, i) => ({ scores: found[i]!.scores, targets: [...classes.targets(items)] }))
  const { byClass, micro } = presenceScores(scored, threshold)
  const located = clips.flatMap((clip, i): LocatedClip[] => (clip.itemSpans ? [{ ...found[i]!, spans: spansOf(clip, classes) }] : []))
  const where = located.length > 0 ? localisation(located) : undefined
  const crossEntropy = meanCrossEntropy(scored, classes.size)
  return {
    result: { clips: clips.length, byClass, micro, crossEntropy, ...(where && { localisation: where }) },
    // What finds nothing has no F1 to choose by: the cross-entropy settles what it leaves open.
    score: 1 - (Number.isNaN(byClass.f1) ? 0 : byClass.f1) + crossEntropy / 1e3,
    scalars: {
      'dev/f1': byClass.f1,
      'dev/precision': byClass.precision,
      'dev/recall': byClass.recall,
      'dev/microF1': micro.f1,
      'dev/crossEntropy': crossEntropy,
      ...(where && { 'dev/localised': where.within, 'dev/framesOff': where.meanDistance }),
    },
  }
}

/** Where the targets of a clip are signed, as far as its corpus knows. */
export function spansOf({ itemSpans = [] }: Pick<ClipItems, 'itemSpans'>, classes: PseudoGlossClasses): WordSpan[] {
  return itemSpans.flatMap(({ item, ...span }) => {
    const id = classes.targetOf(item)
    return id === undefined ? [] : [{ class: id, ...span }]
  })
}

/** As the loss has it: no logarithm below −100. */
function meanCrossEntropy(
  clips: readonly { readonly scores: Float32Array; readonly targets: readonly number[] }[],
  classes: number,
): number {
  const log = (p: number) => Math.max(Math.log(p), -100)
  const ofClip = ({ scores, targets }: (typeof clips)[number]) => {
    const wanted = new Set(targets)
    return scores.reduce((sum, p, id) => sum - (wanted.has(id) ? log(p) : log(1 - p)), 0)
  }
  return clips.reduce((sum, clip) => sum + ofClip(clip), 0) / (clips.length * classes)
}

const percent = (share: number): string => (Number.isNaN(share) ? 'none' : `${(100 * share).toFixed(1)} %`)

/** A line for people. */
export function formatGlossScores({ clips, byClass, micro, localisation: where }: PseudoGlossScores): string {
  const by = `class F1 ${percent(byClass.f1)} (precision ${percent(byClass.precision)}, recall ${percent(byClass.recall)}), micro F1 ${percent(micro.f1)}`
  const place = where && where.words > 0 ? [`${percent(where.within)} within half a word (by chance ${percent(where.chance)})`] : []
  return [by, ...place, `${clips} clips`].join('; ')
}
