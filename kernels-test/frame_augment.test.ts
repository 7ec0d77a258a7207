import { describe, expect, it } from 'vitest'
import { Random } from '../src/base/random.js'
import { frameAugment } from '../src/kernels/frame_augment.js'
import * as reference from '../src/reference/frame_augment.js'
import { expectClose, runKernel } from './harness.js'

const PLAIN_COLOUR = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]
const AS_IT_IS = [0, 0, 0, 1, 1, 1]

function someFrame(width: number, height: number, map: readonly number[], colour: readonly number[] = PLAIN_COLOUR): reference.GivenFrame {
  const random = new Random(width * 31 + height)
  const rgba = Uint8Array.from({ length: 4 * width * height }, () => random.below(256))
  return { width, height, rgba, transform: Float64Array.from([...map, ...colour, ...AS_IT_IS], Math.fround) }
}

const resize = (width: number, height: number, size: number) => [width / size, 0, 0, 0, height / size, 0]

function run(frames: readonly reference.GivenFrame[], size: number, nowhere = 0) {
  const places = new Uint32Array(4 * (frames.length + nowhere))
  const transforms = new Float32Array(24 * (frames.length + nowhere)).fill(Number.NaN)
  const pixels: number[] = []
  frames.forEach(({ width, height, rgba, transform }, i) => {
    places.set([pixels.length, width, height, 0], 4 * i)
    transforms.set(transform, 24 * i)
    pixels.push(...new Uint32Array(rgba.buffer))
  })
  const count = frames.length + nowhere
  return runKernel(
    frameAugment,
    { pixels: Uint32Array.from(pixels), places, transforms, y: count * 3 * size * size },
    { frames: count, size },
  )
}

// 20 additions of products of weights, of numbers up to 1; where (u, v) lies is rounded, too: by up to 4 ulps of the frame's size, each of
// which moves a colour by as much, and twice that where neighbours differ most.
const ulps = (frame: reference.GivenFrame) => 40 + 8 * Math.max(frame.width, frame.height)

describe('frame_augment', () => {
  const [turned, mirrored] = [
    [0.9, 0.2, -0.53, -0.2, 0.8, 1.513],
    [-1.3, 0, 13, 0, 1.1, 0.4],
  ]
  const jittered = [0.5, 0.3, 0.1, 0.2, -0.2, 1.4, 0.1, 0, 0.3, 0.3, 0.3, -0.1]
  const cases = {
    'one pixel': [someFrame(1, 1, resize(1, 1, 1))],
    'pixels as they are': [someFrame(8, 8, resize(8, 8, 8))],
    'growing, aspect not kept': [someFrame(5, 9, resize(5, 9, 13))],
    'shrinking, an odd share': [someFrame(37, 29, resize(37, 29, 8))],
    'turned, partly outside': [someFrame(11, 12, turned!)],
    'mirrored, with changed colours': [someFrame(13, 7, mirrored!, jittered)],
    'several, each of its own size': [
      someFrame(6, 4, resize(6, 4, 7)),
      someFrame(9, 3, turned!, jittered),
      someFrame(2, 21, resize(2, 21, 7)),
    ],
  }
  for (const [name, frames] of Object.entries(cases)) {
    it(`matches the reference: ${name}`, async () => {
      const size = { 'one pixel': 1, 'pixels as they are': 8, 'growing, aspect not kept': 13, 'shrinking, an odd share': 8 }[name] ?? 7
      const { y } = await run(frames, size)
      const each = 3 * size * size
      frames.forEach((frame, i) => {
        const want = reference.frameAugment(frame, size)
        expectClose(`y of frame ${i}`, y.slice(i * each, (i + 1) * each), want, { ulps: ulps(frame), scale: 2 })
      })
    })
  }

  it('leaves pixels alone where nothing changes, and normalises', async () => {
    const frame = someFrame(4, 4, resize(4, 4, 4))
    frame.transform.set([0.5, 0.25, 0.125, 2, 4, 8], 18)
    const { y } = await run([frame], 4)
    for (let k = 0; k < 3; k++)
      for (let i = 0; i < 16; i++) {
        const want = (frame.rgba[4 * i + k]! / 255 - frame.transform[18 + k]!) * frame.transform[21 + k]!
        expect(Math.abs(y[16 * k + i]! - want)).toBeLessThan(1e-6)
      }
  })

  it('mirrors exactly', async () => {
    const [plain, mirror] = [someFrame(6, 6, [1, 0, 0, 0, 1, 0]), someFrame(6, 6, [-1, 0, 6, 0, 1, 0])]
    const [a, b] = [await run([plain], 6), await run([mirror], 6)]
    for (let line = 0; line < 18; line++)
      expect([...b.y.subarray(6 * line, 6 * line + 6)].reverse()).toEqual([...a.y.subarray(6 * line, 6 * line + 6)])
  })

  it('draws black outside, and zeros for no frame, whatever its transform', async () => {
    const away = someFrame(3, 3, [1, 0, 100, 0, 1, 0])
    const { y } = await run([away], 2, 1)
    expect([...y]).toEqual(new Array(24).fill(0))
  })

  it('takes the mean of all that a pixel covers', async () => {
    const { y } = await run([someFrame(64, 64, resize(64, 64, 1))], 1)
    // Noise of 4096 pixels: a sample of four would be off by a tenth.
    expect(Math.abs(y[0]! - 0.5)).toBeLessThan(0.02)
  })
})
