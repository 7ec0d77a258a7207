import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { keypointClip } from '../formats/detections.testing.js'
import { keypointHdf5Writer } from '../formats/hdf5/keypoints.js'
import { readMotionHdf5 } from '../formats/hdf5/motions.js'
import { boneLengthSpread } from '../motion/bone_lengths.js'
import { exchangeHands } from '../motion/hand_owners.js'
import { joint } from '../motion/skeleton.js'
import { all, interruptedAfter, silent } from './clips.testing.js'
import { dataLift } from './data_lift.js'

const folder = await mkdtemp(join(tmpdir(), 'lift-'))
afterAll(() => rm(folder, { recursive: true }))
const clips = join(folder, 'clips.h5')
const writer = await keypointHdf5Writer(clips)
for (const [seed, name] of ['a', 'b', 'c'].entries()) await writer.add(keypointClip(name, 4 + seed, seed, [0, 2, 3, 4, 5, 6, 7]))
const headless = keypointClip('headless', 3, 9)
for (let t = 0; t < 3; t++) headless.keypoints.fill(0, t * 150 + joint.leftShoulder * 3, t * 150 + joint.leftShoulder * 3 + 3)
await writer.add(headless)
await writer.close()

describe('dataLift', () => {
  it('goes on after an interruption to the same motions, whose bones keep their length', async () => {
    const [whole, out] = [join(folder, 'whole.h5'), join(folder, 'out.h5')]
    const settings = { in: clips, iterations: 10, fps: 12, stream: silent }
    const summary = await dataLift({ ...settings, out: whole })
    expect(summary).toMatchObject({
      clips: 3,
      resumed: 0,
      broken: [{ name: 'headless', problem: expect.stringMatching(/both shoulders/) }],
    })
    const motions = await all(readMotionHdf5(whole))
    // The gap after the first frame is part of the time.
    expect(motions.map(({ name, frames, fps }) => [name, frames, fps])).toEqual([
      ['a', 3, 12],
      ['b', 3, 12],
      ['c', 4, 12],
    ])
    for (const motion of motions) expect(Math.max(...boneLengthSpread(motion))).toBeLessThan(1e-4)

    await expect(dataLift({ ...settings, out, ...interruptedAfter(1) })).rejects.toThrow('interrupted')
    expect([existsSync(out), existsSync(`${out}.partial`)]).toEqual([false, true])
    await expect(dataLift({ ...settings, out, mode: 'descent', resume: true })).rejects.toThrow(
      /wanted `mode` as when the file was started/,
    )
    expect(await dataLift({ ...settings, out, resume: true })).toMatchObject({ clips: 3, resumed: 1 })
    expect(await all(readMotionHdf5(out))).toEqual(motions)
    await expect(dataLift({ ...settings, in: out, out: join(folder, 'twice.h5') })).rejects.toThrow(
      /out\.h5: a: wanted keypoints, got joints/,
    )
    expect(existsSync(join(folder, 'twice.h5.partial'))).toBe(false)
  })

  it('gives hands back that are on the wrong arms in a file of keypoints, and says so', async () => {
    const [straight, exchanged] = [join(folder, 'straight.h5'), join(folder, 'exchanged.h5')]
    const clip = keypointClip('a', 4, 3)
    const keypoints = clip.keypoints.slice()
    for (let t = 0; t < 4; t++) exchangeHands(keypoints, t)
    for (const [path, one] of [
      [straight, clip],
      [exchanged, { ...clip, keypoints }],
    ] as const) {
      const store = await keypointHdf5Writer(path)
      await store.add(one)
      await store.close()
    }
    const [wanted, got] = [join(folder, 'straight_lifted.h5'), join(folder, 'exchanged_lifted.h5')]
    await dataLift({ in: straight, out: wanted, iterations: 5, stream: silent })
    const { notes } = await dataLift({ in: exchanged, out: got, iterations: 5, stream: silent })
    expect(notes).toEqual(["a: left and right hand exchanged in 4 of 4 frames: each began at the other's wrist"])
    expect(await all(readMotionHdf5(got))).toEqual(await all(readMotionHdf5(wanted)))
  })

  it('says once for all clips alike what was never seen in them', async () => {
    const [few, out] = [join(folder, 'few.h5'), join(folder, 'few_lifted.h5')]
    const store = await keypointHdf5Writer(few)
    for (const [seed, name] of ['a', 'b', 'c', 'd', 'both', 'armless'].entries()) {
      const clip = keypointClip(name, 3, seed)
      const first = name === 'both' ? undefined : name === 'armless' ? joint.leftElbow : joint.leftHand
      if (first !== undefined) for (let t = 0; t < 3; t++) clip.keypoints.fill(0, (t * 50 + first) * 3, (t * 50 + joint.rightHand) * 3)
      await store.add(clip)
    }
    await store.close()
    let told = ''
    const { notes } = await dataLift({ in: few, out, iterations: 5, stream: { write: (text) => (told += text) } })
    expect(notes).toEqual([
      'a, b, c and 1 more: never visible, put in a rest position: left hand',
      'armless: never visible, put in a rest position: left elbow, left wrist, left hand',
    ])
    for (const note of notes) expect(told).toContain(`${note}\n`)
  })
})
