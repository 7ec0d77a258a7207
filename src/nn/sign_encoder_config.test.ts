import { describe, expect, it } from 'vitest'
import { checkSignEncoder, publishedSignEncoder, type SignEncoderConfig, stageFrames, stageLengths } from './sign_encoder_config.js'

const lengths = Uint32Array.of(0, 1, 2, 3, 4, 5, 11, 12)
const left = (frames: number, changed: Partial<SignEncoderConfig>) =>
  stageLengths(lengths, frames, { ...publishedSignEncoder, ...changed }).map((rows) => [...rows])

describe('rows of a clip in each stage', () => {
  it('are half of those before, rounded up', () => {
    expect(left(12, {})).toEqual([[...lengths], [0, 1, 1, 2, 2, 3, 6, 6]])
    expect(left(12, { stages: [1, 1, 1] })[2]).toEqual([0, 1, 1, 1, 1, 2, 3, 3])
    expect(stageFrames(13, { ...publishedSignEncoder, stages: [1, 1, 1] })).toEqual([13, 7, 4])
  })

  it('are one more at even lengths where padding counts as rows, as far as there is room', () => {
    expect(left(12, { padding: 'rows' })).toEqual([[...lengths], [1, 1, 2, 2, 3, 3, 6, 6]])
    expect(left(14, { padding: 'rows' })[1]).toEqual([1, 1, 2, 2, 3, 3, 6, 7])
  })

  it('stay without down-sampling', () => {
    expect(left(12, { downSampling: false })).toEqual([[...lengths], [...lengths]])
    expect(stageFrames(13, { ...publishedSignEncoder, downSampling: false })).toEqual([13, 13])
  })
})

describe('sizes of a sign encoder', () => {
  it('are right as published', () => {
    expect(() => checkSignEncoder(publishedSignEncoder, 'run.json')).not.toThrow()
    expect(() => checkSignEncoder({ ...publishedSignEncoder, window: 'all' }, 'run.json')).not.toThrow()
  })

  it.each<[Partial<SignEncoderConfig>, string]>([
    [{ width: 500 }, 'wanted a width of 8 heads, each a multiple of 4, got 500'],
    [{ heads: 0 }, 'wanted heads as a whole number from 1, got 0'],
    [{ hidden: 10 }, 'wanted hidden as a multiple of 4, got 10'],
    [{ stages: [] }, 'wanted stages of one layer or more each, got []'],
    [{ stages: [2, 0] }, 'wanted stages of one layer or more each, got [2, 0]'],
    [{ window: 6 }, "wanted window as an odd number, or 'all', got 6"],
    [{ dropout: 1 }, 'wanted dropout from 0 up to 1, got 1'],
    [{ dropPath: -0.1 }, 'wanted dropPath from 0 up to 1, got -0.1'],
    [{ layerScale: Number.NaN }, 'wanted layerScale as a number, got NaN'],
  ])('are refused in words: %o', (changed, problem) => {
    expect(() => checkSignEncoder({ ...publishedSignEncoder, ...changed }, 'run.json')).toThrow(`run.json: ${problem}`)
  })
})
