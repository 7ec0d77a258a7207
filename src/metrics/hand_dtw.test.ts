import { describe, expect, it } from 'vitest'
import { arms, COORDS, joint } from '../motion/skeleton.js'
import { handDtw, signingArms } from './hand_dtw.js'
import { walk } from './series.testing.js'

const FRAMES = 6
/** Every joint in a place of its own; `at` moves joints. */
function motion(at: (frame: number, joint: number, axis: number) => number = () => 0, frames = FRAMES) {
  const joints = Float32Array.from({ length: frames * COORDS }, (_, i) => {
    const [frame, index, axis] = [Math.floor(i / COORDS), Math.floor((i % COORDS) / 3), i % 3]
    return 0.01 * index + at(frame, index, axis)
  })
  return { joints, frames }
}
const inHand = (root: number, index: number) => index >= root && index <= root + 20
/** The fingers of hands that open and close; each frame differs from the others. */
const fingering =
  (...roots: number[]) =>
  (frame: number, index: number) =>
    roots.some((root) => inHand(root, index) && index > root) ? 0.05 * Math.sin(frame) * ((index % 4) + 1) : 0
const [right, left] = [joint.rightHand, joint.leftHand]

describe('handDtw', () => {
  it('does not see where the hand is', () => {
    const reference = motion(fingering(right))
    const elsewhere = motion((frame, index) => fingering(right)(frame, index) + (inHand(right, index) ? 0.1 * frame + 0.3 : 0))
    expect(handDtw(reference, elsewhere)).toBeCloseTo(0, 5)
  })

  it('is the L1 sum over a hand’s coordinates, a frame of the reference and a hand that signs', () => {
    const one = motion(fingering(right))
    const both = motion(fingering(right, left))
    // Every fingertip of the right hand, index 4, 8, … of it, 0.2 off along one axis.
    const off = (frames: ReturnType<typeof motion>) => ({
      ...frames,
      joints: frames.joints.map((value, i) => {
        const index = Math.floor((i % COORDS) / 3)
        return inHand(right, index) && index > right && (index - right) % 4 === 0 && i % 3 === 1 ? value + 0.2 : value
      }),
    })
    expect(handDtw(one, off(one))).toBeCloseTo(5 * 0.2, 5)
    expect(handDtw(both, off(both))).toBeCloseTo((5 * 0.2) / 2, 5)
  })

  it('evens out tempo', () => {
    const slow = motion((frame, index) => fingering(right)(Math.floor(frame / 2), index), 2 * FRAMES)
    expect(handDtw(motion(fingering(right)), slow)).toBeCloseTo(0, 6)
  })

  it('leaves out a hand at rest in the reference, whatever is made of it, and has no number where both are', () => {
    const reference = motion(fingering(right))
    const waving = motion((frame, index) => fingering(right)(frame, index) + (inHand(left, index) ? 0.2 * Math.cos(3 * frame + index) : 0))
    expect(signingArms(reference).map(({ hand }) => hand)).toEqual([right])
    expect(handDtw(reference, waving)).toBe(0)
    expect(handDtw(motion(), reference)).toBeNaN()
  })

  it('counts a hand that only travels, and none that only trembles', () => {
    const carried = motion((frame, index) => (index === joint.leftWrist || inHand(left, index) ? 0.03 * frame : 0))
    expect(signingArms(carried)).toEqual([arms[1]])
    const noise = walk(3, FRAMES, COORDS).values
    const trembling = motion((frame, index, axis) => 1e-4 * noise[frame * COORDS + index * 3 + axis]!)
    expect(signingArms(trembling)).toEqual([])
  })

  it('refuses a motion without frames, naming the side', () => {
    const none = { joints: new Float32Array(), frames: 0 }
    expect(() => handDtw(motion(), none)).toThrow('DTW hypothesis: wanted at least one frame')
    expect(() => handDtw(none, motion())).toThrow('DTW reference: wanted at least one frame')
  })
})
