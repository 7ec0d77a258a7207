import { expect, it } from 'vitest'
import { Random } from '../../base/random.js'
import { encodePose, poseOfMotion } from '../../formats/pose/write.js'
import { layouts } from '../../motion/layout/layouts.js'
import { signer } from '../../outputs/signer.testing.js'
import { motionsOfFile } from './dropped.js'

const motion = signer(5)

it('reads what the page writes as .pose', () => {
  const [back] = motionsOfFile('rain.pose', encodePose(poseOfMotion(motion)))
  expect([back!.name, back!.frames, back!.fps]).toEqual(['rain.pose', 5, 25])
  expect(back!.joints).toHaveLength(5 * 150)
})

it.each(['holistic-543', 'slrtp-178', 'dwpose-128'] as const)('shows a .pose file of %s by its own points, and says so', (layout) => {
  const { points, dims } = layouts[layout]
  const random = Random.for(3, layout)
  const joints = Float32Array.from({ length: 4 * points * dims }, () => random.uniform() - 0.5)
  const [back] = motionsOfFile('own.pose', encodePose(poseOfMotion({ joints, frames: 4, fps: 25, layout })))
  expect([back!.layout, back!.joints.length]).toEqual([layout, joints.length])
  expect(back!.note).toBe(`It is shown by its ${points} points, as ${layout}.`)
})

it('says of a file of other points that the 50 joints of it are shown', () => {
  const pose = poseOfMotion(motion)
  const more = { name: 'HAT', format: 'XYZC', points: ['brim'], limbs: [], colours: [] }
  const { points: count, dims, frames } = pose
  const data = new Float32Array(frames * (count + 1) * dims)
  for (let t = 0; t < frames; t++) data.set(pose.data.subarray(t * count * dims, (t + 1) * count * dims), t * (count + 1) * dims)
  const confidence = new Float32Array(frames * (count + 1)).fill(1)
  const hatted = { ...pose, points: count + 1, components: [...pose.components, more], data, confidence }
  expect(motionsOfFile('hat.pose', encodePose(hatted))[0]!.note).toBe(`Of its ${count + 1} points the 50 joints are shown.`)
})

it('reads the lines of a .skels file, and names the one that is none', () => {
  const frame = (t: number) => [...motion.joints.subarray(t * 150, (t + 1) * 150), t / 5].join(' ')
  const line = [0, 1, 2, 3, 4].map(frame).join(' ')
  const read = motionsOfFile('dev.skels', new TextEncoder().encode(`${line}\n${line}\n`))
  expect(read.map(({ name, frames }) => [name, frames])).toEqual([
    ['dev.skels:1', 5],
    ['dev.skels:2', 5],
  ])
  expect(() => motionsOfFile('dev.skels', new TextEncoder().encode(`${line}\n1 2 3`))).toThrow('dev.skels:2: wanted a multiple of 151')
  expect(() => motionsOfFile('dev.skels', new Uint8Array())).toThrow('an empty file')
})
