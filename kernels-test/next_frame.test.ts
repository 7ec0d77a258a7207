import { describe, expect, it } from 'vitest'
import { counterMode, nextFrame } from '../src/kernels/next_frame.js'
import * as reference from '../src/reference/next_frame.js'
import { expectClose, noise, runKernel } from './harness.js'

const { own, given } = counterMode

type Shape = reference.NextFrameSize

/** The usual case: prediction, input and output alike. */
const alike = (batch: number, capacity: number, stride: number, coords: number): Shape => ({
  batch,
  capacity,
  stride,
  coords,
  predStride: stride,
  predCounter: coords,
  inputStride: stride,
  inputCounter: coords,
  kept: capacity,
})

async function step(state: reference.Decoding, pred: Float64Array, policy: Float64Array, shape: Shape) {
  const { lengths, done, input, frames } = await runKernel(nextFrame, { pred, policy, ...state }, shape)
  return { lengths: new Uint32Array(lengths.buffer), done: new Uint32Array(done.buffer), input, frames }
}

/** One sample of two coordinates and a counter, with room for four frames; what is untouched stays at 7. */
async function stepOne(at: { t: number; done?: number; counter: number; told: number; policy: readonly number[] }) {
  const shape = alike(1, 4, 4, 2)
  const state = {
    lengths: Uint32Array.of(at.t),
    done: Uint32Array.of(at.done ?? 0),
    input: Float64Array.of(7, 7, at.counter, 7),
    frames: new Float64Array(16).fill(7),
  }
  const { lengths, done, input, frames } = await step(
    state,
    Float64Array.of(0.5, -0.5, at.told, Number.NaN),
    Float64Array.from(at.policy),
    shape,
  )
  return { length: lengths[0], done: done[0], input: [...input], frames: [...frames] }
}

// (delta, counterStep, stopAt, mode), all of them exact in float32
const free = [0.125, 0, 0.875, own]

describe('next_frame', () => {
  // A workgroup is 8 lanes of one sample each; samples start at different frames, some done, some with no room left.
  for (const shape of [
    alike(1, 1, 4, 0),
    alike(7, 5, 8, 4),
    alike(8, 5, 8, 5),
    alike(9, 5, 8, 6),
    alike(89, 3, 12, 7),
    alike(8, 20, 152, 150),
    // Future prediction of three frames, and a decoder that sees the counter alone.
    { ...alike(5, 6, 12, 8), predStride: 28, predCounter: 24 },
    { ...alike(5, 6, 12, 8), inputStride: 4, inputCounter: 0 },
    // Only the last frames are kept.
    { ...alike(9, 7, 12, 8), kept: 3 },
    { ...alike(9, 7, 12, 8), kept: 1 },
  ]) {
    it(`matches the reference over three steps at ${Object.values(shape).join('×')}`, async () => {
      const { batch, capacity, stride, predStride, inputStride, kept } = shape
      let wanted: reference.Decoding = {
        lengths: Uint32Array.from({ length: batch }, (_, b) => b % (capacity + 1)),
        done: Uint32Array.from({ length: batch }, (_, b) => (b % 5 === 3 ? b % (capacity + 1) : 0)),
        input: noise(batch * inputStride, 1).map(Math.abs),
        frames: noise(batch * kept * stride, 2),
      }
      let got: Awaited<ReturnType<typeof step>> = {
        ...wanted,
        input: Float32Array.from(wanted.input),
        frames: Float32Array.from(wanted.frames),
      }
      const policy = Float64Array.from({ length: 4 * batch }, (_, i) => [0.03125, 0.0625, 0.9375, (i >> 2) % 3 === 0 ? given : own][i % 4]!)
      for (let k = 0; k < 3; k++) {
        const pred = noise(batch * predStride, 3 + k)
        const before: reference.Decoding = { ...got, input: Float64Array.from(got.input), frames: Float64Array.from(got.frames) }
        got = await step(before, pred, policy, shape)
        wanted = reference.nextFrame(wanted, pred, policy, shape)
        expect(got.lengths).toEqual(wanted.lengths)
        expect(got.done).toEqual(wanted.done)
        // Everything is copied but the counter, to which a step adds once.
        expectClose('input', got.input, wanted.input, { ulps: 3, scale: 1 })
        expectClose('frames', got.frames, wanted.frames, { ulps: 3, scale: 1 })
      }
    })
  }

  it('writes the frame to its place and to the input, the counter replaced and the padding 0', async () => {
    const after = await stepOne({ t: 2, counter: 0.25, told: 0.5, policy: free })
    expect(after.input).toEqual([0.5, -0.5, 0.5, 0])
    expect(after.frames).toEqual([7, 7, 7, 7, 7, 7, 7, 7, 0.5, -0.5, 0.5, 0, 7, 7, 7, 7])
    expect(after).toMatchObject({ length: 3, done: 0 })
  })

  it('moves its own counter by delta where the prediction falls back, and never past stopAt', async () => {
    const counter = async (now: number, told: number) => (await stepOne({ t: 0, counter: now, told, policy: [0.125, 0, 1, own] })).input[2]
    expect(await counter(0.25, 0.1)).toBe(0.375)
    expect(await counter(0.25, 0.75)).toBe(0.75)
    expect(await counter(0.25, 3)).toBe(1)
    expect(await counter(0.9375, 0)).toBe(1)
  })

  it('keeps its own pace where the prediction’s counter is NaN', async () => {
    const after = await stepOne({ t: 0, counter: 0.25, told: Number.NaN, policy: free })
    expect(after.input).toEqual([0.5, -0.5, 0.375, 0])
  })

  it('counts by the given step, whatever was predicted, and past stopAt if told to', async () => {
    const counter = async (t: number, counterStep: number) =>
      (await stepOne({ t, counter: 0.9, told: 0.9, policy: [0.125, counterStep, 9, given] })).input[2]
    expect(await counter(0, 0.25)).toBe(0.25)
    expect(await counter(2, 0.25)).toBe(0.75)
    expect(await counter(2, 0.5)).toBe(1.5)
  })

  it('stops within half a frame of stopAt at its own pace, or at it where the length is given, and not just before', async () => {
    // Two frames to 0.7 is a mean step of 0.35, and half of it reaches 0.875.
    expect(await stepOne({ t: 1, counter: 0.578125, told: 0, policy: free })).toMatchObject({ length: 2, done: 2 })
    expect(await stepOne({ t: 1, counter: 0.57421875, told: 0, policy: free })).toMatchObject({ length: 2, done: 0 })
    expect(await stepOne({ t: 2, counter: 0, told: 0, policy: [0, 0.25, 0.75, given] })).toMatchObject({ length: 3, done: 3 })
    expect(await stepOne({ t: 1, counter: 0, told: 0, policy: [0, 0.25, 0.75, given] })).toMatchObject({ length: 2, done: 0 })
  })

  it('stops where the room is full', async () => {
    expect(await stepOne({ t: 3, counter: 0, told: 0, policy: free })).toMatchObject({ length: 4, done: 4 })
  })

  it('leaves a sample that is done, or has no room, untouched', async () => {
    const untouched = { input: [7, 7, 0.25, 7], frames: new Array(16).fill(7) }
    expect(await stepOne({ t: 2, done: 2, counter: 0.25, told: 0.5, policy: free })).toEqual({ length: 2, done: 2, ...untouched })
    expect(await stepOne({ t: 4, counter: 0.25, told: 0.5, policy: free })).toEqual({ length: 4, done: 0, ...untouched })
  })

  it('generates 1/delta frames of its own when the model says nothing about progress', async () => {
    const shape = alike(1, 20, 4, 2)
    let state: reference.Decoding = {
      lengths: Uint32Array.of(0),
      done: Uint32Array.of(0),
      input: new Float64Array(4),
      frames: new Float64Array(80),
    }
    for (let k = 0; k < 12; k++) {
      const { lengths, done, input, frames } = await step(state, new Float64Array(4), Float64Array.of(0.125, 0, 1, own), shape)
      state = { lengths, done, input: Float64Array.from(input), frames: Float64Array.from(frames) }
    }
    expect([state.done[0], state.lengths[0]]).toEqual([8, 8])
    expect(Array.from({ length: 9 }, (_, t) => state.frames[4 * t + 2])).toEqual([0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1, 0])
  })
})
