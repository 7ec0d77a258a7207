import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { attention } from '../kernels/attention.js'
import { linear } from '../kernels/linear.js'
import { hashOfShaders, readTuning, tuningPath, tuningToExtend, writeTuning } from '../platform/node/tuning_file.js'
import { type AdapterTraits, type AnyKernel, candidatesOf, formOf, pinned } from './kernel.js'
import { choiceOf, shadersOf, TUNING_FORMAT, type Tuning } from './tuning.js'

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
    expect(formOf(kernel, params, lavapipe)).toMatchObject({ shader: 'linear_subgroup', constants: { TILE_ROWS: 32 }, grid: [16, 32] })
    const chosen = formOf(kernel, params, lavapipe, choiceOf(tuning, kernel, params))
    expect(chosen).toMatchObject({ shader: 'linear_subgroup', constants: { TILE_ROWS: 16, LANES: 8 }, grid: [16, 64] })
  })

  it('is left aside where a form is no more, or does not run here', () => {
    const params = sizes(64, 512, 512)
    const untuned = formOf(kernel, params, lavapipe)
    expect(formOf(kernel, params, lavapipe, { shader: 'linear_of_old', constants: {} })).toEqual(untuned)
    expect(formOf(kernel, params, lavapipe, { shader: 'linear_subgroup', constants: { TILE_ROWS: 7 } })).toEqual(untuned)
    expect(formOf(kernel, params, lavapipe, { shader: 'linear_subgroup', constants: {} })).toEqual(untuned)
    const plain = { ...lavapipe, features: new Set<string>() }
    expect(formOf(kernel, params, plain, { shader: 'linear_subgroup', constants: { TILE_ROWS: 32 } }).shader).toBe('linear')
  })

  it('has every form that runs as a candidate, and pins a kernel to any', () => {
    const candidates = candidatesOf(kernel, lavapipe)
    expect(candidates.map(({ shader }) => shader)).toEqual(['linear', 'linear_subgroup', 'linear_subgroup', 'linear_tiled'])
    for (const choice of candidates) {
      const { shader, constants } = formOf(pinned(kernel, choice), sizes(64, 512, 512), lavapipe)
      expect({ shader, constants }).toMatchObject(choice)
    }
  })
})

describe('forms of attention', () => {
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
    expect(formOf(kernel, long, gpu)).toEqual({ shader: 'attention_tiled', constants: { ROWS: 32, TURNS: 2 }, grid: [5, 256] })
    expect(formOf(kernel, short, gpu)).toEqual({ shader: 'attention_tiled', constants: { ROWS: 16, TURNS: 2 }, grid: [3, 32] })
    expect(formOf(kernel, long, lavapipe)).toMatchObject({ shader: 'attention_subgroup', constants: { ROWS: 16 } })
    expect(formOf(kernel, long, swiftshader)).toMatchObject({ shader: 'attention', constants: { ROWS: 8, QUADS: 4 } })
    expect(formOf(kernel, { ...short, heads: 1 }, swiftshader)).toMatchObject({ shader: 'attention', constants: { ROWS: 4, QUADS: 2 } })
    const chosen = formOf(kernel, long, swiftshader, { shader: 'attention_subgroup', constants: { ROWS: 8 } })
    expect(chosen).toMatchObject({ shader: 'attention_subgroup', constants: { ROWS: 8, LANES: 4 } })
  })
})

describe('a tuning file', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'signllm-tuning-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const shaders = (text: string) => async (name: string) => `${name} ${text}`

  it('comes back as it was written, without kernels whose shaders changed', async () => {
    const path = join(folder, 'kept.json')
    const files = shadersOf(kernel)
    const hash = await hashOfShaders(files, shaders('first'))
    const measured = { ...tuning, kernels: { linear: { ...Object.values(tuning.kernels)[0]!, files, hash } } }
    await writeTuning(path, measured)
    expect(await readTuning(path, 'a', shaders('first'))).toEqual(measured)
    expect((await readTuning(path, 'a', shaders('second')))!.kernels).toEqual({})
  })

  it('says nothing of another adapter, or where it is not there', async () => {
    const path = join(folder, 'other.json')
    await writeTuning(path, tuning)
    expect(await readTuning(path, 'b')).toBeUndefined()
    expect(await readTuning(join(folder, 'none.json'), 'a')).toBeUndefined()
  })

  it('is refused where it is something else', async () => {
    const path = join(folder, 'broken.json')
    const kernels = [
      null,
      { linear: null },
      { linear: { files: [], shapes: {} } },
      { linear: { files: [], shapes: [{ shader: 'linear' }] } },
    ]
    const halfRight = kernels.map((wrong) => JSON.stringify({ ...tuning, kernels: wrong }))
    for (const text of ['{', '[]', 'null', '{"format":"other"}', ...halfRight]) {
      await writeFile(path, text)
      await expect(readTuning(path, 'a')).rejects.toThrow(/wanted tuning results, got something else\. Remove the file/)
    }
  })

  describe('in a cache folder', () => {
    let cache: string
    beforeEach(async () => {
      cache = await mkdtemp(join(folder, 'cache-'))
      process.env.SIGNLLM_CACHE = cache
      delete process.env.SIGNLLM_TUNING
    })
    afterEach(() => vi.unstubAllEnvs())

    it.each<[string, (path: string) => Promise<unknown>]>([
      ['cut off', (path) => writeFile(path, '{"format":"signllm tu')],
      ['of a newer version', (path) => writeFile(path, '{"format":"signllm tuning 9"}')],
      ['a folder', (path) => mkdir(join(path, 'x'), { recursive: true })],
    ])('makes way for new results where it is %s', async (_, damage) => {
      await mkdir(join(cache, 'tuning'))
      await damage(tuningPath('a'))
      const { path, tuning } = await tuningToExtend('a')
      expect(tuning).toEqual({ format: TUNING_FORMAT, adapter: 'a', kernels: {} })
      await writeTuning(path, tuning)
      expect(await readTuning(tuningPath('a'), 'a')).toEqual(tuning)
    })

    it('is looked for in the temporary folder only where the cache folder cannot be written', async () => {
      const temporary = join(cache, 'temporary')
      await mkdir(temporary)
      await writeFile(join(cache, 'a file'), '')
      vi.stubEnv('TMPDIR', temporary)
      vi.stubEnv('SIGNLLM_CACHE', join(cache, 'a file', 'x'))
      const { path, tuning } = await tuningToExtend('a')
      await writeTuning(path, tuning)
      expect(path).toContain(temporary)
      expect(tuningPath('a')).toBe(path)
      vi.stubEnv('SIGNLLM_CACHE', cache)
      expect(tuningPath('a')).toContain(join(cache, 'tuning'))
    })

    it('stays where SIGNLLM_TUNING names it and it is something else', async () => {
      const path = join(cache, 'thesis.txt')
      await writeFile(path, 'years of work')
      vi.stubEnv('SIGNLLM_TUNING', path)
      await expect(tuningToExtend('a')).rejects.toThrow(expect.objectContaining({ code: 'ERR_DATA' }))
      expect(await readFile(path, 'utf8')).toBe('years of work')
    })
  })
})
