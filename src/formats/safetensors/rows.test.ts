import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { formatSafetensors } from './format.js'
import { beginOfRows, readTensorPlaces } from './rows.js'
import type { Tensor } from './types.js'

const ROWS = 1000
const data = Float32Array.from({ length: 3 * ROWS }, (_, i) => i)
const tensors = new Map<string, Tensor>([
  ['flags', { dtype: 'U8', shape: [5], data: new Uint8Array(5) }],
  ['frames', { dtype: 'F32', shape: [ROWS, 3], data }],
])

let folder: string
let path: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-rows-'))
  path = join(folder, 'rows.safetensors')
  await writeFile(path, formatSafetensors(tensors))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it('are found in a file', async () => {
  const places = await readTensorPlaces(path)
  const begin = beginOfRows(places, 'frames', { first: 7, rows: 2, dtype: 'F32', bytes: 24 }, path)
  const bytes = await readFile(path)
  expect(Array.from({ length: 6 }, (_, i) => bytes.readFloatLE(begin + 4 * i))).toEqual([21, 22, 23, 24, 25, 26])
})

it('are refused where there are none, or rows of other numbers', async () => {
  const places = await readTensorPlaces(path)
  const rows = { first: ROWS - 1, rows: 1, dtype: 'F32', bytes: 12 } as const
  expect(() => beginOfRows(places, 'frames', { ...rows, first: ROWS }, path)).toThrow(
    'rows.safetensors: tensor "frames": wanted rows 1000 to 1001 of F32, 12 bytes, got F32 [1000, 3]',
  )
  expect(() => beginOfRows(places, 'frames', { ...rows, dtype: 'F16', bytes: 6 }, path)).toThrow('wanted rows 999 to 1000 of F16')
  expect(() => beginOfRows(places, 'frames', { ...rows, bytes: 16 }, path)).toThrow('16 bytes, got F32 [1000, 3]')
  expect(() => beginOfRows(places, 'words', rows, path)).toThrow('got no such tensor')
  expect(beginOfRows(places, 'frames', rows, path)).toBeGreaterThan(0)
})

it('are not looked for in a file that cannot be read', async () => {
  await expect(readTensorPlaces(join(folder, 'none'))).rejects.toThrow('wanted to read a checkpoint, got ENOENT')
  await expect(readTensorPlaces(folder)).rejects.toThrow('wanted a checkpoint, got a folder')
})
