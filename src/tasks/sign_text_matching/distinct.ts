// Batches in which no two clips say the same: a loss that tells each clip from all others would tell such a pair apart.

import type { BatchPlan } from '../../train/batches.js'

/** What decides where an example may go. */
export interface PlacedExample {
  /** Alike where examples are to be kept apart. */
  readonly text: string
  /** Room that it needs. */
  readonly target: number
  readonly source: number
}

/** The same batches with examples exchanged so that none has one text twice, as far as each fits where it goes; the rest stay where they are. */
export function withDistinctTexts(plans: readonly BatchPlan[], of: (example: number) => PlacedExample): BatchPlan[] {
  const batches = plans.map((plan) => ({ plan, examples: [...plan.examples] }))
  const fits = (example: number, { source, target }: BatchPlan) => of(example).source <= source && of(example).target <= target
  const has = (examples: readonly number[], text: string, but: number) => examples.some((one) => one !== but && of(one).text === text)
  for (const { plan, examples } of batches) {
    for (const [i, example] of examples.entries()) {
      const { text } = of(example)
      if (!examples.slice(0, i).some((one) => of(one).text === text)) continue
      const other = batches.find((one) => one.examples !== examples && placeIn(one) >= 0)
      function placeIn(one: (typeof batches)[number]): number {
        if (!fits(example, one.plan)) return -1
        return one.examples.findIndex(
          (theirs) => fits(theirs, plan) && !has(examples, of(theirs).text, example) && !has(one.examples, text, theirs),
        )
      }
      if (!other) continue
      const at = placeIn(other)
      examples[i] = other.examples[at]!
      other.examples[at] = example
    }
  }
  return batches.map(({ plan, examples }) => ({ ...plan, examples }))
}
