import { expect, it } from 'vitest'
import { encodePose, poseOfMotion } from '../../formats/pose/write.js'
import { signer } from '../../outputs/signer.testing.js'
import { motionsOfFile } from './dropped.js'

const motion = signer(5)

it('reads what the page writes as .pose', () => {
  const [back] = motionsOfFile('rain.pose', encodePose(poseOfMotion(motion)))
  expect([back!.name, back!.frames, back!.fps]).toEqual(['rain.pose', 5, 25])
  expect(back!.joints).toHaveLength(5 * 150)
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
