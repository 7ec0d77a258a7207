import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Group } from 'h5wasm/node'
import { afterAll, describe, expect, it } from 'vitest'
import { rigidMotion } from '../../motion/rig.testing.js'
import { COORDS } from '../../motion/skeleton.js'
import { listClipHdf5 } from './clips.js'
import { foreignHdf5 } from './hdf5.testing.js'
import { motionHdf5Writer, readMotionHdf5 } from './motions.js'

const folder = await mkdtemp(join(tmpdir(), 'hdf5-'))
afterAll(() => rm(folder, { recursive: true }))
let files = 0
const fresh = (): string => join(folder, `${files++}.h5`)
const foreign = (make: (file: Group) => void): Promise<string> => foreignHdf5(fresh(), make)

const good = fresh()
const writer = await motionHdf5Writer(good)
for (const name of ['a', 'b']) await writer.add({ name, ...rigidMotion(3, 1), fps: 25 })
await writer.close()

async function read(path: string, options: Parameters<typeof readMotionHdf5>[1] = {}): Promise<string[]> {
  const names: string[] = []
  for await (const { name } of readMotionHdf5(path, options)) names.push(name)
  return names
}

/** A file that HDF5 has no end of reading: an object in its heap of texts is as long as the heap goes round. */
async function endless(): Promise<string> {
  const bytes = await readFile(good)
  bytes.writeUInt32LE(0x7fffffff, bytes.indexOf('joints', bytes.indexOf('GCOL')) - 11)
  const path = fresh()
  await writeFile(path, bytes)
  return path
}

describe('a file that cannot be read to its end', () => {
  it('is given up, and the next is read', async () => {
    const path = await endless()
    await expect(read(path, { patience: 1 })).rejects.toThrow(`${path}: a: wanted a readable dataset, got no answer in 1 s`)
    await expect(listClipHdf5(path, { patience: 1 })).rejects.toThrow('no answer in 1 s')
    expect(await read(good)).toEqual(['a', 'b'])
  })

  it('is told clip by clip, and its whole clips are read', async () => {
    const options = { shape: [9, COORDS], chunks: [9, COORDS], compression: 'gzip' as const }
    const path = await foreign((file) => {
      for (const name of ['a', 'b', 'c']) {
        const data = Float32Array.from({ length: 9 * COORDS }, (_, i) => Math.sin(i * name.charCodeAt(0)))
        file.create_dataset({ name, data, ...options }).create_attribute('content', 'joints')
      }
    })
    const bytes = await readFile(path)
    const deflated = bytes.indexOf(Buffer.of(0x78, 0x5e))
    await writeFile(path, bytes.fill(0, deflated, deflated + 200))
    const broken: string[] = []
    expect(await read(path, { broken: (name) => broken.push(name) })).toEqual(['b', 'c'])
    expect(broken).toEqual(['a'])
  })

  it('lets a signal through', async () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(new Error('enough')), 500)
    await expect(read(await endless(), { signal: controller.signal })).rejects.toThrow('enough')
    await expect(read(good, { signal: controller.signal })).rejects.toThrow('enough')
    await expect(motionHdf5Writer(good, { resume: true, signal: controller.signal })).rejects.toThrow('enough')
  })
})

describe('a file that holds more than it can', () => {
  const rows = (frames: number): Float32Array => new Float32Array(frames * COORDS)

  it('is refused by its shape before its numbers are unpacked', async () => {
    const frames = 150_000
    const bomb = await foreign((file) => {
      const data = rows(frames)
      file.create_dataset({ name: 'x', data, shape: [frames, COORDS], chunks: [frames / 50, COORDS], compression: 'gzip' })
    })
    expect((await readFile(bomb)).length).toBeLessThan(200_000)
    await expect(read(bomb)).rejects.toThrow(
      /: x: wanted at most 67108864 bytes of numbers in a file of \d+, got 90000000 in chunks of 1800000/,
    )
  })

  it('is refused where a chunk is larger than all of it', async () => {
    const options = { shape: [1, COORDS], maxshape: [2e5, COORDS], chunks: [120_000, COORDS], compression: 'gzip' as const }
    const path = await foreign((file) => file.create_dataset({ name: 'x', data: rows(1), ...options }))
    await expect(read(path)).rejects.toThrow(/: x: wanted at most 67108864 bytes of numbers .* got 600 in chunks of 72000000/)
  })

  it('is read where its numbers shrink as those of a still clip do', async () => {
    const frames = 5000
    const data = Float32Array.from({ length: frames * COORDS }, (_, i) => (i % COORDS) / 100)
    const path = await foreign((file) => {
      const dataset = file.create_dataset({ name: 'x', data, shape: [frames, COORDS], chunks: [1000, COORDS], compression: 'gzip' })
      dataset.create_attribute('content', 'joints')
    })
    expect(data.byteLength / (await readFile(path)).length).toBeGreaterThan(50)
    expect(await read(path)).toEqual(['x'])
  })
})

describe('names', () => {
  it('of a group that lies within itself come to an end', async () => {
    const path = await foreign((file) => {
      file.create_group('g')
      for (let i = 0; i < 30; i++) (file.get('g') as Group).create_hard_link('/g', `g${i}`)
    })
    await expect(read(path)).rejects.toThrow(/wanted the names of clips, got the group g\/g0 a second time/)
  })

  it('lead to no other file', async () => {
    const path = await foreign((file) => file.create_external_link(good, '/a', 'x'))
    await expect(read(path)).rejects.toThrow(/wanted the names of clips, got .*x/)
    await expect(read(path, { names: ['x'] })).rejects.toThrow(/: x: wanted a readable dataset, got/)
  })
})

it('reads from the command line without a line of its own, and does not keep the process alive', async () => {
  const script = join(folder, 'read.mts')
  const path = fresh()
  const bytes = await readFile(good)
  await writeFile(path, bytes.fill(255, 800, 1500))
  const library = resolve('src/formats/hdf5/motions.ts')
  await writeFile(
    script,
    `import { readMotionHdf5 } from ${JSON.stringify(library)}
     for (const path of ${JSON.stringify([good, path, good])})
       try { for await (const { name } of readMotionHdf5(path)) console.log(name) } catch (error) { console.log(error.code) }`,
  )
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', script], { timeout: 100_000, encoding: 'utf8' })
  expect({ stdout, stderr, status }).toEqual({ stdout: 'a\nb\nERR_DATA\na\nb\n', stderr: '', status: 0 })
})
