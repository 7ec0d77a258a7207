import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Random } from '../../base/random.js'
import { exchangeHands } from '../../motion/hand_owners.js'
import { joint } from '../../motion/skeleton.js'
import { dwposeJson, dwposeLine, keypointClip, person } from '../detections.testing.js'
import { parseDwposeFrame, readDwposeClip } from './dwpose.js'
import { readDwposeLines } from './lines.js'
import { dwposeJoints } from './person.js'

const published = join(process.env.SIGNLLM_SHARED ?? '../shared', 'data/prompt2sign/dwpose_human_signer')
const folder = await mkdtemp(join(tmpdir(), 'dwpose-'))
const picture = { width: 1280, height: 720 }
const random = new Random(1)
const [left, right] = [person(random, 400, 350, 200), person(random, 900, 350, 180)]
const parse = (text: string) => {
  const { people, handsRepaired } = parseDwposeFrame(Buffer.from(text), 'f.json')
  return { people: people.map((one) => dwposeJoints(one, picture)), handsRepaired }
}

/** Places as given, body confidences 1, up to the rounding of fractions. */
function expectPerson(got: Float32Array, wanted: Float32Array): void {
  for (let at = 0; at < wanted.length; at += 3) {
    expect(got[at]).toBeCloseTo(wanted[at]!, 2)
    expect(got[at + 1]).toBeCloseTo(wanted[at + 1]!, 2)
    expect(got[at + 2]).toBeCloseTo(at < joint.leftHand * 3 ? Math.sign(wanted[at + 2]!) : wanted[at + 2]!, 6)
  }
}

describe('parseDwposeFrame', () => {
  it('restores the aspect of the picture, and takes body scores for validity and hand scores for what they are', () => {
    const { people, handsRepaired } = parse(dwposeJson([left], 1280, 720))
    expectPerson(people[0]!, left)
    expect(handsRepaired).toBe(false)
  })

  it('takes a body point of score -1 for one that is not there', () => {
    const frame = JSON.parse(dwposeJson([left], 1280, 720))
    frame.person_0.body_scores[joint.leftElbow] = -1
    const [out] = parse(JSON.stringify(frame)).people
    expect([...out!.subarray(joint.leftElbow * 3, joint.leftElbow * 3 + 3)]).toEqual([0, 0, 0])
  })

  it('takes a hand point at -1, -1 for one that is not there, whatever its score, also where it looks whose hands are whose', () => {
    const frame = JSON.parse(dwposeJson([left, right], 1280, 720))
    // As the file has them the hands are mixed up; the first hand's own root is not seen.
    frame.person_0.left_hand_keypoints[0] = [-1, -1]
    frame.person_0.left_hand_scores[0] = 0.29
    frame.person_0.left_hand_keypoints[7] = [-1, -1]
    const { people, handsRepaired } = parse(JSON.stringify(frame))
    expect(handsRepaired).toBe(true)
    const wanted = left.slice().fill(0, joint.leftHand * 3, joint.leftHand * 3 + 3)
    wanted.fill(0, (joint.leftHand + 7) * 3, (joint.leftHand + 8) * 3)
    expectPerson(people[0]!, wanted)
    expectPerson(people[1]!, right)
  })

  it('gives mixed up hands back to their owners', () => {
    const frame = dwposeJson([left, right], 1280, 720)
    // As written, the second person has the first one's hands nowhere near their wrists.
    expect(JSON.parse(frame).person_0.right_hand_keypoints[0][0]).toBeGreaterThan(0.6)
    const { people, handsRepaired } = parse(frame)
    expect(handsRepaired).toBe(true)
    expectPerson(people[0]!, left)
    expectPerson(people[1]!, right)
  })

  it('leaves hands that are with their owners where they are', () => {
    const frame = JSON.parse(dwposeJson([left], 1280, 720))
    frame.num_persons = 2
    frame.person_1 = JSON.parse(dwposeJson([right], 1280, 720)).person_0
    const { people, handsRepaired } = parse(JSON.stringify(frame))
    expect(handsRepaired).toBe(false)
    expectPerson(people[0]!, left)
    expectPerson(people[1]!, right)
  })

  it.each<[string, unknown]>([
    ['an empty array', []],
    ['null', null],
    ['no array', undefined],
  ])('takes %s for what was not seen, also where hands are mixed up', (_, nothing) => {
    const frame = JSON.parse(dwposeJson([left], 1280, 720))
    for (const key of ['left_hand_keypoints', 'left_hand_scores', 'face_keypoints', 'face_scores']) frame.person_0[key] = nothing
    const [out] = parse(JSON.stringify(frame)).people
    expectPerson(out!, left.slice().fill(0, joint.leftHand * 3, joint.rightHand * 3))
    const two = JSON.parse(dwposeJson([left, right], 1280, 720))
    // By the tool's stacking these are the right person's left hand.
    two.person_0.right_hand_keypoints = nothing
    two.person_0.right_hand_scores = nothing
    const { people, handsRepaired } = parse(JSON.stringify(two))
    expect(handsRepaired).toBe(true)
    expectPerson(people[0]!, left)
    expectPerson(people[1]!, right.slice().fill(0, joint.leftHand * 3, joint.rightHand * 3))
  })

  it('takes null for a point or number that is not there', () => {
    const frame = JSON.parse(dwposeJson([left], 1280, 720))
    frame.person_0.body_keypoints[0] = null
    frame.person_0.body_keypoints[1] = [null, 0.5]
    frame.person_0.body_scores[2] = null
    frame.person_0.left_hand_scores[0] = null
    expectPerson(
      parse(JSON.stringify(frame)).people[0]!,
      left
        .slice()
        .fill(0, 0, 9)
        .fill(0, joint.leftHand * 3, joint.leftHand * 3 + 3),
    )
  })

  it('says whose frame it is otherwise', () =>
    expect(() => parse('{"people":[]}')).toThrow(/^f\.json: wanted .* got a frame of OpenPose\. Pass --detector/))

  it('knows a frame of nobody', () => expect(parse('{"num_persons":0}').people).toEqual([]))

  const broken: [string, (frame: ReturnType<typeof JSON.parse>) => void, RegExp][] = [
    ['a count that is not kept', (frame) => (frame.num_persons = 2), /as many people .* got 1 and 2/],
    ['no count', (frame) => delete frame.num_persons, /got 1 and undefined/],
    [
      'true confidences of the body',
      (frame) => (frame.person_0.body_scores[3] = 0.87),
      /wanted 3, 3 plus a multiple of 18, or -1 at person_0\.body_scores\[3\]/,
    ],
    ['a short hand', (frame) => frame.person_0.left_hand_keypoints.pop(), /of 21 at person_0\.left_hand_keypoints, got an array of 20/],
    ['half a point', (frame) => frame.person_0.body_keypoints[2].pop(), /two fractions of the picture at person_0\.body_keypoints\[2\]/],
    [
      'pixels',
      (frame) => (frame.person_0.body_keypoints[2] = [640, 300]),
      /two fractions of the picture at person_0\.body_keypoints\[2\], got \[640,300\]/,
    ],
    ['a score that is a word', (frame) => (frame.person_0.right_hand_scores[0] = 'x'), /finite number at person_0\.right_hand_scores\[0\]/],
    [
      'a score of 7',
      (frame) => (frame.person_0.right_hand_scores[4] = 7),
      /confidence of -0.1 to 1.5, got 7 at point 4 of person_0\.right_hand/,
    ],
  ]
  for (const [what, edit, message] of broken) {
    it(`names the place of ${what}`, () => {
      const frame = JSON.parse(dwposeJson([left], 1280, 720))
      edit(frame)
      expect(() => parse(JSON.stringify(frame))).toThrow(new RegExp(`^f\\.json: .*${message.source}`))
    })
  }
})

describe('readDwposeClip', () => {
  it('counts frames from 0, and leaves gaps where nobody was seen', async () => {
    for (const [name, people] of [
      ['00000001', [left]],
      ['00000002', []],
      ['00000004', [left, right]],
    ] as const)
      await writeFile(join(folder, `${name}.json`), dwposeJson(people, 1280, 720))
    const { clip, detection, handsRepaired } = await readDwposeClip(folder, { picture, name: 'c' })
    expect([...clip.frameIndex]).toEqual([0, 3])
    expect([detection.empty, detection.absent, detection.several, handsRepaired]).toEqual([1, 1, 1, 1])
  })

  it('gives hands back that are on the wrong arms', async () => {
    const swapped = join(folder, 'swapped')
    await mkdir(swapped)
    const exchanged = left.slice()
    exchangeHands(exchanged, 0)
    for (const name of ['00000001', '00000002']) await writeFile(join(swapped, `${name}.json`), dwposeJson([exchanged], 1280, 720))
    const { clip, detection } = await readDwposeClip(swapped, { picture })
    for (let t = 0; t < 2; t++) expectPerson(clip.keypoints.subarray(t * 150, (t + 1) * 150), left)
    expect(detection.notes).toEqual(["left and right hand exchanged in 2 of 2 frames: each began at the other's wrist"])
  })

  it.skipIf(!existsSync(published))('reads the published clip', async () => {
    const { clip, detection } = await readDwposeClip(published, { picture })
    expect([clip.frames, clip.frameIndex[0], clip.frameIndex.at(-1)]).toEqual([135, 0, 134])
    expect(detection.notes).toEqual([])
    expect(clip.keypoints[0]).toBeCloseTo(0.5234704260965662 * 1280, 3)
    // Hand roots lie on the wrists.
    const apart = (a: number, b: number): number =>
      Math.hypot(clip.keypoints[a * 3]! - clip.keypoints[b * 3]!, clip.keypoints[a * 3 + 1]! - clip.keypoints[b * 3 + 1]!)
    expect(apart(joint.leftHand, joint.leftWrist)).toBeLessThan(40)
    expect(apart(joint.rightHand, joint.rightWrist)).toBeLessThan(40)
  })
})

describe('readDwposeLines', () => {
  const clips = [keypointClip('a', 3, 1), keypointClip('b', 1, 2)]
  const lines = clips.map((clip) => dwposeLine(clip, 1280, 720))
  const write = async (text: string): Promise<string> => {
    const path = join(folder, 'train.skels')
    await writeFile(path, text)
    return path
  }
  const all = async (text: string) => {
    const out = []
    for await (const { clip } of readDwposeLines(await write(text), { picture, names: ['dev/one'] })) out.push(clip)
    return out
  }

  it('takes a point at -1, -1 for one that is not there', async () => {
    const numbers = lines[0]!.split(' ')
    // Behind 18 points and 18 scores of the body begins the left hand.
    numbers.fill('-1', 54, 56)
    const [clip] = await all(`${numbers.join(' ')}\n`)
    const gone = clips[0]!.keypoints.slice(0, 150).fill(0, joint.leftHand * 3, joint.leftHand * 3 + 3)
    expectPerson(clip!.keypoints.subarray(0, 150), gone)
  })

  it('reads one video a line', async () => {
    const read = await all(`${lines.join('\n')}\n`)
    expect(read.map(({ name, frames, fps }) => [name, frames, fps])).toEqual([
      ['dev/one', 3, 24],
      ['train-2', 1, 24],
    ])
    for (const [n, { keypoints }] of read.entries())
      for (let t = 0; t < keypoints.length / 150; t++)
        expectPerson(keypoints.subarray(t * 150, (t + 1) * 150), clips[n]!.keypoints.subarray(t * 150, (t + 1) * 150))
  })

  const broken: [string, string, RegExp][] = [
    ['the empty lines of the published tool', '\n', /:1: wanted 385 numbers a frame, got a blank line/],
    ['a lost number', `${lines[0]}\n${lines[1]!.slice(lines[1]!.indexOf(' ') + 1)}`, /:2: wanted a multiple of 385 numbers, got 384/],
    ['a word', lines[0]!.replace(/^\S+ \S+/, '0.5 oops'), /:1: .*'oops' as number 2 of the line \(frame 0, body coordinate 1\)/],
    ['a true confidence', lines[0]!.replace(' 7.00000000 ', ' 0.70000000 '), /:1: wanted 7, 7 plus .* as body score 7 of frame 0, got 0.7/],
    ['another counter', lines[0]!.replace(/\S+$/, '0.75'), /:1: wanted the counter 1.0000 in frame 2 of 3, got 0.75/],
  ]
  for (const [what, text, message] of broken) it(`names the place of ${what}`, () => expect(all(text)).rejects.toThrow(message))
})
