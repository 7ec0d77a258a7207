import { existsSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Random } from '../../base/random.js'
import { poseOfMotion, writePose } from '../../formats/pose/write.js'
import { boneLengthSpread, boneLengths } from '../../motion/bone_lengths.js'
import type { Clip } from '../../motion/clip.js'
import { arms, bones, bonesFromNeck, COORDS, joint } from '../../motion/skeleton.js'
import { tokenise } from '../../text/tokenise.js'
import { normalise, shoulderWidth } from '../normalise.js'
import { syntheticCorpus } from '../synthetic/corpus.js'
import { buildSpellingCorpora, buildSpellingCorpus, readWords } from './corpus.js'
import { resample } from './letters.js'
import { openSpeller, Speller } from './spell.js'
import { chooseWords, commonWords } from './words.js'

const lexicon = join(process.env.SIGNLLM_SHARED ?? '../shared', 'data/fingerspelling-lexicon')

/** Letters that hold the right hand still, each at its own height. */
function stillLetters(letters: string[], frames: number): Map<string, Float32Array> {
  return new Map(
    letters.map((letter, k) => {
      const joints = new Float32Array(frames * COORDS)
      for (let t = 0; t < frames; t++) {
        joints[t * COORDS + joint.rightShoulder * 3] = -1
        joints[t * COORDS + joint.leftShoulder * 3] = 1
        joints[t * COORDS + joint.rightHand * 3 + 1] = k
        joints[t * COORDS + joint.leftHand * 3] = k
      }
      return [letter, normalise(joints, frames)] as const
    }),
  )
}

const alphabet = {
  language: 'XSL',
  spoken: 'de',
  letters: stillLetters(['a', 'c', 'h', 's', 'sch', 'ß', 'u'], 5),
  frames: 5,
  idle: [arms[1]],
}
const speller = new Speller(alphabet, 25, 3)
const handY = (joints: Float32Array, t: number): number => joints[t * COORDS + joint.rightHand * 3 + 1]!

describe('Speller', () => {
  it('takes the longest letters and either case', () => {
    expect(speller.lettersOf('Schuß')).toEqual(['sch', 'u', 'ß'])
    expect(speller.lettersOf('hascha')).toEqual(['h', 'a', 'sch', 'a'])
    expect(speller.lettersOf('hex')).toBeUndefined()
    expect(speller.lettersOf('')).toBeUndefined()
    expect(speller.spell('schuß')).toMatchObject({ text: 'sch u ß', gloss: 'SCH U ß' })
  })

  it('spells Korean syllables by their letters, however they are coded', () => {
    const korean = new Speller({ ...alphabet, spoken: 'ko', letters: stillLetters([...'ㅎㅏㄴㄱㅡㄹ'], 5) }, 25, 3)
    for (const form of ['NFC', 'NFD'] as const) expect(korean.lettersOf('한글'.normalize(form))).toEqual([...'ㅎㅏㄴㄱㅡㄹ'])
    expect(korean.lettersOf('서울')).toBeUndefined()
  })

  it('tells when each letter begins, and shows exactly that letter there', () => {
    const { joints, frames, starts } = speller.spell('ash')
    expect([frames, starts]).toEqual([3 * 5 + 2 * 3, [0, 8, 16]])
    for (const [k, letter] of ['a', 's', 'h'].entries()) {
      for (let t = 0; t < 5; t++) expect(handY(joints, starts[k]! + t)).toBeCloseTo(handY(alphabet.letters.get(letter)!, 0), 6)
    }
  })

  it('joins letters smoothly: always onwards, never past the next, slowest at the ends', () => {
    const { joints } = speller.spell('ah')
    const steps = [4, 5, 6, 7].map((t) => handY(joints, t + 1) - handY(joints, t))
    expect(steps.every((step) => step > 0)).toBe(true)
    expect(steps[0]).toBeLessThan(steps[1]!)
    expect(steps[3]).toBeLessThan(steps[2]!)
    expect(handY(joints, 8)).toBeCloseTo(handY(alphabet.letters.get('h')!, 0), 6)
  })

  it('keeps an idle arm the same in every frame of every word, its hand at rest below the wrist', () => {
    const words = ['ash', 'huch'].map((word) => speller.spell(word))
    const idle = (joints: Float32Array, t: number): number[] => [
      ...joints.subarray(t * COORDS + joint.leftHand * 3, t * COORDS + joint.rightHand * 3),
    ]
    const first = idle(words[0]!.joints, 0)
    for (const { joints, frames } of words) for (let t = 0; t < frames; t++) expect(idle(joints, t)).toEqual(first)
    const [x, y] = words[0]!.joints.subarray(joint.leftWrist * 3, joint.leftWrist * 3 + 2) as unknown as [number, number]
    expect(Math.hypot(first[0]! - x, first[1]! - y)).toBeCloseTo(0.04, 6)
    const heights = first.filter((_, i) => i % 3 === 1)
    expect(Math.min(...heights)).toBeGreaterThan(y)
    expect(Math.max(...heights)).toBeGreaterThan(y + 0.15)
  })

  it('spells a sentence with a boundary between words, which lasts from the end of one to the start of the next', () => {
    const { text, gloss, letters, starts, frames, joints } = new Speller(alphabet, 25, 3, { restFrames: 6 }).spellSentence(['ha', 'schuh'])
    expect([text, gloss]).toEqual(['h a | sch u h', 'H A | SCH U H'])
    expect([letters.length, starts, frames]).toEqual([6, [0, 8, 13, 19, 27, 35], 40])
    for (const [k, letter] of letters.entries())
      if (letter !== '|')
        for (let t = 0; t < 5; t++) expect(handY(joints, starts[k]! + t)).toBeCloseTo(handY(alphabet.letters.get(letter)!, 0), 6)
    expect(tokenise(text, 'letters').length).toBe(8)
    expect(tokenise(text, 'letters')[2]).toBe('|')
    expect(() => speller.spellSentence(['ha', 'xyz'])).toThrow(/^XSL 'xyz'/)
  })

  it('starts letters where measured joins let them start', () => {
    const letters = stillLetters(['a', 'c', 'h'], 5)
    const tips = [0, 0.2, 0.6]
    for (const [k, joints] of [...letters.values()].entries())
      for (let t = 0; t < 5; t++) joints[t * COORDS + (joint.rightHand + 8) * 3] = tips[k]!
    const { starts, frames, joints } = new Speller({ ...alphabet, letters }, 25, 3, { join: 'measured' }).spell('aacha')
    expect([starts, frames]).toEqual([[0, 7, 15, 27, 40], 45])
    for (const [k, letter] of [...'aacha'].entries())
      for (let t = 0; t < 5; t++) expect(handY(joints, starts[k]! + t)).toBeCloseTo(handY(letters.get(letter)!, 0), 6)
  })

  it('holds the lengths of bones where it is told to, near to where joints were seen', () => {
    const random = new Random(8)
    const letters = stillLetters(['a', 'c', 'h'], 5)
    // As an estimator sees them: each bone some 5 % too long or short, in every frame by another share.
    const elsewhere = bonesFromNeck.filter(({ to }) => to !== joint.rightShoulder && to !== joint.leftShoulder)
    for (const joints of letters.values())
      for (let t = 0; t < 5; t++)
        for (const { from, to } of elsewhere)
          for (let c = 0; c < 3; c++)
            joints[t * COORDS + 3 * to + c] = joints[t * COORDS + 3 * from + c]! + (c === to % 3 ? 0.1 * (1 + 0.05 * random.normal()) : 0)
    const spread = (joints: Float32Array) => Math.max(...boneLengthSpread({ joints, frames: joints.length / COORDS }))
    const [free, held] = (['free', 'hold'] as const).map((bones) => new Speller({ ...alphabet, letters, idle: [] }, 25, 3, { bones }))
    const [seen, moved] = [free!.spell('hac'), held!.spell('hac')]
    expect(spread(seen.joints)).toBeGreaterThan(0.02)
    expect(spread(moved.joints)).toBeLessThan(1e-5)
    expect(Math.max(...moved.joints.map((v, i) => Math.abs(v - seen.joints[i]!)))).toBeLessThan(0.05)
    for (let t = 0; t < moved.frames; t++) expect(shoulderWidth(moved.joints, t)).toBeCloseTo(1 / 3, 6)
  })

  it('names what cannot be spelled', () => {
    expect(() => speller.spell('xyz')).toThrow(/^XSL 'xyz': wanted letters out of a c h s sch u ß/)
  })
})

describe('resample', () => {
  it('keeps first and last frame and goes evenly between', () => {
    const ramp = Float32Array.from({ length: 5 * COORDS }, (_, i) => Math.floor(i / COORDS))
    const at = (frames: number): number[] => Array.from({ length: frames }, (_, t) => resample(ramp, frames)[t * COORDS]!)
    expect(at(9)).toEqual([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4])
    expect(at(3)).toEqual([0, 2, 4])
    expect(at(1)).toEqual([2])
    expect([...resample(ramp.subarray(0, COORDS), 3)]).toEqual(Array(3 * COORDS).fill(0))
  })
})

describe('chooseWords', () => {
  const letters = [...'abcdefghijklmnopqrstuvwxyz']
  const spellable = (word: string): boolean => [...word].every((letter) => letters.includes(letter))

  it('has distinct common words of the plain alphabet', () => {
    expect(new Set(commonWords).size).toBe(commonWords.length)
    expect(commonWords.every((word) => /^[a-z]{2,9}$/.test(word))).toBe(true)
  })

  it('gives as many distinct words as asked for, the same for a seed', () => {
    const some = chooseWords({ count: 1000, seed: 3, spellable, letters })
    expect(new Set(some).size).toBe(1000)
    expect(some.slice(0, commonWords.length).sort()).toEqual([...commonWords].sort())
    expect(chooseWords({ count: 1000, seed: 3, spellable, letters })).toEqual(some)
    expect(chooseWords({ count: 50, seed: 4, spellable, letters })).not.toEqual(some.slice(0, 50))
  })

  it.each([
    ['Cyrillic', 'абвгґдеєжзиіїйклмнопрстуфхцчшщьюя'],
    ['Greek', 'αβγδεζηθικλμνξοπρστυφχψω'],
    ['Hebrew', 'אבגדהוזחטיכלמנסעפצקרשת'],
    ['Arabic', 'ابتثجحخدذرزسشصضطظعغفقكلمنهوي'],
    ['Devanagari', 'अआइईउऊएऐओऔकखगघचछजझटठडढणतथदधनपफबभमयरलवशषसह'],
    ['Hangul', 'ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎㅏㅑㅓㅕㅗㅛㅜㅠㅡㅣ'],
    ['kana', 'あいうえおかきくけこさしすせそ'],
    ['digits', '0123456789'],
    ['vowels', 'aeiou'],
    ['two letters', 'bc'],
  ])('makes words of %s', (_, alphabet) => {
    const own = [...alphabet]
    const of = chooseWords({ count: 300, seed: 3, spellable: (word) => [...word].every((letter) => own.includes(letter)), letters: own })
    expect(new Set(of).size).toBe(300)
    expect([...new Set(of.join(''))].sort()).toEqual(own.sort())
    const lengths = of.map((word) => [...word].length)
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(3)
    expect(Math.max(...lengths)).toBeLessThanOrEqual(alphabet === 'bc' ? 17 : 7)
  })

  it('says how many there are where an alphabet is too poor', () => {
    expect(() => chooseWords({ count: 50, seed: 1, spellable: (w) => /^b+$/.test(w), letters: ['b'] })).toThrow(/got 1[45] out of 1 letter/)
    expect(() => chooseWords({ count: 50, seed: 1, spellable: () => false, letters: [] })).toThrow(/got 0 out of 0 letters/)
  })
})

describe('a lexicon of another script', () => {
  it.each([
    ['uk', ['А', 'Б', 'Ї', 'Ґ']],
    ['he', ['א', 'ב', 'ש']],
    ['ko', ['ㄱ', '\u1102', 'ㅏ']],
    ['hi', ['क', 'कि', 'क्ष', 'अ']],
    ['', ['1', '2', '3']],
    ['en_US', ['10', '20', '30']],
  ])('of %s spells words of its own choice, every letter among them', async (spoken, letters) => {
    const folder = await mkdtemp(join(tmpdir(), 'lexicon-'))
    const rows = letters.map((letter, i) => `${i}.pose,${spoken},xsl,0,0,${letter},,0`)
    await writeFile(
      join(folder, 'index.csv'),
      ['path,spoken_language,signed_language,start,end,words,glosses,priority', ...rows].join('\n'),
    )
    const [clip] = syntheticCorpus({ languages: ['ASL'], clipsPerLanguage: 10, seed: 1 }).train
    for (const i of letters.keys()) await writePose(join(folder, `${i}.pose`), poseOfMotion(clip!))
    const { train, dev, test } = await buildSpellingCorpus({ lexicon: folder, language: 'xsl', words: 30 })
    expect([dev.length, test.length]).toEqual([3, 3])
    expect(new Set(train.flatMap(({ text }) => text.split(' '))).size).toBe(letters.length)
  })
})

describe('a lexicon whose files macOS named', () => {
  it('is found by the names in its index', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lexicon-'))
    const [clip] = syntheticCorpus({ languages: ['ASL'], clipsPerLanguage: 10, seed: 1 }).train
    const name = (form: string): string => `${'ä'.normalize(form)}.pose`
    const index = `path,spoken_language,signed_language,start,end,words,glosses,priority\n${name('NFC')},de,gsg,0,0,ä,,0\n`
    await writeFile(join(folder, 'index.csv'), index)
    await writePose(join(folder, name('NFD')), poseOfMotion(clip!))
    const { alphabet } = await openSpeller({ lexicon: folder, language: 'gsg' })
    expect([...alphabet.letters.keys()]).toEqual(['ä'])
  })
})

describe('readWords', () => {
  it('passes over comments and blank lines, and names a line of two words', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'words-')), 'w.txt')
    await writeFile(path, '# animals\ncat\n\n dog \n')
    expect(await readWords(path)).toEqual(['cat', 'dog'])
    await writeFile(path, 'cat\nbig dog\n')
    await expect(readWords(path)).rejects.toThrow(/w\.txt:2: wanted one word, got 'big dog'/)
  })
})

describe.skipIf(!existsSync(lexicon))('the fingerspelling lexicon', () => {
  it('spells in ASL with the right hand raised and the left one still', async () => {
    const asl = await openSpeller({ lexicon, language: 'ASL' })
    const { joints, frames, text, starts } = asl.spell('Hello')
    expect([text, frames, starts]).toEqual(['h e l l o', 66, [0, 14, 28, 42, 56]])
    expect(asl.alphabet.idle.map((arm) => arm.hand)).toEqual([joint.leftHand])
    for (let t = 0; t < frames; t++) {
      expect(shoulderWidth(joints, t)).toBeCloseTo(1 / 3, 5)
      expect(joints[t * COORDS + joint.rightWrist * 3 + 1]).toBeLessThan(0.2)
      expect(joints[t * COORDS + joint.leftWrist * 3 + 1]).toBeGreaterThan(0.4)
    }
  })

  it('makes the same corpus for the same seed, no word in two splits, no letter unseen in train', async () => {
    const options = { lexicon, language: 'ase', words: 40, seed: 7 }
    const corpus = await buildSpellingCorpus(options)
    const texts = [corpus.train, corpus.dev, corpus.test].map((clips) => clips.map((clip) => clip.text))
    expect(new Set(texts.flat()).size).toBe(texts.flat().length)
    expect([texts[1]!.length, texts[2]!.length]).toEqual([4, 4])
    const shown = new Set(texts[0]!.flatMap((text) => text.split(' ')))
    expect(
      texts
        .slice(1)
        .flat(2)
        .flatMap((text) => text.split(' '))
        .filter((letter) => !shown.has(letter)),
    ).toEqual([])
    expect(corpus.dev[0]).toMatchObject({
      language: 'ASL',
      fps: 25,
      name: expect.stringMatching(/^dev\/ASL_[a-z]+$/),
      gloss: corpus.dev[0]!.text.toUpperCase(),
    })
    // Bytes, since comparing a hundred thousand numbers one by one takes the test framework a second.
    const bytes = (clips: readonly Clip[]): [string, Buffer][] => clips.map((clip) => [clip.name, Buffer.from(clip.joints.buffer)])
    const again = await buildSpellingCorpus(options)
    for (const part of ['train', 'dev', 'test'] as const) {
      const [once, twice] = [bytes(corpus[part]), bytes(again[part])]
      expect(once.map(([name]) => name)).toEqual(twice.map(([name]) => name))
      expect(once.every(([, joints], i) => joints.equals(twice[i]![1]))).toBe(true)
    }
  })

  it('keeps a word in one split in all languages', async () => {
    const { train, dev, test } = await buildSpellingCorpora({ lexicon, languages: ['ase', 'psr'], words: 60 })
    const words = [train, dev, test].map((clips) => new Set(clips.filter((clip) => clip.frames > 10).map((clip) => clip.text)))
    for (const text of words[0]!) expect(words[1]!.has(text) || words[2]!.has(text)).toBe(false)
    for (const text of words[1]!) expect(words[2]!.has(text)).toBe(false)
  })

  it('makes sentences whose words are all unseen where they are held out', async () => {
    const options = { lexicon, language: 'ase', words: 60, seed: 3, sentences: 30, wordsPerSentence: [2, 3] as const }
    const { train, dev, test } = await buildSpellingCorpus(options)
    const wordsOf = (clips: readonly Clip[]) => new Set(clips.flatMap(({ text }) => text.split(' | ')))
    expect([dev.length, test.length, train.filter(({ text }) => text.includes('|')).length]).toEqual([3, 3, 24])
    const [seen, held, tested] = [train, dev, test].map(wordsOf) as [Set<string>, Set<string>, Set<string>]
    expect([...held].filter((word) => seen.has(word) || tested.has(word))).toEqual([])
    expect([...tested].filter((word) => seen.has(word))).toEqual([])
    const letters = (words: Set<string>) => new Set([...words].flatMap((word) => word.split(' ')))
    expect([...letters(held), ...letters(tested)].filter((letter) => !letters(seen).has(letter))).toEqual([])
    expect(dev[0]!.name).toMatch(/^dev\/ASL_[a-z]+_[a-z]+(_[a-z]+)?$/)
    await expect(buildSpellingCorpus({ ...options, sentences: 2 })).rejects.toThrow(/^sentences: wanted some to train on/)
  })

  it('keeps the bones of the signing arm in measured joins, and says when letters begin', async () => {
    const speller = await openSpeller({ lexicon, language: 'ase', join: 'measured' })
    const { joints, starts, frames } = speller.spell('wolf')
    expect(frames).toBe(starts.at(-1)! + 10)
    const lengths = boneLengths({ joints, frames })
    for (const [k, start] of starts.slice(1).entries()) {
      const end = starts[k]! + 9
      expect(start - end - 1).toBeGreaterThanOrEqual(2)
      expect(start - end - 1).toBeLessThanOrEqual(8)
      for (const [b, { part, child }] of bones.entries()) {
        if (part === 'head' || part === 'body' || part === 'leftArm' || (child >= joint.leftHand && child < joint.rightHand)) continue
        const [a, z] = [lengths[b]![end]!, lengths[b]![start]!]
        for (let t = end; t <= start; t++) {
          expect(lengths[b]![t]).toBeGreaterThan(Math.min(a, z) - 1e-6)
          expect(lengths[b]![t]).toBeLessThan(Math.max(a, z) + 1e-6)
        }
      }
    }
  })

  it('names the languages there are', async () => {
    await expect(openSpeller({ lexicon, language: 'bfi' })).rejects.toThrow(/wanted signs of 'bfi' \(bfi\), got ase, .*tsm/)
  })
})
