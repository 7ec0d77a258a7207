import { describe, expect, it } from 'vitest'
import { Random } from '../base/random.js'
import { type PairedClips, pairArrays, paperMargin, releasedMargin, samplePairs, signClLoss } from './sign_pairs.js'

const paper: PairedClips = { form: 'paper', length: 60, lengths: [60, 47, 1, 0], textLengths: [9, 8, 3, 1] }
const released: PairedClips = { form: 'released', length: 44, lengths: [44, 20], textLengths: [6, 4] }

/** Partners by clip, anchor and slot. */
const at =
  ({ length }: PairedClips, slots: number, partner: Int32Array) =>
  (b: number, anchor: number) =>
    [...partner.subarray((b * length + anchor) * slots, (b * length + anchor + 1) * slots)] as number[]

describe('the margin of the paper', () => {
  it('is 20 frames, or two signs at 2.3 words a sign', () => {
    expect(paperMargin(60, 9)).toBeCloseTo(2 * 15.333333333333334, 12)
    expect(paperMargin(60, 30)).toBe(20)
    expect(paperMargin(4, 0)).toBe(20)
  })
})

describe('the margin of the released code', () => {
  it.each([
    // Capped by the clips' length; by neither; by the least of a sign; and where the cap is cut towards 0.
    [44, 6, 7],
    [72, 9, 21],
    [200, 20, 2 * 25],
    [200, 100, 20],
    [33, 1, 1],
    [32, 8, 1],
  ])('of %i frames and %i words is %i', (length, words, margin) => expect(releasedMargin(length, words)).toBe(margin))

  it('is 1 for clips shorter than 32, where the code would take positives for negatives', () => {
    for (const length of [1, 20, 29, 31]) expect(releasedMargin(length, 5)).toBe(1)
  })
})

describe('pairs of the paper’s form', () => {
  const partner = samplePairs(paper, new Random(5))
  const of = at(paper, 2, partner)

  it('are a neighbour and a frame beyond the margin of the clip, and none in padding', () => {
    for (const [b, frames] of [60, 47, 1, 0].entries()) {
      const margin = paperMargin(frames, paper.textLengths[b]!)
      for (let anchor = 0; anchor < paper.length; anchor++) {
        const [near, far] = of(b, anchor) as [number, number]
        if (anchor >= frames || frames === 1) expect([near, far]).toEqual([-1, -1])
        else expect(Math.abs(near - anchor)).toBe(1)
        if (far >= 0) expect(Math.abs(far - anchor)).toBeGreaterThan(margin)
        const legal = anchor < frames && (anchor - margin > 0 || anchor + margin < frames - 1)
        expect(far >= 0, `${b} ${anchor}`).toBe(legal)
        expect(Math.max(near, far)).toBeLessThan(Math.max(frames, 1))
      }
    }
  })

  it('leave an anchor in the middle of a short clip without a negative, and keep its positive', () => {
    expect(of(1, 23)[0]).not.toBe(-1)
    expect(of(1, 23)[1]).toBe(-1)
  })

  it('are the same from the same seed, and others from another', () => {
    expect(samplePairs(paper, new Random(5))).toEqual(partner)
    expect(samplePairs(paper, new Random(6))).not.toEqual(partner)
  })

  it('are drawn evenly, from both sides', () => {
    const counts = new Map<number, number>()
    const clip = { ...paper, lengths: [60], length: 60, textLengths: [30] }
    for (let seed = 0; seed < 4000; seed++) {
      const [near, far] = at(clip, 2, samplePairs(clip, new Random(seed)))(0, 25) as [number, number]
      counts.set(near, (counts.get(near) ?? 0) + 1)
      counts.set(far + 100, (counts.get(far + 100) ?? 0) + 1)
    }
    const legal = [0, 1, 2, 3, 4, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59]
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([24, 26, ...legal.map((frame) => frame + 100)])
    expect(counts.get(24)! / 4000).toBeCloseTo(0.5, 1)
    for (const frame of legal) expect(Math.abs(counts.get(frame + 100)! / (4000 / legal.length) - 1)).toBeLessThan(0.3)
  })
})

describe('pairs of the released form', () => {
  it('are both neighbours and four frames beyond the margin, the same for every clip but in its padding', () => {
    const of = at(released, 6, samplePairs(released, new Random(7)))
    const margin = releasedMargin(44, 6)
    for (let anchor = 0; anchor < 44; anchor++) {
      const [whole, short] = [of(0, anchor), of(1, anchor)]
      if (anchor < 1 || anchor > 41) {
        expect([...whole, ...short]).toEqual(new Array(12).fill(-1))
        continue
      }
      expect(whole.slice(0, 2)).toEqual([anchor - 1, anchor + 1])
      const far = whole.slice(2)
      expect(new Set(far).size).toBe(4)
      for (const frame of far) {
        expect(Math.abs(frame - anchor)).toBeGreaterThan(margin)
        expect(frame).toBeGreaterThanOrEqual(2)
        expect(frame).toBeLessThanOrEqual(41)
      }
      const kept = (slots: number[]) => slots.filter((frame) => frame >= 0)
      const own = anchor < 20
      expect(kept(short.slice(0, 2))).toEqual(own ? whole.slice(0, 2).filter((frame) => frame < 20) : [])
      expect(kept(short.slice(2))).toEqual(own ? far.filter((frame) => frame < 20) : [])
    }
  })

  it('give an anchor fewer negatives where there are fewer, and none to clips of no anchors', () => {
    const clips = { ...released, length: 9, lengths: [9], textLengths: [3] }
    const of = at(clips, 6, samplePairs(clips, new Random(1)))
    // Anchors 1 … 6, negatives 2 … 6 further off than 1.
    expect(
      of(0, 4)
        .slice(2)
        .filter((frame) => frame >= 0)
        .sort(),
    ).toEqual([2, 6])
    for (const length of [1, 2, 3]) {
      const short = { ...released, length, lengths: [length], textLengths: [3] }
      expect(new Set(samplePairs(short, new Random(1)))).toEqual(new Set([-1]))
    }
  })
})

describe('the arrays of pairs', () => {
  it('name every pair once under its partner, in order', () => {
    for (const clips of [paper, released]) {
      const partner = samplePairs(clips, new Random(2))
      const slots = partner.length / clips.length / clips.lengths.length
      const { start, reverse, partner: fed } = pairArrays(partner, clips)
      expect([...fed].map((frame) => frame | 0)).toEqual([...partner])
      const listed: number[] = []
      for (let row = 0; row + 1 < start.length; row++) {
        const list = [...reverse.subarray(start[row], start[row + 1])]
        for (const p of list) expect(Math.floor(p / slots / clips.length) * clips.length + partner[p]!).toBe(row)
        expect(list).toEqual(list.slice().sort((a, b) => a - b))
        listed.push(...list)
      }
      expect(listed.sort((a, b) => a - b)).toEqual([...partner.keys()].filter((p) => partner[p]! >= 0))
    }
  })

  it('share the paper’s loss by the frames of the batch, those without a partner included', () => {
    const partner = samplePairs(paper, new Random(2))
    const { weight } = pairArrays(partner, paper, { scale: 0.01 })
    expect(weight).toEqual(Float32Array.from(partner, (frame) => (frame >= 0 ? 0.01 / 108 : 0)))
    // One pass of a batch of 216 frames.
    expect(pairArrays(partner, paper, { anchors: 216 }).weight[0]).toBe(Math.fround(1 / 216))
  })

  it('share the released loss by means over an anchor’s pairs of a kind, then by B·(T - 4)', () => {
    const partner = samplePairs(released, new Random(3))
    const { weight } = pairArrays(partner, released)
    const sums = new Map<string, number>()
    partner.forEach((_, p) => {
      const kind = `${Math.floor(p / 6) % 44} ${p % 6 < 2}`
      sums.set(kind, (sums.get(kind) ?? 0) + weight[p]!)
    })
    for (const [kind, sum] of sums) {
      const anchor = Number.parseInt(kind, 10)
      expect(sum).toBeCloseTo(anchor >= 1 && anchor <= 41 ? 1 / (2 * 40) : 0, 7)
    }
  })

  it('add nothing up where there is nothing', () => {
    const none: PairedClips = { form: 'paper', length: 4, lengths: [0], textLengths: [1] }
    const { weight, start } = pairArrays(samplePairs(none, new Random(1)), none)
    expect([...weight]).toEqual(new Array(8).fill(0))
    expect([...start]).toEqual(new Array(5).fill(0))
  })
})

it('adds up the losses of a result, and not the slopes', () => {
  expect(signClLoss(Float32Array.of(1, 100, 2, 100, 0.5, -100))).toBe(3.5)
})
