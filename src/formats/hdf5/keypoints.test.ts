import { existsSync } from 'node:fs'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Group } from 'h5wasm/node'
import * as jsfive from 'jsfive'
import { describe, expect, it } from 'vitest'
import type { KeypointClip } from '../../motion/keypoints.js'
import { keypointClip } from '../detections.testing.js'
import { foreignHdf5 } from './hdf5.testing.js'
import { keypointHdf5Writer, readKeypointHdf5 } from './keypoints.js'

const folder = await mkdtemp(join(tmpdir(), 'hdf5-'))
const clips = [keypointClip('b', 5, 1), keypointClip('a', 3, 2, [2, 3, 7]), keypointClip('dev/c', 1, 3)]
let files = 0
const fresh = (): string => join(folder, `${files++}.h5`)

async function write(path: string, list: readonly KeypointClip[]): Promise<string> {
  const writer = await keypointHdf5Writer(path)
  for (const clip of list) await writer.add(clip)
  await writer.close()
  return path
}

async function read(path: string): Promise<KeypointClip[]> {
  const out: KeypointClip[] = []
  for await (const clip of readKeypointHdf5(path)) out.push(clip)
  return out
}

/** A file of another tool. */
const foreign = (make: (file: Group) => void): Promise<string> => foreignHdf5(fresh(), make)

describe('keypointHdf5Writer', () => {
  it('is read back as it was, gaps and all', async () => {
    expect(await read(await write(fresh(), clips))).toEqual([clips[1], clips[0], clips[2]])
  })

  it('is read by jsfive', async () => {
    const bytes = await readFile(await write(fresh(), clips))
    const file = new jsfive.File(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length), 'x.h5')
    expect([...file.keys].sort()).toEqual(['a', 'b', 'dev'])
    const dataset = file.get('a')
    expect([dataset.shape, dataset.dtype]).toEqual([[3, 150], '<f4'])
    expect(Float32Array.from(dataset.value)).toEqual(clips[1]!.keypoints)
    expect(Array.from(dataset.attrs.frameIndex!)).toEqual([2, 3, 7])
    expect(file.get('dev/c').shape).toEqual([1, 150])
  })

  it('goes on where an earlier run stopped', async () => {
    const path = fresh()
    const first = await keypointHdf5Writer(path)
    await first.add(clips[0]!)
    expect(existsSync(path)).toBe(false)
    // What a killed run leaves: the file as it was last flushed, not closed.
    await writeFile(`${path}.killed`, await readFile(`${path}.partial`))
    await expect(keypointHdf5Writer(path)).rejects.toMatchObject({ code: 'ERR_USAGE', message: expect.stringContaining('(this one)') })
    await first.discard()
    expect(existsSync(`${path}.partial`)).toBe(false)
    await writeFile(`${path}.partial`, await readFile(`${path}.killed`))
    const second = await keypointHdf5Writer(path, { resume: true })
    expect([second.has('b'), second.has('a')]).toEqual([true, false])
    await second.add(clips[1]!)
    await second.close()
    expect(await read(path)).toEqual([clips[1], clips[0]])
    expect(existsSync(`${path}.partial`)).toBe(false)
  })

  it('does not go on with a torn file', async () => {
    const path = fresh()
    const whole = await readFile(await write(fresh(), clips))
    await writeFile(`${path}.partial`, whole.subarray(0, whole.length >> 1))
    await expect(keypointHdf5Writer(path, { resume: true })).rejects.toThrow(/\.partial: wanted an HDF5 file, got/)
  })

  it('refuses what it could not give back', async () => {
    const writer = await keypointHdf5Writer(fresh())
    const clip = clips[0]!
    await writer.add(clip)
    await expect(writer.add(clip)).rejects.toThrow(/: b: wanted each clip once/)
    for (const name of ['', '/x', 'x/', 'a//b', '.', 'a/../b'])
      await expect(writer.add({ ...clip, name })).rejects.toThrow(/wanted a name of parts/)
    for (const name of ['b/c', 'b/c/d'])
      await expect(writer.add({ ...clip, name })).rejects.toThrow(/: b\/c.*: wanted a name that is no other's group, got it beside 'b'/)
    await writer.add({ ...clip, name: 'd/e/f' })
    await expect(writer.add({ ...clip, name: 'd/e' })).rejects.toThrow(/: d\/e: .* got it beside 'd\/e\/f'/)
    await expect(writer.add({ ...clip, name: 'x', frames: 6 })).rejects.toThrow(/: x: wanted 150 numbers .* got 750 and 5 in 6 frames/)
    await expect(writer.add({ ...clip, name: 'x', frames: 200_001 })).rejects.toThrow(/: x: wanted at most 200000 frames, got 200001/)
    const gaps = keypointClip('gaps', 16_001, 1)
    gaps.frameIndex[16_000] = 20_000
    await expect(writer.add(gaps)).rejects.toThrow(/: gaps: wanted at most 16000 frames in a clip with gaps, got 16001/)
    await writer.discard()
  })

  it('takes names as deep as they can be read', async () => {
    const writer = await keypointHdf5Writer(fresh())
    const name = 'a/b/c/d/e/f/g/h'
    await writer.add({ ...clips[0]!, name })
    await expect(writer.add({ ...clips[0]!, name: `deeper/${name}` })).rejects.toThrow(/wanted a name of at most 8 parts/)
    await writer.close()
    expect((await read(writer.path)).map((clip) => clip.name)).toEqual([name])
  })

  it('names a folder that cannot be written to', async () => {
    await writeFile(join(folder, 'file'), '')
    await expect(keypointHdf5Writer(join(folder, 'file', 'x.h5'))).rejects.toMatchObject({
      code: 'ERR_OUTPUT',
      message: expect.stringContaining('wanted to make this folder'),
    })
  })
})

describe('readKeypointHdf5', () => {
  it('reads what other tools write: no attributes, doubles, compressed chunks', async () => {
    const { keypoints, frames } = clips[0]!
    const path = await foreign((file) => {
      file.create_dataset({ name: 'double', data: Float64Array.from(keypoints), shape: [frames, 150] })
      file.create_dataset({ name: 'packed', data: keypoints, shape: [frames, 150], chunks: [2, 150], compression: 'gzip' })
    })
    for (const clip of await read(path))
      expect(clip).toMatchObject({ frames, fps: 24, keypoints, frameIndex: Int32Array.of(0, 1, 2, 3, 4) })
  })

  const one = clips[0]!.keypoints.subarray(0, 150)
  const bad = one.slice()
  bad[32] = Number.NaN
  const broken: [string, (file: Group) => void, RegExp][] = [
    [
      'another shape',
      (f) => f.create_dataset({ name: 'x', data: new Float32Array(151), shape: [1, 151] }),
      /: x: wanted 1 to 200000 frames of 150 little-endian floats, got "<f" \[1, 151\]/,
    ],
    ['another type', (f) => f.create_dataset({ name: 'x', data: new Int32Array(150), shape: [1, 150] }), /: x: .* got "<i" \[1, 150\]/],
    [
      'a NaN',
      (f) => f.create_dataset({ name: 'x', data: bad, shape: [1, 150] }),
      /: x: wanted a confidence .* got NaN in frame 0, joint 10/,
    ],
    [
      'nobody',
      (f) => f.create_dataset({ name: 'x', data: new Float32Array(300), shape: [2, 150] }),
      /: x: wanted a person in at least one frame, got none in 2/,
    ],
    [
      'a frame index that does not fit',
      (f) => f.create_dataset({ name: 'x', data: one, shape: [1, 150] }).create_attribute('frameIndex', Int32Array.of(0, 1)),
      /: x: wanted 1 rising frame numbers in the attribute frameIndex/,
    ],
    [
      'a frame rate of 0',
      (f) => f.create_dataset({ name: 'x', data: one, shape: [1, 150] }).create_attribute('fps', 0),
      /: x: wanted frames per second .* got 0/,
    ],
  ]
  for (const [what, make, message] of broken) {
    it(`names the file and the clip of ${what}`, async () => {
      const path = await foreign(make)
      await expect(read(path)).rejects.toMatchObject({ code: 'ERR_DATA', message: expect.stringMatching(message) })
      await expect(read(path)).rejects.toThrow(path)
    })
  }

  it('remembers nothing of a damaged file when it is fetched again', async () => {
    const path = await write(fresh(), clips)
    const whole = await readFile(path)
    // The name of the first clip, in the heap of names, and the end of the file, where its numbers are.
    for (const damaged of [whole.subarray(0, whole.length - 1000), Buffer.from(whole).fill(255, 600, 1600)]) {
      await writeFile(path, damaged)
      await expect(read(path)).rejects.toMatchObject({ code: 'ERR_DATA' })
      await writeFile(path, whole)
      expect((await read(path)).length).toBe(3)
    }
  })

  it('names a file that is none or not there', async () => {
    const path = fresh()
    await writeFile(path, 'hello')
    await expect(read(path)).rejects.toThrow(/h5: wanted an HDF5 file, got file signature not found/)
    await expect(read(join(folder, 'none.h5'))).rejects.toThrow(/none\.h5: wanted an HDF5 file, got ENOENT/)
  })
})
