import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signllm } from '../cli.testing.js'
import { formatScoredText, scoreTextFiles } from './score_text.js'

let folder: string
const file = (name: string) => join(folder, name)
const written = async (name: string, ...lines: string[]) => {
  await writeFile(file(name), lines.map((line) => `${line}\n`).join(''))
  return file(name)
}

let hyp: string
let ref: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-score-'))
  hyp = await written('hyp.txt', 'am tag zwölf grad an der see .', 'Regen im Süden .', 'ich wünsche ihnen einen schönen abend .')
  ref = await written('ref.txt', 'am tag zwölf grad an der ostsee .', 'regen im norden .', 'ich wünsche ihnen einen schönen abend .')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const value = (summary: Awaited<ReturnType<typeof scoreTextFiles>>, key: string) => summary.scores.find((score) => score.key === key)!.value

describe('scores of two files', () => {
  it('come with intervals, counts and signatures that say how', async () => {
    const summary = await scoreTextFiles(hyp, ref)
    expect(summary).toMatchObject({
      hypotheses: hyp,
      references: ref,
      sentences: 3,
      emptyHypotheses: 0,
      bootstrap: 'bs:1000|seed:27',
      notes: [],
    })
    expect(summary.scores.map(({ key }) => key)).toEqual(['bleu1', 'bleu2', 'bleu3', 'bleu4', 'rougeL', 'chrf2', 'wer', 'exact'])
    for (const { value, interval, signature } of summary.scores) {
      expect(interval[0]).toBeLessThanOrEqual(value)
      expect(interval[1]).toBeGreaterThanOrEqual(value)
      expect(signature).toMatch(/\|lc:n\|dot:kept\|n:3$/)
    }
    // Right are: six words in a row and the full stop, of eight; im and the full stop, of four; all seven.
    expect(summary.counts).toMatchObject({
      bleu: { matches: [16, 11, 9, 7], totals: [19, 16, 13, 10] },
      wer: { errors: 2, referenceLength: 16 },
    })
  })

  it('change with case and full stops, and say so', async () => {
    const lowered = await scoreTextFiles(hyp, ref, { lowercase: true, stripDot: true, metrics: 'bleu,exact' })
    expect(lowered.counts).toMatchObject({ bleu: { matches: [14, 11, 8, 6], hypothesisLength: 16 } })
    expect(lowered.scores.at(-1)!.signature).toBe('exact|tok:ws|lc:y|dot:stripped|n:3')
  })

  it('know Chinese, and say where it is not cut', async () => {
    const [said, wanted] = [await written('zh.hyp', '今天天气很好。'), await written('zh.ref', '今天的天气非常好。')]
    const uncut = await scoreTextFiles(said, wanted)
    expect([value(uncut, 'bleu1'), uncut.notes.length]).toEqual([0, 1])
    expect(uncut.notes[0]).toContain('use --tokenise zh or --tokenise char')
    const cut = await scoreTextFiles(said, wanted, { tokenise: 'zh' })
    expect(cut.notes).toEqual([])
    expect(value(cut, 'bleu1')).toBeGreaterThan(50)
    expect(cut.scores[0]!.signature).toContain('tok:zh|smooth:exp')
    expect(value(cut, 'rougeL')).toBeGreaterThan(50)
  })

  it('of glosses pass the clean-up', async () => {
    const [said, wanted] = [await written('gls.hyp', 'loc-NORD WIND WIND'), await written('gls.ref', 'NORDRAUM WIND')]
    const asked = { gloss: true, metrics: 'wer' }
    expect((await scoreTextFiles(said, wanted, asked)).scores).toMatchObject([
      { value: 0, signature: expect.stringContaining('clean:phoenix-2014t') },
    ])
    expect(value(await scoreTextFiles(said, wanted, { ...asked, cleanUp: 'none' }), 'wer')).toBe(100)
    const marked = await written('marked.ref', 'A __EPENTHESIS__')
    await expect(scoreTextFiles(said, marked, { ...asked, cleanUp: 'phoenix-2014' })).rejects.toThrow(`${marked}:1: wanted glosses that`)
    await expect(scoreTextFiles(said, wanted, { cleanUp: 'none' })).rejects.toMatchObject({ code: 'ERR_USAGE' })
    await expect(scoreTextFiles(said, wanted, { ...asked, lowercase: true })).rejects.toMatchObject({ code: 'ERR_USAGE' })
  })

  it('count an empty hypothesis as nothing said, in a note', async () => {
    const gaps = await written('gaps.txt', '', 'regen im norden .', ' \u3000')
    const summary = await scoreTextFiles(gaps, ref)
    expect(summary).toMatchObject({ emptyHypotheses: 2, notes: [`${gaps}: 2 empty hypotheses (lines 1, 3), scored as nothing said`] })
    expect(value(summary, 'bleu1')).toBeGreaterThan(0)
  })

  it('have no word error rate where a reference is punctuation', async () => {
    const marks = await written('marks.ref', '?', 'a', 'b')
    const summary = await scoreTextFiles(hyp, marks, { metrics: 'wer' })
    expect(summary.scores[0]!.value).toBeNaN()
    expect(summary.notes).toEqual([expect.stringMatching(/^no word error rate/)])
    expect(formatScoredText(summary)).toMatch(/^WER +- +- to -$/m)
  })
})

describe('two systems', () => {
  it('are compared on the same draws', async () => {
    const other = await written('other.txt', 'am tag', 'regen', 'abend .')
    const summary = await scoreTextFiles(hyp, ref, { against: other, metrics: 'bleu,wer', seed: 3 })
    for (const { key, value, against } of summary.scores) {
      expect(against!.difference).toBeCloseTo(value - against!.other, 12)
      expect(against!.wins).toBeGreaterThan(0.9)
      expect(Math.sign(against!.difference)).toBe(key === 'wer' ? -1 : 1)
    }
    expect(formatScoredText(summary)).toMatch(/^ +hyp\.txt +other\.txt +difference +95 % interval +p$/m)
    expect(await scoreTextFiles(hyp, ref, { against: other, metrics: 'bleu,wer', seed: 3 })).toEqual(summary)
  })

  it('that are the same do not differ', async () => {
    const { scores } = await scoreTextFiles(hyp, ref, { against: hyp })
    for (const { against } of scores) expect(against).toMatchObject({ difference: 0, interval: [0, 0], p: 1 })
  })
})

describe('other scorers', () => {
  it('get the sentences as they are in the files, and their scores are averaged', async () => {
    const out = file('sentences.jsonl')
    await scoreTextFiles(hyp, ref, { jsonl: out, lowercase: true })
    const lines = (await readFile(out, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines).toHaveLength(3)
    expect(lines[1]).toEqual({ id: 2, hyp: 'Regen im Süden .', ref: 'regen im norden .' })

    const scores = await written('BLEURT-20.jsonl', ...[3, 1, 2].map((id) => JSON.stringify({ id, score: id / 10, more: 'ignored' })))
    const { external } = await scoreTextFiles(hyp, ref, { external: [scores], metrics: 'chrf' })
    expect(external).toMatchObject([{ name: 'BLEURT-20', sentences: 3, path: scores }])
    expect(external[0]!.value).toBeCloseTo(0.2, 12)
  })

  it.each([
    [['{"id": 1, "score": 1}', '{"id": 2, "score": 1}'], 'wanted a score for each of the 3 sentences, got none for id 3'],
    [['{"id": 1, "score": 1}', '{"id": 1, "score": 1}'], ':2: wanted each id once, got 1 again'],
    [['{"id": 4, "score": 1}'], ':1: wanted an id from 1 to 3, got 4'],
    [['{"id": 1, "score": null}'], ':1: wanted numbers as id and score, got the score null'],
    [['{"score": 1}'], ':1: wanted numbers as id and score, got the id undefined'],
    [['7'], ':1: wanted numbers as id and score'],
    [['{"id": 1, "score": NaN}'], ':1: wanted a line of JSON'],
  ])('that give %j are refused', async (lines, message) => {
    const scores = await written('bad.jsonl', ...lines)
    await expect(scoreTextFiles(hyp, ref, { external: [scores] })).rejects.toMatchObject({
      code: 'ERR_DATA',
      message: expect.stringContaining(message),
    })
  })
})

describe('files that do not fit', () => {
  it('are refused by file and line', async () => {
    const short = await written('short.txt', 'a', 'b')
    const gap = await written('gap.txt', 'a', ' ', 'c')
    const dot = await written('dot.txt', 'a', '.', 'c')
    const none = await written('none.txt')
    await writeFile(file('latin1.txt'), Buffer.from('a\nS\xfcden\nc\n', 'latin1'))
    const refused = (said: string, wanted: string, message: string, options = {}) =>
      expect(scoreTextFiles(said, wanted, options)).rejects.toMatchObject({ code: 'ERR_DATA', message: expect.stringContaining(message) })
    await refused(short, ref, `${short}:3: wanted a hypothesis for each of the 3 lines of ${ref}, got only 2`)
    await refused(hyp, short, `${short}:3: wanted a reference for each of the 3 lines of ${hyp}, got only 2`)
    await refused(hyp, gap, `${gap}:2: wanted a reference, got an empty line`)
    await refused(hyp, dot, `${dot}:2: wanted a reference, got '.', of which --strip-dot leaves nothing`, { stripDot: true })
    await refused(hyp, none, `${none}: wanted a reference on each line, got an empty file`)
    await refused(file('latin1.txt'), ref, 'latin1.txt:2: wanted text in UTF-8')
    await refused(file('nowhere.txt'), ref, 'nowhere.txt: wanted a readable file')
    await refused(hyp, ref, `${short}:3`, { against: short })
  })

  it('nor metrics that there are not, nor an output that is an input', async () => {
    for (const metrics of ['bleu,blue', '', 'toString'])
      await expect(scoreTextFiles(hyp, ref, { metrics })).rejects.toMatchObject({ code: 'ERR_USAGE' })
    const before = await readFile(hyp, 'utf8')
    await expect(scoreTextFiles(hyp, ref, { jsonl: hyp })).rejects.toMatchObject({ code: 'ERR_USAGE' })
    expect(await readFile(hyp, 'utf8')).toBe(before)
  })
})

describe('signllm score', () => {
  it('prints one object as JSON, notes beside it, and a table for people', async () => {
    const gaps = await written('gaps2.txt', '', 'regen im norden .', 'x')
    const asked = ['score', gaps, ref, '--metrics', 'bleu,chrf', '--tokenise', '13a', '--against', hyp, '--resamples', '20']
    const json = await signllm('--json', ...asked)
    expect(json.status, json.stderr).toBe(0)
    expect(JSON.parse(json.stdout)).toMatchObject({ sentences: 3, bootstrap: 'bs:20|seed:27', against: hyp })
    expect(JSON.parse(json.stderr)).toEqual({ note: expect.stringContaining('1 empty hypothesis (line 1)') })
    const people = await signllm(...asked)
    expect(people.stdout).toContain('bleu4|tok:13a|smooth:exp|eff:n|lc:n|dot:kept|n:3')
    expect(people.stderr).toContain('note: ')
  })

  it('ends with the documented statuses, and explains its formats', async () => {
    const missing = await signllm('score', file('nowhere.txt'), ref)
    expect([missing.status, missing.stdout]).toEqual([4, ''])
    expect(missing.stderr).toContain('[ERR_DATA]')
    expect((await signllm('score', hyp, ref, '--metrics', 'meteor')).status).toBe(2)
    expect((await signllm('score', hyp, ref, '--tokenise', 'words')).status).toBe(2)
    const { stdout } = await signllm('score', '--help')
    expect(stdout).toContain('{"id": 1, "hyp": "...", "ref": "..."}')
    expect(stdout).toContain('{"id": 1, "score": 0.42}')
  })
})
