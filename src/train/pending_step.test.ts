import { describe, expect, it } from 'vitest'
import { PendingStep, refuseDivergence } from './pending_step.js'

/** Steps 1 to 4; `taken` notes whose report was taken when. The one named `fails` diverged. */
function fourSteps(fails = 0) {
  const taken: number[] = []
  const steps: PendingStep<number>[] = []
  for (let step = 1; step <= 4; step++) {
    const take = async () => {
      taken.push(step)
      refuseDivergence(step, { loss: step === fails ? Number.NaN : 1, gradientNorm: 1 }, ['a', 'b'])
      return step
    }
    steps.push(new PendingStep({ step, endsEpoch: false }, steps.at(-1), take))
  }
  return { taken, steps }
}

describe('steps under way', () => {
  it('are taken in their order, each once, whoever is asked first', async () => {
    const { taken, steps } = fourSteps()
    expect(taken).toEqual([])
    expect(await Promise.all([steps[2]!.read(), steps[0]!.read()])).toEqual([3, 1])
    expect(taken).toEqual([1, 2, 3])
    expect([await steps[2]!.read(), await steps[3]!.read()]).toEqual([3, 4])
    expect(taken).toEqual([1, 2, 3, 4])
  })

  it('end with the one that diverged: those after it say so too, and take nothing', async () => {
    const { taken, steps } = fourSteps(2)
    await expect(steps[3]!.read()).rejects.toThrow(
      'step 2: wanted a finite loss and gradient, got NaN and 1 on a, b. Lower the learning rate',
    )
    await expect(steps[2]!.read()).rejects.toMatchObject({ code: 'ERR_DIVERGED' })
    expect(await steps[0]!.read()).toBe(1)
    expect(taken).toEqual([1, 2])
  })
})
