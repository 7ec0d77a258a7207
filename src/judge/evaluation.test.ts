import { describe, expect, it } from 'vitest'
import { Random } from '../base/random.js'
import { nameHash } from '../data/checksum.js'
import type { Clip } from '../motion/clip.js'
import { type EvaluationInput, evaluate } from './evaluation.js'
import { madeUpClips, nearestMeanJudge } from './judge.testing.js'
import type { EvalReport } from './report.js'
import { systemNames, systemsOf } from './systems.js'

const words = ['rain', 'sun', 'snow', 'wind', 'fog', 'ice', 'hail', 'dew']
const sentences = (count: number, seed: number, length = 5) => {
  const random = Random.for(seed, 'sentences')
  return Array.from({ length: count }, () => Array.from({ length }, () => words[random.below(words.length)]!).join(' '))
}
const train = madeUpClips(sentences(30, 1), { split: 'train' })
const clips = madeUpClips([...sentences(10, 2), ...sentences(6, 3, 3)])
const provenance = { command: 'signllm eval', adapter: 'none', versions: {}, split: 'test', files: [] }
const judges = [1, 2, 3].map((seed) => nearestMeanJudge(train, { seed }))
/** Half of the words are signed right. */
const generated = madeUpClips(
  clips.map(({ text }) =>
    text
      .split(' ')
      .map((word, i) => (i % 2 === 0 ? word : 'dew'))
      .join(' '),
  ),
  { split: 'made', noise: 0.05 },
)
const input: EvaluationInput = { clips, generated, train, judges, provenance }
const quick = { resamples: 50 }
const report = await evaluate(input, quick)
const system = ({ systems }: EvalReport, name: string) => systems.find((one) => one.name === name)!

describe('an evaluation', () => {
  it('puts what was generated between floor and ceiling', () => {
    expect(report.systems.map(({ name }) => name)).toEqual([...systemNames])
    expect(report.primary).toBe('bleu4')
    const [made, ceiling, floor] = ['generated', 'ground truth', 'shuffled references'].map((name) => system(report, name))
    expect([ceiling!.text.bleu4!.mean, ceiling!.text.wer!.mean, ceiling!.normalised.wer]).toEqual([expect.closeTo(100, 9), 0, 1])
    expect(floor!.normalised.bleu1).toBe(0)
    expect(made!.normalised.wer).toBeGreaterThan(0.2)
    expect(made!.normalised.wer).toBeLessThan(0.8)
    expect(ceiling!.text.glossWer!.mean).toBe(0)
    expect(report.warnings).toEqual([])
  })

  it('holds every system against the ceiling by bootstrap, and its motions against the signers’', () => {
    const made = system(report, 'generated')
    expect(made.againstCeiling!.interval[1]).toBeLessThan(0)
    expect(system(report, 'ground truth').againstCeiling).toBeNull()
    expect(system(report, 'ground truth').motion).toMatchObject({
      dtwMje: 0,
      durationRatio: 1,
      wristPathRatio: 1,
      frechet: expect.closeTo(0, 6),
    })
    const still = system(report, 'mean pose').motion
    expect([still.wristPathRatio, still.repetition, still.boneSpread.mean]).toEqual([0, null, expect.closeTo(0, 9)])
    expect(system(report, 'nearest neighbour').motion.nearestTraining).toEqual({ mean: 0, copied: 16 })
    expect(made.motion.nearestTraining!.mean).toBeGreaterThan(0)
    expect(made.motion.boneSpread.parts['right hand']).toBeGreaterThan(0)
    expect(made.motion.frechet).toBeGreaterThan(1e-3)
  })

  it('gives each class its score, and names the worst', () => {
    expect(report.classes.map(({ kind, name, clips: n }) => [kind, name, n])).toEqual([
      ['length', '1 to 4 words', 6],
      ['length', '5 to 8 words', 10],
    ])
    const least = Math.min(...report.classes.flatMap(({ normalised }) => (normalised === null ? [] : [normalised])))
    expect(report.worstClass!.normalised).toBe(least)
    for (const { motion } of report.classes) expect(motion).toMatchObject({ durationRatio: 1 })
    const [short, long] = report.classes.map(({ motion }) => motion!.handDtw!)
    const whole = system(report, 'generated').motion.handDtw!
    expect((6 * short! + 10 * long!) / 16).toBeCloseTo(whole, 9)
  })

  it('lists clips worst first, each with what was read and when', () => {
    const scores = report.clips.map((clip) => clip.scores.generated!)
    expect(scores).toEqual([...scores].sort((a, b) => a - b))
    const clip = report.clips.find(({ name }) => name === clips[0]!.name)!
    expect(clip.hypotheses['ground truth']).toEqual([clips[0]!.text, clips[0]!.text, clips[0]!.text])
    expect(clip.alignment['ground truth']!.map(({ label }) => label).join(' ')).toBe(clips[0]!.text)
    expect(clip.alignment.generated!.at(-1)!.to).toBeCloseTo(clip.seconds.generated!, 9)
  })

  it('tells which glosses are read wrongly', () => {
    expect(report.glosses[0]!.errorRates.generated).toBeGreaterThan(0)
    expect(report.glosses.find(({ gloss }) => gloss === 'DEW')!.errorRates).toEqual({ generated: 0, 'ground truth': 0 })
    expect(report.glosses.reduce((sum, { times }) => sum + times, 0)).toBe(clips.flatMap(({ text }) => text.split(' ')).length)
  })

  it('prints every judge with its hash, and survives JSON', async () => {
    for (const { hash, scoreSignature, trainedOnClips } of report.judges)
      expect([scoreSignature, trainedOnClips]).toEqual([
        `bleu4|tok:ws|smooth:none|eff:n|cut:words|lc:y|punct:n|n:16|nearest-mean|judge:${hash}`,
        0,
      ])
    expect(JSON.parse(JSON.stringify(report))).toEqual(report)
    expect(await evaluate(input, quick)).toEqual(report)
    expect(await evaluate(input, { ...quick, seed: 5 })).not.toEqual(report)
  })

  it('shows how far seeds differ', async () => {
    const differing = [1, 2, 3].map((seed) => nearestMeanJudge(train, { seed, jitter: 1.5 }))
    const { mean, spread, byJudge } = system(await evaluate({ ...input, judges: differing }, quick), 'ground truth').text.wer!
    expect(byJudge).toHaveLength(3)
    expect(mean).toBeCloseTo(byJudge.reduce((sum, value) => sum + value, 0) / 3, 9)
    expect(spread).toBeGreaterThan(0)
    expect((await evaluate({ ...input, judges: [judges[0]!] }, quick)).systems[0]!.text.wer!.spread).toBeNull()
  })

  it('counts letters where judges read letters', async () => {
    const spelled = (texts: readonly string[], split: string) => madeUpClips(texts, { split, unit: 'letters' })
    const judge = nearestMeanJudge(spelled(['abcdefgh', 'hgfedcba'], 'train'), { unit: 'letters' })
    const real = spelled(['abc', 'feed', 'headache'], 'test')
    const made = spelled(['abd', 'feed', 'headache'], 'made')
    const letters = await evaluate({ ...input, clips: real, generated: made, train: [], judges: [judge] }, quick)
    expect([letters.primary, letters.clipMeasure]).toEqual(['letterErrorRate', 'letterErrorRate'])
    expect([system(letters, 'generated').text.letterErrorRate!.mean, system(letters, 'generated').text.wer]).toEqual([
      expect.closeTo(100 / 15, 9),
      undefined,
    ])
    expect(letters.clips[0]!.text).toBe('abc')
    expect(letters.classes.map(({ name }) => name)).toEqual(['3 to 4 letters', '6 to 8 letters'])
  })

  it('takes letters between spaces as letters, of which sch is one', async () => {
    const spelled = (texts: readonly string[], split: string) => madeUpClips(texts, { split })
    const reader = nearestMeanJudge(spelled(['sch u l e', 'h u s c'], 'train'))
    const judge = { ...reader, unit: 'letters' as const }
    const real = spelled(['sch u l', 'h u sch e'], 'test')
    const made = spelled(['u u l', 'h u sch e'], 'made')
    const letters = await evaluate({ ...input, clips: real, generated: made, train: [], judges: [judge] }, quick)
    expect(system(letters, 'generated').text.letterErrorRate!.mean).toBeCloseTo(100 / 7, 9)
    expect(letters.signatures.text.letterErrorRate).toBe('letterErrorRate|unit:token|costs:1/1/1|cut:spaced-letters|lc:y|punct:n|n:2')
  })

  it('signs every score, and compares glosses after the clean-up that is asked for', async () => {
    const { signatures } = report
    expect(Object.keys(signatures.text)).toEqual(['bleu1', 'bleu2', 'bleu3', 'bleu4', 'rougeL', 'chrf', 'wer', 'exact', 'glossWer'])
    expect([signatures.text.wer, signatures.text.glossWer]).toEqual([
      'wer|form:slrtp2025|costs:1/1/1|punct:n|contractions:en|cut:words|lc:y|punct:n|n:16',
      'glossWer|form:gloss|costs:4/3/3|clean:none|cut:ws|n:16',
    ])
    expect(signatures.motion.frechet).toContain(`judge:${judges[0]!.hash}`)
    const annotated = clips.map((clip) => ({ ...clip, gloss: `__LEFTHAND__ ${clip.gloss}` }))
    const rate = async (glossCleanUp: 'none' | 'phoenix-2014t') =>
      system(await evaluate({ ...input, clips: annotated }, { ...quick, glossCleanUp }), 'ground truth').text.glossWer!.mean
    expect([await rate('none'), await rate('phoenix-2014t')]).toEqual([expect.closeTo((100 * 16) / 84, 9), 0])
  })

  it('takes chrF where most sentences are too short for BLEU-4', async () => {
    const short = madeUpClips(['rain sun', 'sun', 'snow wind', 'fog ice hail dew rain'])
    const judged = await evaluate({ ...input, clips: short, generated: short }, quick)
    expect([judged.primary, judged.worstClass!.normalised]).toEqual(['chrf', 1])
  })

  it('looks at the judges alone where nothing was generated', async () => {
    const { generated: _, ...alone } = input
    const judged = await evaluate(alone, quick)
    expect(judged.systems.map(({ name }) => name)).not.toContain('generated')
    expect(judged.worstClass).toBeNull()
  })

  it('tells how far it is, and stops when asked to', async () => {
    const stages = new Set<string>()
    await evaluate(input, { ...quick, onProgress: ({ work, done, all }) => stages.add(`${work}: ${all}${done > all! ? '!' : ''}`) })
    expect([...stages].map((line) => line.split(':')[0])).toEqual([
      'judge 1 of 3',
      'judge 2 of 3',
      'judge 3 of 3',
      'nearest training clips',
      'motion scores',
    ])
    const reason = new Error('enough')
    await expect(evaluate(input, { ...quick, signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})

describe('warnings', () => {
  const warned = async (changes: Partial<EvaluationInput>) => (await evaluate({ ...input, ...changes }, quick)).warnings

  it('tell a judge that was trained on the split, by the hashes of names', async () => {
    const cheat = nearestMeanJudge([...train, ...clips.slice(0, 4)], { seed: 4 })
    expect(cheat.trainedOn.has(nameHash(clips[0]!.name))).toBe(true)
    const warnings = await warned({ judges: [...judges.slice(1), cheat] })
    expect(warnings[0]).toMatch(
      /^judge nearest mean \([0-9a-f]{12}\) was trained on 4 of the 16 clips that it judges, such as 'test\/ASL_0', /,
    )
    expect((await evaluate({ ...input, judges: [...judges.slice(1), cheat] }, quick)).judges[2]!.trainedOnClips).toBe(4)
  })

  it('tell words of the references that a judge has never seen', async () => {
    const few = nearestMeanJudge(train.slice(0, 2), { seed: 6 })
    const strange = clips.filter((clip) => few.unknownIn(clip).length > 0)
    expect(strange.length).toBeGreaterThan(0)
    expect((await warned({ judges: [...judges.slice(1), few] })).find((warning) => warning.includes('never seen'))).toMatch(
      new RegExp(`\\) has never seen some of what ${strange.length} of the 16 clips say \\('`),
    )
    expect((await warned({})).filter((warning) => warning.includes('never seen'))).toEqual([])
  })

  it('tell a judge that does not say what it was trained on', async () => {
    const silent = nearestMeanJudge(train, { seed: 5, tells: false })
    expect((await warned({ judges: [...judges.slice(1), silent] }))[0]).toContain('does not say which clips it was trained on')
  })

  it('tell a system that beats the ceiling, with what gives it away', async () => {
    const blurred = madeUpClips(
      clips.map(({ text }) => text),
      { noise: 8 },
    )
    const copied: Clip[] = clips.map(({ text }) => madeUpClips([text], { split: 'train', noise: 0 })[0]!)
    const warnings = await warned({ clips: blurred, generated: copied, train: [...train, ...copied] })
    const told = warnings.find((warning) => warning.startsWith('generated beats the ceiling'))!
    expect(told).toMatch(/BLEU-1 100\.00 against \d+\.\d\d/)
    expect(told).toMatch(
      /Length ratio of the text 1\.00 \(ground truth \d\.\d\d\), duration ratio 1\.00 \(ground truth 1\.00\), repetition \d\.\d\d \(ground truth \d\.\d\d\), distance to the nearest training clip 0\.\d{4} \(ground truth [1-9][\d.]+\), copied clips \d+ \(ground truth 0\)/,
    )
  })

  it('tell empty references, whose clips are left out with what was generated for them', async () => {
    const some = clips.map((clip, i) => (i === 2 ? { ...clip, text: ' … ' } : clip))
    const judged = await evaluate({ ...input, clips: some }, quick)
    expect(judged.clipCount).toBe(15)
    expect(judged.warnings).toEqual([`1 clip has an empty reference and cannot be judged ('test/ASL_2'): left out`])
    const without = (list: readonly Clip[]) => list.filter((_, i) => i !== 2)
    const { systems } = await evaluate({ ...input, clips: without(clips), generated: without(generated) }, quick)
    expect(judged.systems).toEqual(systems)
  })

  it('tell a ceiling that means nothing', async () => {
    const lost = [1, 2, 3].map((seed) =>
      nearestMeanJudge(madeUpClips(sentences(30, 1), { split: 'train', language: 'KSL' }), { seed, jitter: 0.3 }),
    )
    expect((await warned({ judges: lost }))[0]).toMatch(
      /^the ceiling is too near the floor to mean anything \((BLEU-4|chrF2) \d+\.\d\d of the ground truth/,
    )
  })

  it('tell a ceiling that may be no better than the floor by chance', async () => {
    const reads = (motion: unknown) => ({ text: motion === clips[0] ? clips[0]!.text : 'nothing' })
    const oneClip = judges.map((judge) => ({ ...judge, translate: async (motions: readonly unknown[]) => motions.map(reads) }))
    const [warning] = await warned({ judges: oneClip })
    expect(warning).toMatch(/^ceiling and floor may differ by chance .*; other draws of 16 clips give differences of -?\d/)
  })

  it('tell too few seeds, no training clips, no floor, and a floor with right answers in it', async () => {
    expect(await warned({ judges: judges.slice(0, 1) })).toEqual([
      expect.stringMatching(/^1 seed of judges: .* Judge with 3 seeds or more$/),
    ])
    expect(await warned({ train: [] })).toEqual([expect.stringMatching(/^there are no training clips: mean pose/)])
    expect((await warned({ clips: clips.slice(0, 1), generated: generated.slice(0, 1) }))[0]).toBe(
      '1 clip cannot be shuffled: there is no floor, and no normalised score',
    )
    const same = clips.slice(0, 5).map((clip, i) => (i < 4 ? { ...clip, text: clips[0]!.text } : clip))
    expect((await warned({ clips: same, generated: generated.slice(0, 5) })).join('\n')).toContain(
      '3 shuffled references of 5 have the right text',
    )
  })

  it('tell judges that read nothing, and what the caller knows', async () => {
    const mute = { ...judges[0]!, hash: 'c0ffee', translate: async (motions: readonly unknown[]) => motions.map(() => ({ text: '' })) }
    const warnings = await warned({ judges: [mute], notes: ['one more thing'] })
    expect(warnings.join('\n')).toContain('the judges read nothing at all in: generated, ground truth')
    expect(warnings.at(-1)).toBe('one more thing')
  })
})

describe('shuffled references', () => {
  it('are of the same language and never of the same text', () => {
    const two = ['ASL', 'KSL'].flatMap((language) => madeUpClips(['a', 'a', 'a', 'b', 'c', 'd'], { language }))
    for (const seed of [1, 2, 3, 4]) {
      const shown = systemsOf({ clips: two, train: [], seed }).find(({ name }) => name === 'shuffled references')!.motions as Clip[]
      expect(new Set(shown).size).toBe(12)
      for (const [i, other] of shown.entries()) expect([other.language, other.text === two[i]!.text]).toEqual([two[i]!.language, false])
    }
  })
})

describe('an evaluation that cannot be', () => {
  it('says why', async () => {
    const refused = (changes: Partial<EvaluationInput>) => evaluate({ ...input, ...changes })
    await expect(refused({ judges: [] })).rejects.toThrow('evaluation: wanted at least one judge, got none')
    await expect(refused({ judges: [judges[0]!, judges[0]!] })).rejects.toThrow('wanted judges that differ')
    await expect(refused({ judges: [judges[0]!, nearestMeanJudge(train, { unit: 'letters' })] })).rejects.toThrow(
      'wanted judges of one unit',
    )
    await expect(refused({ generated: generated.slice(1) })).rejects.toThrow('wanted a motion for each of 16 clips, got 15')
    await expect(refused({ clips: [], generated: [] })).rejects.toThrow('wanted clips with a reference text, got no clip')
    const broken = [{ ...generated[0]!, joints: generated[0]!.joints.map(() => Number.NaN) }, ...generated.slice(1)]
    await expect(refused({ generated: broken })).rejects.toThrow('generated test/ASL_0: wanted finite coordinates')
  })
})
