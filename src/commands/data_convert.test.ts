// Detections into a corpus: the steps in one, what is said of clips, and how it goes on.

import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkCorpus } from '../data/corpus/check.js'
import { openPoseJson } from '../formats/detections.testing.js'
import { readSkels } from '../formats/skels/skels.js'
import { COORDS, joint } from '../motion/skeleton.js'
import { signer } from '../outputs/signer.testing.js'
import { interruptedAfter, linesOf, silent, writeDetections } from './clips.testing.js'
import { dataConvert } from './data_convert.js'
import { convertFolder } from './data_convert.testing.js'
import { dataJson2h5 } from './data_json2h5.js'
import { dataLift } from './data_lift.js'
import { dataSkels } from './data_skels.js'

const { at, json, words, convert } = convertFolder()

/** A clip of the made-up signer as OpenPose sees it, with both hands or without the left one and its wrist. */
async function writeHands(path: string, oneHanded: boolean): Promise<void> {
  const { joints, frames } = signer(12)
  await mkdir(path, { recursive: true })
  for (let t = 0; t < frames; t++) {
    const frame = joints.slice(t * COORDS, (t + 1) * COORDS).map((value, i) => [640 + 500 * value, 300 + 500 * value, 0.9][i % 3]!)
    if (oneHanded) frame.fill(0, joint.leftWrist * 3, joint.rightHand * 3)
    await writeFile(join(path, `frame${t}_keypoints.json`), openPoseJson([frame]))
  }
}

/** How far the right middle finger's tip is from the root of the hand, on average. */
function handSize(joints: Float32Array): number {
  const distances = Array.from({ length: joints.length / COORDS }, (_, t) => {
    const [root, tip] = [t * COORDS + joint.rightHand * 3, t * COORDS + (joint.rightHand + 12) * 3]
    return Math.hypot(...[0, 1, 2].map((axis) => joints[tip + axis]! - joints[root + axis]!))
  })
  return distances.reduce((sum, distance) => sum + distance, 0) / distances.length
}

describe('dataConvert', () => {
  it('takes detections to a corpus as the three steps do, and leaves nothing between', async () => {
    const summary = await convert(json(), 'one/all', { lang: 'ASL', ...words() })
    expect(summary).toMatchObject({ clips: 2, frames: 10, withoutText: 0, withoutClip: 0, broken: [], quality: at('one/all.quality.json') })
    expect((await readdir(at('one'))).sort()).toEqual(
      ['files', 'json', 'lang', 'quality.json', 'skels', 'text'].map((ending) => `all.${ending}`),
    )
    expect(await linesOf(at('one/all.text'))).toEqual(['bread', 'apple'])
    expect((await checkCorpus(at('one/all'))).findings).toEqual([])

    await dataJson2h5({ in: json(), out: at('clips.h5'), stream: silent })
    await dataLift({ in: at('clips.h5'), out: at('lifted.h5'), iterations: 10, stream: silent })
    await dataSkels({ in: at('lifted.h5'), out: at('three'), lang: 'ASL', ...words(), stream: silent })
    expect(await readFile(at('one/all.skels'), 'utf8')).toBe(await readFile(at('three.skels'), 'utf8'))
    await convert(at('clips.h5'), 'two', { lang: 'ASL', ...words() })
    expect(await readFile(at('two.skels'), 'utf8')).toBe(await readFile(at('three.skels'), 'utf8'))
  })

  it('says which of its steps counts the clips', async () => {
    const said: string[] = []
    await convert(json(), 'steps/all', { lang: 'ASL', clip: 'a', stream: { write: (text) => said.push(text) } })
    expect(said.map((line) => line.trimEnd().split('  ')[0])).toEqual(['read: clip 1/1', 'lift: clip 1/1', 'write: clip 1/1'])
  })

  it('keeps the hand of one-handed clips, says what was never seen, and finds clips by any spelling of their names', async () => {
    const [source, apart] = [at('handed'), 'Grüße'.normalize('NFD')]
    await writeHands(join(source, apart), true)
    await writeHands(join(source, 'both'), false)
    const named = { names: at('handed.names'), text: at('handed.text') }
    await writeFile(named.names, `both\n${'Grüße'.normalize('NFC')}\n`)
    await writeFile(named.text, 'one\ntwo\n')
    const summary = await convert(source, 'handed/all', { lang: 'ASL', iterations: 60, ...named })
    expect(summary).toMatchObject({
      clips: 2,
      withoutText: 0,
      notes: [`${apart}: never visible, put in a rest position: left wrist, left hand`],
    })
    const report = JSON.parse(await readFile(at('handed/all.quality.json'), 'utf8'))
    expect(report.clips.map(({ neverSeen }: { neverSeen: string[] }) => neverSeen)).toEqual(
      expect.arrayContaining([[], ['left wrist', 'left hand']]),
    )
    const [both, one] = (await readSkels(at('handed/all.skels'))).sequences.map(({ joints }) => handSize(joints)) as [number, number]
    expect(both).toBeGreaterThan(0.05)
    expect(Math.abs(one / both - 1)).toBeLessThan(0.2)
    expect((await checkCorpus(at('handed/all'))).findings.filter(({ severity }) => severity === 'error')).toEqual([])

    const step = { in: source, out: at('handed/step.h5'), stream: silent, clip: 'Grüße'.normalize('NFC') }
    expect(await dataJson2h5(step)).toMatchObject({ clips: 1 })
    const lifted = { ...step, in: step.out, out: at('handed/step_lifted.h5'), iterations: 2 }
    expect(await dataLift(lifted)).toMatchObject({ clips: 1 })
  })

  it('goes on after an interruption, in whichever step', async () => {
    await expect(convert(json(), 'cut/all', { lang: 'ASL', ...interruptedAfter(1) })).rejects.toThrow('interrupted')
    expect((await readdir(at('cut'))).sort()).toEqual(['all.clips.h5.partial', 'all.quality.jsonl.partial'])
    await expect(convert(json(), 'cut/all', { lang: 'ASL' })).rejects.toMatchObject({ code: 'ERR_USAGE' })
    // The first clip is read already: what is done next is the second of this step, then the first of the next one.
    await expect(convert(json(), 'cut/all', { lang: 'ASL', resume: true, ...interruptedAfter(1) })).rejects.toThrow('interrupted')
    expect((await readdir(at('cut'))).sort()).toEqual(['all.clips.h5', 'all.lifted.h5.partial', 'all.quality.json'])
    expect(await convert(json(), 'cut/all', { lang: 'ASL', resume: true })).toMatchObject({ clips: 2 })
    expect((await readdir(at('cut'))).filter((name) => /h5/.test(name))).toEqual([])
    const whole = await convert(json(), 'uncut', { lang: 'ASL' })
    expect(await readFile(at('cut/all.skels'), 'utf8')).toBe(await readFile(`${whole.out}.skels`, 'utf8'))
  })

  it('finds a clip however the accents of its name are put together', async () => {
    await writeDetections(at('accents'), { Gr\u00fc\u00dfe: 3, other: 3 })
    const nfd = 'Gru\u0308\u00dfe'
    expect(await convert(at('accents'), 'accents.npz', { clip: nfd })).toMatchObject({ clips: 1, frames: 3 })
    await writeFile(at('nfd.files'), `${nfd}\n`)
    await writeFile(at('nfd.text'), 'hallo\n')
    await convert(at('accents'), 'accented', { lang: 'DGS', names: at('nfd.files'), text: at('nfd.text') })
    expect(await linesOf(at('accented.files'))).toEqual(['Gr\u00fc\u00dfe'])
  })

  it('writes one report beside files named by their clips, and counts a broken clip once', async () => {
    await writeDetections(at('half'), { a: 3, b: 3 })
    await writeFile(join(at('half'), 'b', `b_${'1'.padStart(12, '0')}_keypoints.json`), 'torn')
    const summary = await convert(at('half'), 'half-out/{name}.npz')
    expect(summary).toMatchObject({ clips: 1, quality: at('half-out/clips.npz.quality.json') })
    expect((await readdir(at('half-out'))).sort()).toEqual(['a.npz', 'clips.npz.quality.json'])
    await writeFile(at('half.names'), 'a\nb\nc\n')
    await writeFile(at('half.text'), 'x\ny\nz\n')
    const counted = await convert(at('half'), 'halves', { lang: 'ASL', names: at('half.names'), text: at('half.text') })
    expect(counted).toMatchObject({ clips: 1, withoutClip: 1, namesWithout: { text: [], clip: ['c'] } })
    expect(counted.broken.map(({ name }) => name)).toEqual(['b'])
  })
})

const published = join(process.env.SIGNLLM_SHARED ?? '../shared', 'data/prompt2sign')

describe.skipIf(!existsSync(published))('the published clips', () => {
  it('of OpenPose become a corpus with the arms and necks of published skeletons', async () => {
    const spoken = { names: join(published, 'dev.files'), text: join(published, 'dev.text') }
    const { clips, frames, withoutClip } = await dataConvert({
      in: join(published, 'openpose'),
      out: at('how2sign'),
      lang: 'ASL',
      ...spoken,
      stream: silent,
    })
    expect([clips, frames, withoutClip]).toEqual([2, 171, 1737])
    const { sequences } = await readSkels(at('how2sign.skels'))
    const mean = (...pairs: readonly (readonly [number, number])[]): number => {
      const lengths = sequences.flatMap(({ joints, frames: count }) =>
        Array.from({ length: count }, (_, t) => pairs.map(([a, b]) => distance(joints.subarray(t * COORDS), a, b))).flat(),
      )
      return lengths.reduce((sum, length) => sum + length, 0) / lengths.length
    }
    const arm = mean([joint.rightShoulder, joint.rightElbow], [joint.leftShoulder, joint.leftElbow])
    expect(Math.abs(arm - 0.306)).toBeLessThan(0.01)
    expect(Math.abs(mean([joint.nose, joint.neck]) - 0.208)).toBeLessThan(0.01)
  })

  it('of DWPose become a corpus too, given the size of the video', async () => {
    const input = { in: join(published, 'dwpose_human_signer'), out: at('dwpose'), lang: 'ASL', stream: silent }
    await expect(dataConvert(input)).rejects.toThrow(/--picture 1280x720/)
    expect(await dataConvert({ ...input, picture: { width: 1280, height: 720 } })).toMatchObject({ clips: 1, frames: 135, broken: [] })
    expect((await readSkels(at('dwpose.skels'))).scale).toBe('neck-shoulder-3')
  })
})

const distance = (frame: Float32Array, a: number, b: number): number =>
  Math.hypot(...[0, 1, 2].map((axis) => frame[a * 3 + axis]! - frame[b * 3 + axis]!))
