import { expect, it } from 'vitest'
import { joined } from './growing.js'

it('joins the pieces of a motion in their order, with what was seen of them', () => {
  const piece = (first: number, frames: number) => ({
    joints: Float32Array.from({ length: 4 * frames }, (_, i) => first + i),
    confidence: new Float32Array(2 * frames).fill(first),
    frames,
    fps: 25,
    layout: 'dwpose-128' as const,
  })
  const whole = [piece(0, 1), piece(4, 2), piece(12, 1)].reduce<ReturnType<typeof joined> | undefined>(joined, undefined)
  expect(whole).toEqual({ ...piece(0, 4), confidence: Float32Array.of(0, 0, 4, 4, 4, 4, 12, 12) })
})
