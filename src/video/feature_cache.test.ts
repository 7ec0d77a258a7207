import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { cachedFeatures, hashOfFile, hashOfWeights } from './feature_cache.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-features-'))
})
afterAll(() => rm(folder, { recursive: true }))

const features = { width: 2, data: Float32Array.of(1, 2, 3, 4, 5, 6) }
const source = { encoder: 'a', file: 'b', frames: 'c' }

it('makes features once for a source, and anew where anything differs or is damaged', async () => {
  const cache = join(folder, 'cache')
  let made = 0
  const make = async () => {
    made++
    return features
  }
  expect(await cachedFeatures(cache, source, make)).toEqual(features)
  expect(await cachedFeatures(cache, source, make)).toEqual(features)
  expect(made).toBe(1)
  for (const part of ['encoder', 'file', 'frames'] as const) await cachedFeatures(cache, { ...source, [part]: 'other' }, make)
  expect(made).toBe(4)
  const names = await readdir(cache)
  expect(names).toHaveLength(4)
  for (const name of names) {
    const bytes = await readFile(join(cache, name))
    bytes[bytes.length - 1]! ^= 1
    await writeFile(join(cache, name), bytes)
  }
  expect(await cachedFeatures(cache, source, make)).toEqual(features)
  expect(made).toBe(5)
})

it('leaves nothing of features that could not be made', async () => {
  const cache = join(folder, 'none')
  await expect(cachedFeatures(cache, source, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  await expect(readdir(cache)).rejects.toThrow('ENOENT')
})

it('tells weights, sizes and files apart', async () => {
  const weights = new Map([
    ['a', { shape: [2], data: Float32Array.of(1, 2) }],
    ['b', { shape: [1], data: Float32Array.of(3) }],
  ])
  const hash = hashOfWeights(weights, { heads: 2 })
  expect(hashOfWeights(new Map([...weights].reverse()), { heads: 2 })).toBe(hash)
  expect(hashOfWeights(weights, { heads: 1 })).not.toBe(hash)
  expect(hashOfWeights(new Map(weights).set('b', { shape: [1], data: Float32Array.of(4) }), { heads: 2 })).not.toBe(hash)
  await writeFile(join(folder, 'one'), 'x')
  await writeFile(join(folder, 'two'), 'y')
  expect(await hashOfFile(join(folder, 'one'))).not.toBe(await hashOfFile(join(folder, 'two')))
  await expect(hashOfFile(join(folder, 'three'))).rejects.toMatchObject({ code: 'ERR_DATA' })
})
