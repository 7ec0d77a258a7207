import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Random } from '../../base/random.js'
import { exchangeHands } from '../../motion/hand_owners.js'
import { JOINTS } from '../../motion/skeleton.js'
import { openPoseJson, person } from '../detections.testing.js'
import { parseOpenPoseFrame, readOpenPoseClip } from './openpose.js'

const published = join(process.env.SIGNLLM_SHARED ?? '../shared', 'data/prompt2sign/openpose')
const folder = await mkdtemp(join(tmpdir(), 'openpose-'))
const signer = person(new Random(1), 640, 350, 200)
const bytes = (text: string): Uint8Array => Buffer.from(text)
const people = (data: Uint8Array): Float32Array[] => parseOpenPoseFrame(data, 'x').people.map(({ joints }) => joints)
/** The signer's file with something replaced. */
const edited = (edit: (frame: ReturnType<typeof JSON.parse>) => void): Uint8Array => {
  const frame = JSON.parse(openPoseJson([signer]))
  edit(frame)
  return bytes(JSON.stringify(frame))
}

/** The signer, a pixel further right for every frame. */
const moved = (t: number): Float32Array => signer.map((value, i) => (i % 3 === 0 && signer[i + 2]! > 0 ? value + t : value))

async function clipFolder(name: string, frames: Record<string, readonly Float32Array[]>): Promise<string> {
  await mkdir(join(folder, name), { recursive: true })
  for (const [number, people] of Object.entries(frames))
    await writeFile(join(folder, name, `clip_a_${number}_keypoints.json`), openPoseJson(people))
  return join(folder, name)
}

describe('parseOpenPoseFrame', () => {
  it('takes the body, the left hand, the right hand', () => {
    expect(people(bytes(openPoseJson([signer, signer])))).toEqual([signer, signer])
  })

  it('takes a point without confidence for one that is not there, and lets confidences overshoot', () => {
    const [out] = people(
      edited(({ people: [one] }) => {
        one.pose_keypoints_2d.splice(0, 6, 5, 6, -0.01, 7, 8, 1.05)
        one.face_keypoints_2d = []
      }),
    )
    expect([...out!.subarray(0, 6)]).toEqual([0, 0, 0, 7, 8, Math.fround(1.05)])
  })

  it.each<[string, unknown]>([
    ['an empty array', []],
    ['null', null],
    ['no array', undefined],
  ])('takes %s for what was not seen', (_, nothing) => {
    const keys = ['pose_keypoints_2d', 'hand_left_keypoints_2d', 'hand_right_keypoints_2d', 'face_keypoints_2d']
    const spans = [
      [0, 8],
      [8, 29],
      [29, 50],
      [0, 0],
    ] as const
    for (const [k, key] of keys.entries()) {
      const [out] = people(edited(({ people: [one] }) => (one[key] = nothing)))
      expect(out).toEqual(signer.slice().fill(0, spans[k]![0] * 3, spans[k]![1] * 3))
    }
    expect(people(bytes('{"people":null}'))).toEqual([])
  })

  it('takes null for a number that is not there', () => {
    const [out] = people(
      edited(({ people: [one] }) => {
        one.pose_keypoints_2d[0] = null
        one.hand_left_keypoints_2d[5] = null
      }),
    )
    expect(out).toEqual(signer.slice().fill(0, 0, 3).fill(0, 27, 30))
  })

  it('takes null for nobody, and points that are lists of their own', () => {
    const data = edited(({ people }) => {
      const values: number[] = people[0].pose_keypoints_2d
      people[0].pose_keypoints_2d = Array.from({ length: 25 }, (_, i) => values.slice(3 * i, 3 * i + 3))
      people.unshift(null)
    })
    expect(people(data)).toEqual([signer])
  })

  it.each([undefined, 0.1, 1, 1.1, 1.4, '1.3'])('does not ask for the version (%s)', (version) =>
    expect(people(edited((frame) => (frame.version = version)))).toEqual([signer]),
  )

  it('knows the keys of old versions', () => {
    const old = openPoseJson([signer]).replaceAll('_2d"', '"')
    expect(people(bytes(old))).toEqual([signer])
  })

  it.each([18, 19])('takes a body of %i points, whose first eight are ours', (points) =>
    expect(people(edited(({ people: [one] }) => (one.pose_keypoints_2d.length = 3 * points)))).toEqual([signer]),
  )

  it('knows the size of the picture that ControlNet tools tell, and their lists of one', () => {
    const frame = { ...JSON.parse(openPoseJson([signer])), canvas_width: 1280, canvas_height: 720 }
    const { people: got, picture } = parseOpenPoseFrame(bytes(JSON.stringify([frame])), 'x')
    expect([got[0]!.joints, picture]).toEqual([signer, { width: 1280, height: 720 }])
  })

  const broken: [string, Uint8Array, RegExp][] = [
    ['no JSON', bytes('{"version":1.3,"people":[}'), /wanted JSON, got '}' at character 25/],
    ['a file cut short', bytes('{"version":1.3,"peo'), /wanted JSON, got '"peo' at character 15/],
    [
      'a literal of no JSON',
      bytes('{"version":1.3,"people":[{"pose_keypoints_2d":[NaN]}]}'),
      /got 'NaN\]}\]}' at character 47\. Write null for a number that is not there/,
    ],
    ['two values', bytes('{} {}'), /got '{}' at character 3/],
    ['no text', Uint8Array.of(0x7b, 0xff), /wanted text in UTF-8, got the byte 0xff after '{'/],
    ['no people', edited((frame) => delete frame.people), /wanted an array at people, got undefined/],
    ['people who are none', edited((frame) => (frame.people = 3)), /wanted an array at people, got 3/],
    ['a person who is none', edited(({ people }) => people.push(7)), /wanted an object at people\[1\], got 7/],
    [
      'another body model',
      edited(({ people: [one] }) => (one.pose_keypoints_2d.length = 45)),
      /wanted an array of 75 or 54 or 57 at people\[0\]\.pose_keypoints_2d, got an array of 45\. These are points of MPI.* BODY_25/,
    ],
    [
      'a body of COCO-WholeBody',
      edited(({ people: [one] }) => (one.pose_keypoints_2d = Array(399).fill(1))),
      /got an array of 399\. These are points of COCO-WholeBody/,
    ],
    [
      'points without confidences',
      edited(({ people: [one] }) => (one.pose_keypoints_2d.length = 50)),
      /got an array of 50\. Write x, y and a confidence/,
    ],
    [
      'a short hand',
      edited(({ people: [one] }) => one.hand_left_keypoints_2d.pop()),
      /of 63 at people\[0\]\.hand_left_keypoints_2d, got an array of 62/,
    ],
    ['a short face', edited(({ people: [one] }) => one.face_keypoints_2d.pop()), /of 210 or 204 at people\[0\]\.face_keypoints_2d/],
    ['a person of other keys', edited((frame) => (frame.people = [{ bbox: [], keypoints: [] }])), /people\[0\], got bbox, keypoints/],
    [
      'points in space only',
      bytes('{"people":[{"pose_keypoints_2d":[],"pose_keypoints_3d":[1,2,3,1]}]}'),
      /got points in space only\. Run OpenPose without --3d/,
    ],
    ['frames in one list', bytes('[{"people":[]},{"people":[]}]'), /got a list of 2 frames as ControlNet tools write it\. Write a file/],
    ['predictions of MMPose', bytes('{"meta_info":{},"instance_info":[{"frame_id":1}]}'), /got MMPose's predictions/],
    ['results of AlphaPose', bytes('[{"image_id":"0.jpg","keypoints":[1]}]'), /got AlphaPose's results/],
    ['a word that is JSON', bytes('null'), /wanted an object at the file, got null/],
    [
      'a word',
      edited(({ people: [one] }) => (one.pose_keypoints_2d[74] = 'a')),
      /finite number at people\[0\]\.pose_keypoints_2d\[74\], got 'a'/,
    ],
    [
      'an infinity',
      bytes(openPoseJson([signer]).replace('600', '1e999')),
      /finite number at people\[0\]\.face_keypoints_2d\[0\], got Infinity/,
    ],
    [
      'a confidence of 40',
      edited(({ people: [one] }) => (one.hand_right_keypoints_2d[5] = 40)),
      /confidence of -0.1 to 1.5, got 40 in people\[0\]\.hand_right_keypoints_2d\[3…5\]/,
    ],
    ['a place beyond any picture', edited(({ people: [one] }) => (one.pose_keypoints_2d[1] = 1e7)), /coordinate in pixels, got 10000000/],
  ]
  for (const [what, data, message] of broken) {
    it(`names the place of ${what}`, () =>
      expect(() => parseOpenPoseFrame(data, 'f.json')).toThrow(new RegExp(`^f\\.json(:1)?: .*${message.source}`)))
  }
})

describe('readOpenPoseClip', () => {
  it('keeps the time of frames around those without people or file', async () => {
    const path = await clipFolder('gaps', {
      '000000000003': [signer],
      '000000000004': [],
      '000000000005': [new Float32Array(150)],
      7: [signer],
    })
    await writeFile(join(path, 'notes.txt'), '')
    const { clip, detection } = await readOpenPoseClip(path, { fps: 30 })
    expect([clip.name, clip.frames, clip.fps, [...clip.frameIndex]]).toEqual(['gaps', 2, 30, [3, 7]])
    expect(clip.keypoints).toEqual(Float32Array.from([...signer, ...signer]))
    expect(detection).toMatchObject({ files: 4, empty: 2, absent: 1, several: 0 })
    expect(detection.notes).toEqual(['nobody seen in 2 of 4 frames', '1 frame numbers without a file'])
  })

  it('takes every fifth frame for what it is in time, and says so; a crowd is named', async () => {
    const { clip, detection } = await readOpenPoseClip(await clipFolder('fifth', { 0: [signer], 5: [signer], 10: [signer] }))
    expect([...clip.frameIndex]).toEqual([0, 5, 10])
    expect(detection.notes).toEqual([
      '8 frame numbers without a file: every frame is 5 further than the one before, and 5 frames later in time',
    ])
    await expect(readOpenPoseClip(await clipFolder('crowd', { 7: Array(101).fill(signer) }))).rejects.toThrow(
      /crowd: frame 7: wanted at most 100 people/,
    )
  })

  it('keeps a frame whose nose is not seen', async () => {
    const noseless = signer.slice().fill(0, 0, 3)
    const { clip } = await readOpenPoseClip(await clipFolder('noseless', { 0: [signer], 1: [noseless], 2: [signer] }))
    expect(clip.frames).toBe(3)
  })

  it('follows the larger person wherever the file lists them, and says so', async () => {
    const random = new Random(2)
    const frames = Object.fromEntries(
      Array.from({ length: 12 }, (_, t) => {
        const [near, far] = [person(random, 500, 350, 200), person(random, 1000, 300, 120)]
        return [t, t % 3 === 0 ? [near, far] : [far, near]]
      }),
    )
    const { clip, detection } = await readOpenPoseClip(await clipFolder('two', frames))
    for (let t = 0; t < 12; t++) expect(Math.abs(clip.keypoints[t * JOINTS * 3 + 3]! - 500)).toBeLessThan(20)
    expect(detection).toMatchObject({ several: 12, notFirst: 8 })
    expect(detection.notes).toEqual(['several people in 12 frames: chosen by size and continuity, in 8 of them not the first'])
  })

  it('gives hands back to their arms, and notes it, as it does a mirrored picture', async () => {
    const exchanged = signer.slice()
    exchangeHands(exchanged, 0)
    const whole = await readOpenPoseClip(await clipFolder('hands', { 0: [exchanged], 1: [exchanged], 2: [exchanged] }))
    for (let t = 0; t < 3; t++) expect(whole.clip.keypoints.subarray(t * 150, (t + 1) * 150)).toEqual(signer)
    expect(whole.detection.notes).toEqual(["left and right hand exchanged in 3 of 3 frames: each began at the other's wrist"])
    const one = await readOpenPoseClip(await clipFolder('hands1', { 0: [signer], 1: [exchanged], 2: [signer] }))
    expect(one.clip.keypoints).toEqual(whole.clip.keypoints)
    expect(one.detection.notes).toEqual([expect.stringMatching(/^left and right hand exchanged in 1 of 3 frames/)])

    const mirrored = signer.map((value, i) => (i % 3 === 0 ? 1280 - value : value))
    const mirror = await readOpenPoseClip(await clipFolder('mirror', { 0: [mirrored], 1: [mirrored] }))
    expect(mirror.clip.keypoints.subarray(150)).toEqual(mirrored)
    expect(mirror.detection.notes).toEqual([expect.stringMatching(/^the right shoulder is on the picture's right, as in a mirrored video/)])
  })

  it('stays with the signer while somebody larger passes in front, also at the very beginning', async () => {
    const random = new Random(3)
    const frames = Object.fromEntries(
      Array.from({ length: 20 }, (_, t) => {
        const passing = t < 3 || (t > 9 && t < 13)
        return [t, [...(passing ? [person(random, 1100, 350, 320)] : []), person(random, 500, 350, 200)]]
      }),
    )
    const { clip } = await readOpenPoseClip(await clipFolder('passing', frames))
    for (let t = 0; t < 20; t++) expect(Math.abs(clip.keypoints[t * JOINTS * 3 + 3]! - 500)).toBeLessThan(20)
  })

  it('takes a hand that some frames lack for a gap, and wants one in at least one frame', async () => {
    const path = await clipFolder('handless', { 0: [signer], 1: [signer] })
    const without = JSON.parse(openPoseJson([signer]))
    without.people[0].hand_left_keypoints_2d = []
    without.people[0].hand_right_keypoints_2d = []
    await writeFile(join(path, 'clip_a_1_keypoints.json'), JSON.stringify(without))
    const { clip } = await readOpenPoseClip(path)
    expect(clip.keypoints).toEqual(Float32Array.from([...signer, ...signer.slice().fill(0, 24)]))
    await writeFile(join(path, 'clip_a_0_keypoints.json'), JSON.stringify(without))
    await expect(readOpenPoseClip(path)).rejects.toThrow(/handless: wanted hands in at least one frame, .* Run OpenPose with --hand/)
    // One hand is enough.
    without.people[0].hand_left_keypoints_2d = JSON.parse(openPoseJson([signer])).people[0].hand_left_keypoints_2d
    await writeFile(join(path, 'clip_a_1_keypoints.json'), JSON.stringify(without))
    expect((await readOpenPoseClip(path)).clip.frames).toBe(2)
  })

  it.each([
    ['plain', (t: number) => `${t}_keypoints.json`],
    ['framed', (t: number) => `frame${t}_keypoints.json`],
    ['after', (t: number) => `${String(t).padStart(6, '0')}_rgb_keypoints.json`],
    ['dashed', (t: number) => `cam1-2024-${t}_rgb_front_keypoints.json`],
    ['cleaned', (t: number) => `frame_${t}.json`],
    ['digits', (t: number) => `${t}.json`],
  ])('finds the number wherever it is in the name, and orders by it: %s', async (folderName, nameOf) => {
    const path = join(folder, folderName)
    await mkdir(path)
    const numbers = [0, 1, 2, 9, 10, 11]
    for (const t of numbers) await writeFile(join(path, nameOf(t)), openPoseJson([moved(t)]))
    await writeFile(join(path, `._${nameOf(3)}`), 'of the system')
    const { clip } = await readOpenPoseClip(path)
    expect([...clip.frameIndex]).toEqual(numbers)
    expect(clip.keypoints.filter((_, i) => i % 150 === 0)).toEqual(Float32Array.from(numbers, (t) => moved(t)[0]!))
  })

  it.each([
    ['two clips', ['a1_000_keypoints.json', 'a2_000_keypoints.json']],
    ['two cameras', ['cam0_00_keypoints.json', 'cam0_01_keypoints.json', 'cam1_00_keypoints.json']],
    ['one number twice', ['frame1_keypoints.json', 'frame01_keypoints.json']],
    ['a frame without number', ['frame_keypoints.json', 'frame1_keypoints.json']],
    ['two times', ['f1_0.04s_keypoints.json', 'f2_0.08s_keypoints.json']],
  ])('refuses names that do not tell: %s', async (folderName, names) => {
    const path = join(folder, folderName)
    await mkdir(path)
    for (const name of names) await writeFile(join(path, name), openPoseJson([signer]))
    await expect(readOpenPoseClip(path)).rejects.toThrow(
      /wanted the frames of one clip, named alike but for one number, each number once, got/,
    )
  })

  it('refuses points that begin with eyes and ears, unless a frame alone looks so', async () => {
    const reordered = Float32Array.from(signer)
    const place = (j: number, x: number, y: number) => reordered.set([x, y, 0.9], j * 3)
    // BODY_25B: nose, eyes, ears, shoulders, elbows.
    for (const [j, at] of [
      [640, 180],
      [655, 168],
      [625, 168],
      [675, 175],
      [605, 175],
      [710, 262],
      [570, 262],
      [735, 350],
    ].entries())
      place(j, at[0]!, at[1]!)
    await expect(readOpenPoseClip(await clipFolder('25b', { 0: [reordered], 1: [reordered] }))).rejects.toThrow(
      /25b: wanted the points of BODY_25 or COCO .* got eyes and ears after the nose, as in BODY_25B/,
    )
    const { clip } = await readOpenPoseClip(await clipFolder('25', { 0: [signer], 1: [reordered], 2: [signer] }))
    expect(clip.frames).toBe(3)
  })

  describe('whose coordinates are fractions', () => {
    const picture = { width: 1280, height: 720 }
    const scaled = (scale: (x: number, size: number) => number): Float32Array =>
      signer.map((value, i) => (i % 3 === 2 ? value : scale(value, i % 3 === 0 ? 1280 : 720)))
    const expectPixels = (keypoints: Float32Array) => {
      for (const [i, value] of signer.entries()) expect(keypoints[i]).toBeCloseTo(value, 2)
    }

    it.each([
      ['0 to 1', (x: number, size: number) => x / size],
      ['-1 to 1', (x: number, size: number) => (2 * x) / size - 1],
    ])('of %s wants the size of the picture, and takes it', async (name, scale) => {
      const path = await clipFolder(`fractions ${name}`, { 0: [scaled(scale)], 1: [] })
      await expect(readOpenPoseClip(path)).rejects.toMatchObject({ code: 'ERR_CONFIG', message: expect.stringMatching(/--picture/) })
      expectPixels((await readOpenPoseClip(path, { picture })).clip.keypoints)
      const told = { ...JSON.parse(openPoseJson([scaled(scale)])), canvas_width: 1280, canvas_height: 720 }
      await writeFile(join(path, 'clip_a_0_keypoints.json'), JSON.stringify(told))
      expectPixels((await readOpenPoseClip(path)).clip.keypoints)
    })

    it('are pixels whatever picture is told, which is doubted where they are outside', async () => {
      const path = await clipFolder('pixels', { 0: [signer] })
      expect((await readOpenPoseClip(path, { picture })).clip.keypoints).toEqual(signer)
      const { clip, detection } = await readOpenPoseClip(path, { picture: { width: 320, height: 240 } })
      expect(clip.keypoints).toEqual(signer)
      expect(detection.notes).toEqual(["50 of 50 points lie outside the picture of 320 x 240: is that the video's size?"])
    })
  })

  it('names the folder for clips that are mixed, empty, absent or of nobody', async () => {
    const mixed = await clipFolder('mixed', { 0: [signer] })
    await writeFile(join(mixed, 'other_1_keypoints.json'), openPoseJson([signer]))
    await expect(readOpenPoseClip(mixed)).rejects.toThrow(/mixed: wanted the frames of one clip, .*'clip_a_0_.*' and 'other_1_/)
    const twice = await clipFolder('twice', { '1': [signer], '01': [signer] })
    await expect(readOpenPoseClip(twice)).rejects.toThrow(/each number once/)
    const far = await clipFolder('far', { '99999999999': [signer] })
    await expect(readOpenPoseClip(far)).rejects.toThrow(/wanted a frame number up to 2147483646, got 99999999999/)
    await mkdir(join(folder, 'empty'))
    await expect(readOpenPoseClip(join(folder, 'empty'))).rejects.toThrow(
      /empty: wanted files named <stem>_<digits>_keypoints.json, got none/,
    )
    await expect(readOpenPoseClip(join(folder, 'none'))).rejects.toThrow(/none: wanted to read it/)
    await expect(readOpenPoseClip(await clipFolder('nobody', { 0: [], 1: [] }))).rejects.toThrow(/nobody: wanted a person .* got none in 2/)
  })
})

describe.skipIf(!existsSync(published))('the published clips', () => {
  it.each([
    ['_2FBDaOPYig_3-3-rgb_front', 109],
    ['_2FBDaOPYig_4-3-rgb_front', 62],
  ])('%s is read whole', async (name, frames) => {
    const { clip, detection } = await readOpenPoseClip(join(published, name))
    expect(clip).toMatchObject({ name, frames })
    expect(detection).toMatchObject({ files: frames, empty: 0, absent: 0, several: 0 })
  })
})
