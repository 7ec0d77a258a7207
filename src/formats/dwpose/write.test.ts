import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { KEYPOINT } from '../../motion/keypoints.js'
import { layouts } from '../../motion/layout/layouts.js'
import { toDwpose } from '../../motion/layout/to_dwpose.js'
import { rigidMotion } from '../../motion/rig.testing.js'
import { COORDS, JOINTS } from '../../motion/skeleton.js'
import { readZip } from '../zip.js'
import { readDwposeFrames } from './frames.js'
import { dwposeJoints } from './person.js'
import { readDwposeVideo } from './video.js'
import { writeDwposeFrames, writeDwposeVideo } from './write.js'

const folder = await mkdtemp(join(tmpdir(), 'dwpose-write-'))
const motion = { ...rigidMotion(6, 1), fps: 25 }

describe('writeDwposeVideo', () => {
  it('writes what is read back as the motion in the picture', async () => {
    const path = join(folder, 'hello.poses.npz')
    await writeDwposeVideo(path, motion)
    const { id, fps, totalFrames, picture, frames, notes } = await readDwposeVideo(path)
    expect([id, fps, totalFrames, picture, notes]).toEqual(['hello', 25, 6, { width: 512, height: 512 }, []])
    for (const [t, { people: seen }] of frames.entries()) {
      const joints = dwposeJoints(seen[0]!, picture)
      for (let j = 0; j < JOINTS; j++) {
        const [from, to] = [t * COORDS + 3 * j, j * KEYPOINT]
        expect(joints[to]).toBeCloseTo(256 + 384 * motion.joints[from]!, 2)
        expect(joints[to + 1]).toBeCloseTo(160 + 384 * motion.joints[from + 1]!, 2)
        expect(joints[to + 2]).toBe(1)
      }
    }
    const { people } = frames[0]!
    // Hips, legs, eyes and ears are not there; nor is a face.
    for (const point of [8, 13, 17, 60, 127]) expect([...people[0]!.subarray(point * 3, point * 3 + 3)]).toEqual([0, 0, 0])
  })

  it('has the arrays in their order, stored, in plain numbers', async () => {
    const path = join(folder, 'rain/npz/poses.npz')
    await writeDwposeVideo(path, { ...motion, fps: 29.97 })
    const bytes = await readFile(path)
    const names = ['video_id', 'fps', 'total_frames', 'frame_widths', 'frame_heights', 'frame_indices', 'frame_payloads']
    expect(readZip(bytes, path).map(({ name }) => name)).toEqual(names.map((name) => `${name}.npy`))
    expect((await readDwposeVideo(path)).fps).toBe(29.97)
    expect((await readDwposeVideo(path)).id).toBe('rain')
  })

  it('keeps what points of a motion were not seen, and takes a frame of none for nobody', async () => {
    const points = layouts['dwpose-128'].points
    const flat = toDwpose(motion)
    const confidence = flat.confidence!.slice()
    confidence.fill(0, 2 * points, 3 * points)
    confidence.set([0], 4)
    confidence.set([0.4], 20)
    const path = join(folder, 'some.poses.npz')
    await writeDwposeVideo(path, { ...flat, confidence })
    const { frames } = await readDwposeVideo(path)
    expect(frames.map(({ people }) => people.length)).toEqual([1, 1, 0, 1, 1, 1])
    const [one] = frames[0]!.people
    expect([...one!.subarray(12, 15)]).toEqual([0, 0, 0])
    expect(one![20 * 3 + 2]).toBeCloseTo(0.4, 6)
  })

  it('refuses other layouts and broken numbers', async () => {
    const { points, dims } = layouts['slrtp-178']
    const other = { layout: 'slrtp-178' as const, joints: new Float32Array(points * dims), frames: 1, fps: 25 }
    await expect(writeDwposeVideo(join(folder, 'x.poses.npz'), other)).rejects.toThrow(
      /wanted a motion of skeleton-50 or dwpose-128, got one of slrtp-178/,
    )
    const broken = { ...motion, joints: motion.joints.map((value, i) => (i === 3 ? Number.NaN : value)) }
    await expect(writeDwposeVideo(join(folder, 'x.poses.npz'), broken)).rejects.toThrow(/wanted finite coordinates, got NaN in frame 0/)
  })
})

describe('writeDwposeFrames', () => {
  it('writes the same frames, a file each, in place of older ones', async () => {
    const path = join(folder, 'clip.dwpose')
    await writeDwposeFrames(path, { ...motion, joints: new Float32Array([...motion.joints, ...motion.joints]), frames: 12 })
    await writeDwposeFrames(path, motion)
    expect(await readdir(path)).toHaveLength(6)
    const video = join(folder, 'same.poses.npz')
    await writeDwposeVideo(video, motion)
    const [frames, whole] = [await readDwposeFrames(path), await readDwposeVideo(video)]
    expect([frames.frames, frames.picture, frames.id]).toEqual([whole.frames, whole.picture, 'clip.dwpose'])
  })
})
