import { describe, expect, it } from 'vitest'
import { Random } from '../base/random.js'
import * as reference from '../reference/frame_augment.js'
import { colourMatrix, unchangedColours } from './colours.js'
import { chosenFrames, evaluationChoice, trainingChoice } from './frame_choice.js'
import { packFrames } from './pack.js'
import { drawAugmentation, frameTransform, noAugmentation, publishedAugmentation } from './transforms.js'

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)

describe('the frames that are taken', () => {
  it('are every second one, without some at the ends, and of many a random part in order', () => {
    expect(chosenFrames(9, evaluationChoice, new Random(1))).toEqual([0, 2, 4, 6, 8])
    expect(chosenFrames(12, { stride: 2, start: 3, end: 2, most: 256 }, new Random(1))).toEqual([3, 5, 7, 9])
    const many = chosenFrames(2000, evaluationChoice, new Random(1))
    expect(many).toHaveLength(256)
    expect(many).toEqual([...new Set(many)].sort((a, b) => a - b))
    expect(many.every((frame) => frame % 2 === 0 && frame < 2000)).toBe(true)
    expect(many).toEqual(chosenFrames(2000, evaluationChoice, new Random(1)))
    expect(many).not.toEqual(chosenFrames(2000, evaluationChoice, new Random(2)))
  })

  it('are as likely from anywhere', () => {
    const early = upTo(50).map((seed) => chosenFrames(4000, evaluationChoice, new Random(seed)).filter((frame) => frame < 2000).length)
    // 128 in the mean, give or take 8 in each, 1.1 in the mean of 50.
    expect(Math.abs(early.reduce((a, b) => a + b, 0) / 50 - 128)).toBeLessThan(5)
  })

  it('are at least one of any video that has frames', () => {
    for (const count of [1, 2, 3, 4, 5, 6, 7, 30, 600])
      for (const [start, end] of [
        [0, 0],
        [3, 4],
        [0, 4],
        [2, 0],
      ] as const)
        expect(chosenFrames(count, { stride: 2, start, end, most: 40 }, new Random(3)).length, `${count} ${start} ${end}`).toBeGreaterThan(
          0,
        )
    expect(chosenFrames(0, evaluationChoice, new Random(3))).toEqual([])
  })

  it('of training begin and end a little later or earlier', () => {
    const choices = upTo(200).map((seed) => trainingChoice(new Random(seed)))
    expect([...new Set(choices.map(({ start }) => start))].sort()).toEqual([0, 1, 2, 3])
    expect([...new Set(choices.map(({ end }) => end))].sort()).toEqual([0, 1, 2, 3, 4])
  })
})

/** Where the middle of a pixel of the square lies in the frame. */
function placed(transform: Float32Array, column: number, row: number): [number, number] {
  const [a, b, c, d, e, f] = transform as unknown as [number, number, number, number, number, number]
  return [a * column + b * row + c, d * column + e * row + f]
}

describe('the way a frame is drawn', () => {
  const frame = { width: 210, height: 260 }
  const close = (got: readonly number[], want: readonly number[]) =>
    expect(Math.max(...got.map((v, i) => Math.abs(v - want[i]!)))).toBeLessThan(1e-3)

  it('is the whole of it in evaluation, aspect not kept', () => {
    const plain = frameTransform(frame, 224)
    close(placed(plain, 0, 0), [0, 0])
    close(placed(plain, 224, 224), [210, 260])
    close([...plain.subarray(6, 18)], [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0])
    close([...plain.subarray(18)], [0.485, 0.456, 0.406, 1 / 0.229, 1 / 0.224, 1 / 0.225])
  })

  it('is mirrored, cropped and turned about the middle', () => {
    const mirrored = frameTransform(frame, 224, { ...noAugmentation, mirrored: true })
    close(placed(mirrored, 0, 0), [210, 0])
    const crop = { left: 0.1, top: 0.2, width: 0.5, height: 0.4 }
    close(placed(frameTransform(frame, 224, { ...noAugmentation, crop }), 0, 224), [21, 156])
    close(placed(frameTransform(frame, 224, { ...noAugmentation, crop, mirrored: true }), 224, 0), [21, 52])
    const turned = frameTransform(frame, 224, { ...noAugmentation, angle: 90 })
    close(placed(turned, 112, 112), [105, 130])
    // A quarter turn brings what was below to the left.
    close(placed(turned, 112, 224), [105 - 130, 130])
  })

  it('is drawn within what is published, as often as published', () => {
    const drawn = upTo(4000).map((seed) => drawAugmentation(new Random(seed), publishedAugmentation))
    const share = (of: (one: (typeof drawn)[number]) => boolean) => drawn.filter(of).length / drawn.length
    expect(share(({ angle }) => angle !== 0)).toBeCloseTo(0.3, 1)
    expect(share(({ mirrored }) => mirrored)).toBeCloseTo(0.5, 1)
    expect(share(({ colours }) => colours.brightness !== 1)).toBeCloseTo(0.3, 1)
    expect(share(({ colours }) => colours.grey)).toBeCloseTo(0.2, 1)
    for (const { angle, crop } of drawn) {
      expect(Math.abs(angle)).toBeLessThanOrEqual(5)
      expect(crop.width * crop.height).toBeGreaterThanOrEqual(0.875 - 1e-9)
      expect(crop.left + crop.width).toBeLessThanOrEqual(1 + 1e-9)
      expect(crop.top + crop.height).toBeLessThanOrEqual(1 + 1e-9)
      expect(crop.width / crop.height).toBeGreaterThan(0.9 - 1e-9)
      expect(crop.width / crop.height).toBeLessThan(1.1 + 1e-9)
    }
  })
})

describe('changes of colours', () => {
  const change = (matrix: readonly number[], rgb: readonly number[]) =>
    [0, 1, 2].map((row) => rgb.reduce((sum, v, i) => sum + matrix[4 * row + i]! * v, matrix[4 * row + 3]!))
  const near = (got: readonly number[], want: readonly number[]) =>
    expect(Math.max(...got.map((v, i) => Math.abs(v - want[i]!)))).toBeLessThan(1e-6)
  const rgb = [0.2, 0.6, 0.9]

  it('leave colours alone, scale them, and bring them to and from grey', () => {
    near(change(colourMatrix(unchangedColours), rgb), rgb)
    near(change(colourMatrix({ ...unchangedColours, brightness: 1.2 }), rgb), [0.24, 0.72, 1.08])
    near(change(colourMatrix({ ...unchangedColours, contrast: 0.5 }), rgb), [0.35, 0.55, 0.7])
    const luma = 0.299 * 0.2 + 0.587 * 0.6 + 0.114 * 0.9
    near(change(colourMatrix({ ...unchangedColours, grey: true }), rgb), [luma, luma, luma])
    near(
      change(colourMatrix({ ...unchangedColours, saturation: 0.5 }), rgb),
      rgb.map((v) => (v + luma) / 2),
    )
  })

  it('turn hues, and leave greys', () => {
    near(change(colourMatrix({ ...unchangedColours, hue: 1 / 3 }), [1, 0, 0]), [0, 1, 0])
    near(change(colourMatrix({ ...unchangedColours, hue: 0.1 }), [0.4, 0.4, 0.4]), [0.4, 0.4, 0.4])
  })

  it('come one after the other', () => {
    const both = change(colourMatrix({ ...unchangedColours, brightness: 2, contrast: 0.5 }), rgb)
    near(both, [0.45, 0.85, 1.15])
  })
})

describe('packed frames', () => {
  const frame = (width: number, height: number) => ({
    width,
    height,
    rgba: Uint8Array.from({ length: 4 * width * height }, (_, i) => i % 251),
    transform: frameTransform({ width, height }, 2),
  })

  it('lie one behind the other, each with its place', () => {
    const { pixels, places, transforms } = packFrames([frame(3, 2), frame(1, 5)], 3, 12, 'clip')
    expect([...places]).toEqual([0, 3, 2, 0, 6, 1, 5, 0, 0, 0, 0, 0])
    expect([...new Uint8Array(pixels.buffer).subarray(24, 28)]).toEqual([0, 1, 2, 3])
    expect(transforms[24]).toBeCloseTo(0.5)
    const drawn = reference.frameAugment({ ...frame(3, 2), transform: Float64Array.from(transforms.subarray(0, 24)) }, 2)
    expect(drawn.every(Number.isFinite)).toBe(true)
  })

  it('are refused where they do not fit', () => {
    expect(() => packFrames([frame(3, 2)], 1, 5, 'clip')).toThrow('clip: wanted up to 1 frames of 5 pixels in all, got 1 of 6')
  })
})
