import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { formatSafetensors } from './format.js'
import { openTensors } from './open.js'
import type { Tensor } from './types.js'

const ROWS = 1000
const data = Float32Array.from({ length: 3 * ROWS }, (_, i) => i)
const tensors = new Map<string, Tensor>([['frames', { dtype: 'F32', shape: [ROWS, 3], data }]])
const bytes = formatSafetensors(tensors)

let folder: string
let path: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-open-'))
  path = join(folder, 'rows.safetensors')
  await writeFile(path, bytes)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A row's numbers. */
async function row(file: Awaited<ReturnType<typeof openTensors>>, first: number): Promise<number[]> {
  const numbers = new Float32Array(3)
  await file.readRows('frames', { first, rows: 1, dtype: 'F32', into: new Uint8Array(numbers.buffer) })
  return [...numbers]
}

it('reads rows, and refuses those that are not there or of other numbers', async () => {
  const file = await openTensors(path)
  expect(await row(file, 7)).toEqual([21, 22, 23])
  await expect(row(file, ROWS)).rejects.toThrow(
    'rows.safetensors: tensor "frames": wanted rows 1000 to 1001 of F32, 12 bytes, got F32 [1000, 3]',
  )
  const into = new Uint8Array(6)
  await expect(file.readRows('frames', { first: 0, rows: 1, dtype: 'F16', into })).rejects.toThrow('wanted rows 0 to 1 of F16')
  await file.close()
})

it('does not read a header again that it is given', async () => {
  const first = await openTensors(path)
  await first.close()
  const other = join(folder, 'other.safetensors')
  await writeFile(other, bytes.with(12, 0))
  await expect(openTensors(other)).rejects.toThrow('other.safetensors')
  const again = await openTensors(other, first.places)
  expect(await row(again, 7)).toEqual([21, 22, 23])
  await again.close()
})

it('ends reads under way before it closes', async () => {
  const file = await openTensors(path)
  const reads = Array.from({ length: 50 }, (_, first) => row(file, first))
  await file.close()
  expect(await Promise.all(reads)).toEqual(Array.from({ length: 50 }, (_, first) => [3 * first, 3 * first + 1, 3 * first + 2]))
})

it('names the byte at which a file ends that was cut short since, and what the system refuses', async () => {
  const file = await openTensors(path)
  await truncate(path, bytes.length - 4)
  await expect(row(file, ROWS - 1)).rejects.toThrow(`byte ${bytes.length - 4}: wanted 4 more bytes, got the end of the file`)
  await file.close()
  await rm(path)
  await expect(openTensors(path, file.places)).rejects.toThrow('wanted to read a checkpoint, got ENOENT')
})
