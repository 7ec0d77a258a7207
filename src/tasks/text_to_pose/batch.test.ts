import { describe, expect, it } from 'vitest'
import { inputNumbers, type ModelConfig, outputNumbers, presets } from '../../model/config.js'
import type { Clip } from '../../motion/clip.js'
import { COORDS } from '../../motion/skeleton.js'
import { padded } from '../../ops/parameter.js'
import { Vocabulary } from '../../text/vocabulary.js'
import { batchArrays } from './batch.js'

const LENGTH = 8
const clip = (frames: number): Clip => {
  const joints = Float32Array.from({ length: frames * COORDS }, (_, i) => Math.sin(i + frames))
  return { name: 'a clip', language: 'GSL', text: 'w0', joints, frames, fps: 25 }
}
const clips = [clip(6), clip(LENGTH), clip(1)]

function lay(overrides: Partial<ModelConfig>, startFrames: readonly (Float32Array | undefined)[] = []) {
  const config = { ...presets.tiny, ...overrides, maxFrames: LENGTH }
  const vocabulary = Vocabulary.build(['w0'], 'whitespace')
  const centre = Float32Array.from({ length: COORDS + 1 }, (_, i) => (i < COORDS ? 0.01 * i : 0))
  const scale = Float32Array.from({ length: COORDS + 1 }, (_, i) => 0.5 + 0.01 * i)
  const startFrame = Float32Array.from({ length: COORDS }, (_, i) => Math.cos(i))
  const group = { language: 'GSL', config, vocabulary, startFrame, scaling: { centre, scale }, fps: 25 }
  const samples = clips.map((one, b) => ({
    clip: one,
    ids: vocabulary.encode('w0'),
    ...(startFrames[b] && { startFrame: startFrames[b] }),
  }))
  const arrays = batchArrays(samples, { batch: clips.length, target: LENGTH, source: 4 }, group, { padding: 'per-sample' })
  const seen = (frame: Float32Array) => [...frame].map((value, i) => Math.fround((value - centre[i]!) / scale[i]!))
  const at = ({ joints, frames }: Clip, t: number) => seen(joints.subarray(Math.min(t, frames - 1) * COORDS).subarray(0, COORDS))
  return { ...arrays, config, at, seen, start: seen(startFrame), counter: (t: number, n: number) => Math.fround(t / n / scale[COORDS]!) }
}

/** A row without its padding, which must hold zeros. */
function rowOf(array: Float32Array, row: number, numbers: number): number[] {
  const stride = padded(numbers)
  const all = [...array.subarray(row * stride, (row + 1) * stride)]
  expect(all.slice(numbers)).toEqual(new Array(stride - numbers).fill(0))
  return all.slice(0, numbers)
}

describe.each([
  ['plain prediction', {}],
  ['future prediction', { futureFrames: 3 }],
  ['counters alone', { justCounter: true }],
])('a batch for %s', (_, overrides) => {
  const { frames, goal, config, at, start, counter } = lay(overrides)

  it('asks after each frame for it and those after it, the last one held, with the counter it reaches', () => {
    clips.forEach((one, b) => {
      for (let t = 0; t < LENGTH; t++) {
        const ahead = Array.from({ length: Math.max(1, config.futureFrames) }, (_, k) => at(one, t + k)).flat()
        const expected = t < one.frames ? [...ahead, counter(t + 1, one.frames)] : new Array(outputNumbers(config)).fill(0)
        expect(rowOf(goal, b * LENGTH + t, outputNumbers(config))).toEqual(expected)
      }
    })
  })

  it('shows the frame before, the start frame first, with the counter so far', () => {
    clips.forEach((one, b) => {
      for (let t = 0; t < LENGTH; t++) {
        const before = config.justCounter ? [] : t === 0 ? start : at(one, t - 1)
        const expected = t < one.frames ? [...before, counter(t, one.frames)] : new Array(inputNumbers(config)).fill(0)
        expect(rowOf(frames, b * LENGTH + t, inputNumbers(config))).toEqual(expected)
      }
    })
  })
})

it('a sample that has a start frame of its own starts there, the others at the group’s', () => {
  const own = new Float32Array(COORDS).fill(0.5)
  const { frames, start, seen } = lay({}, [own, undefined, undefined])
  const first = (b: number) => rowOf(frames, b * LENGTH, COORDS + 1).slice(0, COORDS)
  expect([first(0), first(1)]).toEqual([seen(own), start])
})
