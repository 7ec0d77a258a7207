import { describe, expect, it } from 'vitest'
import { attention } from '../kernels/attention.js'
import { linear } from '../kernels/linear.js'
import { type AdapterTraits, type AnyKernel, candidatesOf, chosenVariant, pinned } from './kernel.js'
import { choiceOf, TUNING_FORMAT, type Tuning } from './tuning.js'

const kernel = linear as unknown as AnyKernel
const lavapipe: AdapterTraits = { software: true, features: new Set(['subgroups']), subgroupSize: 8 }
const plain = Object.fromEntries(Object.keys(linear.params).map((name) => [name, 0]))
const sizes = (rows: number, inner: number, cols: number) => ({ ...plain, rows, inner, cols })
const shape = (rows: number, shader: string, constants = {}) => ({
  params: sizes(rows, 512, 512),
  shader,
  constants,
  ms: 1,
  untunedMs: 2,
})
const tuning: Tuning = {
  format: TUNING_FORMAT,
  adapter: 'a',
  kernels: { linear: { files: ['linear'], hash: '', shapes: [shape(64, 'linear'), shape(1024, 'linear_subgroup', { TILE_ROWS: 16 })] } },
}

describe('tuning', () => {
  it('takes the choice of the nearest shape, and none where none is near', () => {
    expect(choiceOf(tuning, kernel, sizes(64, 512, 512))?.shader).toBe('linear')
    expect(choiceOf(tuning, kernel, sizes(1216, 512, 1024))?.shader).toBe('linear_subgroup')
    expect(choiceOf(tuning, kernel, sizes(4, 512, 512))).toBeUndefined()
    expect(choiceOf(tuning, { ...kernel, name: 'other' }, sizes(64, 512, 512))).toBeUndefined()
  })

  it('decides file, constants and workgroups of a kernel', () => {
    const params = sizes(1024, 512, 512)
    expect(chosenVariant(kernel, params, lavapipe)).toMatchObject({
      shader: 'linear_subgroup',
      constants: { TILE_ROWS: 32 },
      grid: [16, 32],
    })
    const chosen = chosenVariant(kernel, params, lavapipe, choiceOf(tuning, kernel, params))
    expect(chosen).toMatchObject({ shader: 'linear_subgroup', constants: { TILE_ROWS: 16, LANES: 8 }, grid: [16, 64] })
  })

  it('is left aside where a variant is no more, or does not run here', () => {
    const params = sizes(64, 512, 512)
    const untuned = chosenVariant(kernel, params, lavapipe)
    expect(chosenVariant(kernel, params, lavapipe, { shader: 'linear_of_old', constants: {} })).toEqual(untuned)
    expect(chosenVariant(kernel, params, lavapipe, { shader: 'linear_subgroup', constants: { TILE_ROWS: 7 } })).toEqual(untuned)
    expect(chosenVariant(kernel, params, lavapipe, { shader: 'linear_subgroup', constants: {} })).toEqual(untuned)
    const plain = { ...lavapipe, features: new Set<string>() }
    expect(chosenVariant(kernel, params, plain, { shader: 'linear_subgroup', constants: { TILE_ROWS: 32 } }).shader).toBe('linear')
  })

  it('has every variant that runs as a candidate, and pins a kernel to any', () => {
    const candidates = candidatesOf(kernel, lavapipe)
    expect(candidates.map(({ shader }) => shader)).toEqual(['linear', 'linear_subgroup', 'linear_subgroup', 'linear_tiled'])
    for (const choice of candidates) {
      const { shader, constants } = chosenVariant(pinned(kernel, choice), sizes(64, 512, 512), lavapipe)
      expect({ shader, constants }).toMatchObject(choice)
    }
  })
})

describe('variants of attention', () => {
  const kernel = attention as unknown as AnyKernel
  const swiftshader = { ...lavapipe, subgroupSize: 4 }
  const gpu: AdapterTraits = { software: false, features: new Set(['subgroups']), subgroupSize: 32 }
  const rowsOf = (traits: AdapterTraits) => candidatesOf(kernel, traits).map(({ shader, constants }) => [shader, constants.ROWS])

  it('are tried at the tiles that an adapter compiles in time', () => {
    expect(rowsOf(lavapipe)).toEqual([['attention', 4], ...[8, 16, 32].map((n) => ['attention_subgroup', n])])
    expect(rowsOf(swiftshader)).toEqual([
      ['attention', 4],
      ['attention', 8],
      ['attention_subgroup', 8],
    ])
    expect(rowsOf(gpu)).toEqual([...[4, 8].map((n) => ['attention', n]), ...[32, 16, 64].map((n) => ['attention_tiled', n])])
  })

  it('are taken untuned by what an adapter is, in lower tiles where there is little work', () => {
    const params = { ...Object.fromEntries(Object.keys(attention.params).map((name) => [name, 0])), heads: 4, headWidth: 64 }
    const long = { ...params, batch: 64, queries: 152, keys: 152 }
    const short = { ...params, batch: 8, queries: 40, keys: 40 }
    const text = { file: 'attention_tiled' }
    expect(chosenVariant(kernel, long, gpu)).toEqual({ shader: 'attention_tiled', text, constants: { ROWS: 32, TURNS: 2 }, grid: [5, 256] })
    expect(chosenVariant(kernel, short, gpu)).toEqual({ shader: 'attention_tiled', text, constants: { ROWS: 16, TURNS: 2 }, grid: [3, 32] })
    expect(chosenVariant(kernel, long, lavapipe)).toMatchObject({ shader: 'attention_subgroup', constants: { ROWS: 16 } })
    expect(chosenVariant(kernel, long, swiftshader)).toMatchObject({ shader: 'attention', constants: { ROWS: 8, QUADS: 4 } })
    expect(chosenVariant(kernel, { ...short, heads: 1 }, swiftshader)).toMatchObject({
      shader: 'attention',
      constants: { ROWS: 4, QUADS: 2 },
    })
    const chosen = chosenVariant(kernel, long, swiftshader, { shader: 'attention_subgroup', constants: { ROWS: 8 } })
    expect(chosen).toMatchObject({ shader: 'attention_subgroup', constants: { ROWS: 8, LANES: 4 } })
  })
})
