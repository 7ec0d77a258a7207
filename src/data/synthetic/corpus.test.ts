import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { SignError } from '../../base/errors.js'
import { type Clip, frameAt } from '../../motion/clip.js'
import { bones, joint } from '../../motion/skeleton.js'
import { syntheticCorpus, syntheticLanguages } from './corpus.js'

const corpus = syntheticCorpus({ clipsPerLanguage: 20, seed: 5 })
const all = [...corpus.train, ...corpus.dev, ...corpus.test]

/** Position of a joint in a frame. */
function at(frame: Float32Array, index: number): [number, number, number] {
  return [frame[index * 3]!, frame[index * 3 + 1]!, frame[index * 3 + 2]!]
}

/** All of the clips, to compare: names, texts and a digest of the bytes. */
function print(clips: readonly Clip[]) {
  return clips.map(({ joints, ...rest }) => ({ ...rest, bytes: createHash('sha256').update(joints).digest('hex') }))
}

function eachFrame(clips: readonly Clip[], visit: (frame: Float32Array) => void): void {
  for (const clip of clips) for (let i = 0; i < clip.frames; i++) visit(frameAt(clip, i))
}

describe('syntheticCorpus', () => {
  it('makes the same bytes from the same seed, others from another', () => {
    const again = syntheticCorpus({ clipsPerLanguage: 20, seed: 5 })
    for (const split of ['train', 'dev', 'test'] as const) expect(print(again[split])).toEqual(print(corpus[split]))
    expect(print(syntheticCorpus({ clipsPerLanguage: 20, seed: 6 }).train)).not.toEqual(print(corpus.train))
  })

  it('gives a language the same clips whichever languages stand beside it', () => {
    const alone = syntheticCorpus({ languages: ['KSL'], clipsPerLanguage: 20, seed: 5 })
    expect(print(alone.train)).toEqual(print(corpus.train.filter((clip) => clip.language === 'KSL')))
  })

  it('covers all eight languages with 8 : 1 : 1 clips', () => {
    for (const language of syntheticLanguages) {
      const count = (clips: Clip[]) => clips.filter((clip) => clip.language === language).length
      expect([count(corpus.train), count(corpus.dev), count(corpus.test)]).toEqual([16, 2, 2])
    }
    expect(new Set(all.map((clip) => clip.name)).size).toBe(all.length)
  })

  it('keeps every bone length constant, left equal to right', () => {
    const lengths = new Map<number, number>()
    let worst = 0
    eachFrame(all, (frame) => {
      for (const bone of bones) {
        const [a, b] = [at(frame, bone.parent), at(frame, bone.child)]
        const length = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
        const first = lengths.get(bone.length) ?? length
        lengths.set(bone.length, first)
        worst = Math.max(worst, Math.abs(length - first))
      }
    })
    expect(lengths.size).toBe(25)
    expect(worst).toBeLessThan(1e-6)
  })

  it('is normalised: neck at 0, shoulders 1/3 apart in the image, right side at the left of the picture', () => {
    let worst = 0
    eachFrame(all, (frame) => {
      const [right, left] = [at(frame, joint.rightShoulder), at(frame, joint.leftShoulder)]
      const apart = Math.hypot(right[0] - left[0], right[1] - left[1])
      const neck = Math.hypot(...at(frame, joint.neck))
      worst = Math.max(worst, neck, Math.abs(apart - 1 / 3), right[0] < 0 ? 0 : 1)
    })
    expect(worst).toBeLessThan(1e-7)
  })

  it('stays finite, in front of the body and within arm’s reach', () => {
    let [lowest, highest, nearest] = [Infinity, -Infinity, Infinity]
    eachFrame(all, (frame) => {
      for (const value of frame) [lowest, highest] = [Math.min(lowest, value), Math.max(highest, value)]
      for (const root of [joint.leftHand, joint.rightHand]) nearest = Math.min(nearest, at(frame, root)[2])
    })
    expect(lowest).toBeGreaterThan(-0.75)
    expect(highest).toBeLessThan(0.75)
    expect(nearest).toBeGreaterThan(0.05)
  })

  it('moves hands visibly and never jumps', () => {
    for (const clip of all) {
      let [travel, jump] = [0, 0]
      for (let i = 1; i < clip.frames; i++) {
        const [a, b] = [at(frameAt(clip, i - 1), joint.rightWrist), at(frameAt(clip, i), joint.rightWrist)]
        const step = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
        travel += step
        jump = Math.max(jump, step)
      }
      expect(travel).toBeGreaterThan(0.22)
      expect(jump).toBeLessThan(0.45)
    }
  })

  it('starts and ends in the same rest pose', () => {
    const rest = frameAt(all[0]!, 0)
    for (const clip of all) {
      expect(frameAt(clip, 0).every((value, i) => value === rest[i])).toBe(true)
      const last = frameAt(clip, clip.frames - 1)
      expect(last.every((value, i) => Math.abs(value - rest[i]!) < 1e-6)).toBe(true)
    }
  })

  it('knows when each word is signed: one after the other, with a way before each and after the last', () => {
    for (const { text, frames, spans } of all) {
      expect(spans.length).toBe(text.split(' ').length)
      const ways = [...spans.map(({ first }, i) => first - (spans[i - 1]?.end ?? 0)), frames - spans.at(-1)!.end]
      expect(Math.min(...ways), text).toBeGreaterThan(0)
      expect(Math.min(...spans.map(({ first, end }) => end - first))).toBeGreaterThan(2)
    }
  })

  it('puts no sentence in two splits, and trains every word where dev and test use it', () => {
    for (const language of syntheticLanguages) {
      const texts = (clips: Clip[]) => clips.filter((clip) => clip.language === language).map((clip) => clip.text)
      const [train, held] = [texts(corpus.train), [...texts(corpus.dev), ...texts(corpus.test)]]
      expect(new Set([...train, ...held]).size).toBe(train.length + held.length)
      for (const text of held) {
        for (const [i, word] of text.split(' ').entries()) {
          expect(
            train.some((other) => other.split(' ')[i] === word),
            `${language} "${word}" at ${i}`,
          ).toBe(true)
        }
      }
    }
  })

  it('signs each word in its own way, and a shared word differently in each language', () => {
    const spoken = syntheticCorpus({ languages: ['GSL', 'DSGS'], clipsPerLanguage: 120, words: 24, wordsPerSentence: [1, 2] })
    const motions = [...spoken.train, ...spoken.dev, ...spoken.test]
      .filter((clip) => !clip.text.includes(' '))
      .map((clip) => frameAt(clip, Math.floor(clip.frames / 2)))
    expect(motions.length).toBeGreaterThan(40)
    let least = Infinity
    for (const [i, a] of motions.entries()) {
      for (const b of motions.slice(0, i)) {
        let apart = 0
        for (let k = 0; k < a.length; k++) apart += Math.abs(a[k]! - b[k]!)
        least = Math.min(least, apart)
      }
    }
    // The drift of two clips of one sign is about 1 on this scale.
    expect(least).toBeGreaterThan(1.5)
  })

  it('writes glosses in capitals by the rules of the language', () => {
    const { train } = syntheticCorpus({ languages: ['TSL'], clipsPerLanguage: 100, words: 28 })
    const school = train.find((clip) => clip.text.split(' ').includes('iş'))!
    expect(school.gloss!.split(' ')).toContain('İŞ')
    expect(school.gloss!.split(' ').length).toBe(school.text.split(' ').length)
  })

  it('refuses what it cannot make, and says what to do', () => {
    const refused = (make: () => unknown) => {
      try {
        make()
      } catch (error) {
        return error as SignError
      }
      throw new Error('nothing was refused')
    }
    const tooFew = refused(() => syntheticCorpus({ words: 3, wordsPerSentence: [1, 1], clipsPerLanguage: 9 }))
    expect(tooFew).toBeInstanceOf(SignError)
    expect(tooFew.message).toContain('wanted 9 different sentences a language, got no more out of 3 words in sentences of 1 to 1')
    expect(refused(() => syntheticCorpus({ words: 99 })).message).toContain('wanted words to be a whole number of 1 to 28, got 99')
    expect(refused(() => syntheticCorpus({ languages: ['XYZ' as 'ASL'] })).message).toContain('got XYZ')
  })
})
