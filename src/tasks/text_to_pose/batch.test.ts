import { describe, expect, it } from 'vitest'
import { detected } from '../../data/layouts/dwpose.testing.js'
import { inputNumbers, type ModelConfig, outputNumbers, presets } from '../../model/config.js'
import { frameNumbers } from '../../model/frame_columns.js'
import { rawFrames } from '../../model/frame_scaling.js'
import type { Clip } from '../../motion/clip.js'
import { COORDS } from '../../motion/skeleton.js'
import { padded } from '../../ops/parameter.js'
import { Vocabulary } from '../../text/vocabulary.js'
import { batchArrays } from './batch.js'
import { BatchMemory } from './batch_memory.js'

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

describe('a batch of points that may be unseen', () => {
  // What was not seen lies somewhere all the same.
  const points = clips
    .map((one, b) => detected({ ...one, name: `${b}` }, b + 1))
    .map((one) => ({ ...one, joints: one.joints.map((place) => place + 1) }))
  const sized = { ...presets.tiny, layout: 'dwpose-128', maxFrames: LENGTH } as const
  const config = { ...sized, numbers: frameNumbers(sized) }
  const vocabulary = Vocabulary.build(['w0'], 'whitespace')
  const scaling = rawFrames(config.numbers)
  const group = { language: 'GSL', config, vocabulary, startFrame: new Float32Array(config.numbers), scaling, fps: 25 }
  const of = (some: readonly Clip[], memory?: BatchMemory) =>
    batchArrays(
      some.map((one) => ({ clip: one, ids: vocabulary.encode('w0') })),
      { batch: some.length, target: LENGTH, source: 4 },
      group,
      { padding: 'per-sample', ...(memory && { memory }) },
    )

  it('has 1 where a number counts, 0 in the goal where a point was not seen, and clips weigh by how many numbers count', () => {
    const { goal, seen, coefficient } = of(points)
    points.forEach(({ joints, confidence, frames }, b) => {
      let counted = 0
      for (let t = 0; t < LENGTH; t++) {
        const row = rowOf(seen!, b * LENGTH + t, outputNumbers(config))
        const expected = row.map((_, i) => {
          if (t >= frames) return 0
          return i === config.numbers || confidence![t * 128 + Math.floor(i / 2)]! > 0 ? 1 : 0
        })
        expect(row).toEqual(expected)
        counted += row.reduce((sum, one) => sum + one, 0)
        const places = rowOf(goal, b * LENGTH + t, outputNumbers(config)).slice(0, config.numbers)
        expect(places).toEqual(places.map((_, i) => (expected[i] === 1 ? joints[t * config.numbers + i] : 0)))
      }
      expect(coefficient[b]).toBe(Math.fround(1 / (points.length * counted)))
    })
    expect(points[0]!.confidence!.includes(0)).toBe(true)
  })

  it('is the same in memory that another batch was laid out in', () => {
    const memory = new BatchMemory()
    const large = of(points, memory)
    expect(large).toEqual(of(points))
    const small = of(points.slice(2), memory)
    expect(small).toEqual(of(points.slice(2)))
    expect(small.goal.buffer).toBe(large.goal.buffer)
  })
})
