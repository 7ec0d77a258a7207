import { describe, expect, it } from 'vitest'
import { signDensity } from './sign_density.js'

describe('the sign density ratio', () => {
  it('is the distance within a gloss beside that to the others, worked by hand', () => {
    // On a line: gloss 1 at 0 and 2, gloss 2 at 10 (frames 9 and 11) and 12, gloss 3 at 20 alone.
    const clips = [
      { embeddings: [0, 7, 9, 11, 20], glosses: [1, -1, 2, 2, 3] },
      { embeddings: [2, 12], glosses: [1, 2] },
    ]
    const { ratio, glosses } = signDensity(clips, 1)
    // 1 to 2: (10 + 12 + 8 + 10)/4 = 10; 1 to 3: 19; 2 to 3: 9.
    expect(glosses).toEqual([
      { gloss: 1, instances: 2, inside: 2, across: 14.5, ratio: 2 / 14.5 },
      { gloss: 2, instances: 2, inside: 2, across: 9.5, ratio: 2 / 9.5 },
    ])
    expect(ratio).toBeCloseTo((2 / 14.5 + 2 / 9.5) / 2, 12)
  })

  it('takes two runs of a gloss with a blank between them for two instances, and one run for one', () => {
    const one = signDensity([{ embeddings: [0, 0, 4, 4, 1, 1], glosses: [5, 5, 5, 5, 6, 6] }], 1)
    expect(one).toEqual({ ratio: undefined, glosses: [] })
    const two = signDensity([{ embeddings: [0, 0, 4, 1, 1], glosses: [5, -1, 5, 6, 6] }], 1)
    expect(two.glosses).toEqual([{ gloss: 5, instances: 2, inside: 4, across: 2, ratio: 2 }])
  })

  it('is Euclidean, and does not change with the scale of the features', () => {
    const clip = (scale: number) => ({
      embeddings: [0, 0, 3, 4, 6, 0, 6, 1].map((v) => v * scale),
      glosses: [1, 2, 1, 2],
    })
    const [once, twice] = [signDensity([clip(1)], 2), signDensity([clip(2)], 2)]
    expect(once.glosses[0]!.inside).toBe(6)
    expect(once.glosses[1]!.inside).toBeCloseTo(Math.sqrt(18), 12)
    expect(twice.ratio).toBeCloseTo(once.ratio!, 12)
  })

  it('has no number where there is nothing to compare with: one gloss, no clip, features that are all the same', () => {
    const nothing = { ratio: undefined, glosses: [] }
    expect(signDensity([{ embeddings: [0, 1], glosses: [1, 1] }], 1)).toEqual(nothing)
    expect(signDensity([{ embeddings: [0, 5, 1], glosses: [1, -1, 1] }], 1)).toEqual(nothing)
    expect(signDensity([], 4)).toEqual(nothing)
    expect(signDensity([{ embeddings: [3, 3, 3, 3], glosses: [1, 2, 1, 2] }], 1)).toEqual(nothing)
  })

  it('refuses features that are not of the aligned frames', () => {
    expect(() => signDensity([{ embeddings: [0, 1, 2], glosses: [1, 1] }], 1)).toThrow(
      'sign density: wanted 1 numbers for each of the 2 aligned frames of clip 0, got 3',
    )
  })
})
