import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AnyKernel } from '../../device/kernel.js'
import { shadersOf, TUNING_FORMAT, type Tuning } from '../../device/tuning.js'
import { linear, linearGrad } from '../../kernels/linear.js'
import { linearHalf } from '../../kernels/linear_half.js'
import { shaderFromPackage } from './shader_files.js'
import { hashOfShaders, readTuning, tuningPath, tuningToExtend, writeTuning } from './tuning_file.js'

const kernel = linear as unknown as AnyKernel
const shape = { params: { rows: 64 }, shader: 'linear', constants: {}, ms: 1, untunedMs: 2 }
const tuning: Tuning = { format: TUNING_FORMAT, adapter: 'a', kernels: { linear: { files: ['linear'], hash: '', shapes: [shape] } } }

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

  it('is stale where a part of the operands measured has changed', async () => {
    const path = join(folder, 'parts.json')
    const files = shadersOf(linearHalf as unknown as AnyKernel)
    expect(files).toEqual(['linear', 'linear_half_matrix', 'linear_subgroup', 'linear_tiled'].map((file) => `${file} f16 rounded`))
    const changed = (changedPart?: string) => async (name: string) => {
      const text = await shaderFromPackage(name)
      return name === changedPart ? `${text}// changed` : text
    }
    const hash = await hashOfShaders(files, changed())
    await writeTuning(path, { ...tuning, kernels: { linear_half: { ...Object.values(tuning.kernels)[0]!, files, hash } } })
    const keptAfter = async (part?: string) => Object.keys((await readTuning(path, 'a', changed(part)))!.kernels)
    expect(await keptAfter()).toEqual(['linear_half'])
    expect(await keptAfter('parts/operand_f16')).toEqual([])
    expect(await keptAfter('parts/random')).toEqual([])
    expect(await keptAfter('parts/operand_f32')).toEqual(['linear_half'])
  })

  it('names the way back apart, and is stale for it alone where its part has changed', async () => {
    const path = join(folder, 'backward.json')
    const [forward, backward] = [linear, linearGrad].map((one) => shadersOf(one as unknown as AnyKernel))
    expect(backward).toEqual(['linear backward', 'linear_subgroup backward', 'linear_tiled backward'])
    const kept = Object.values(tuning.kernels)[0]!
    const kernels = {
      linear: { ...kept, files: forward!, hash: await hashOfShaders(forward!, shaderFromPackage) },
      linear_grad: { ...kept, files: backward!, hash: await hashOfShaders(backward!, shaderFromPackage) },
    }
    await writeTuning(path, { ...tuning, kernels })
    const changed = async (name: string) => (await shaderFromPackage(name)) + (name === 'parts/linear_backward' ? '// changed' : '')
    expect(Object.keys((await readTuning(path, 'a', changed))!.kernels)).toEqual(['linear'])
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
