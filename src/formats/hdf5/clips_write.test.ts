import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { keypointClip } from '../detections.testing.js'
import { keypointHdf5Writer, readKeypointHdf5 } from './keypoints.js'

const folder = await mkdtemp(join(tmpdir(), 'hdf5-write-'))
afterAll(() => rm(folder, { recursive: true }))
const script = join(folder, 'write.mts')
const source = (path: string): string => JSON.stringify(resolve('src/formats', path))
await writeFile(
  script,
  `import { keypointClip } from ${source('detections.testing.ts')}
   import { keypointHdf5Writer } from ${source('hdf5/keypoints.ts')}
   const [path, resume] = process.argv.slice(2)
   let writer
   try {
     writer = await keypointHdf5Writer(path, { resume: resume === 'resume' })
     for (let i = writer.size; i < 8; i++) await writer.add(keypointClip('clip' + i, 60, i))
     await writer.close()
   } catch (error) {
     await writer?.keep()
     console.log(error.code, error.message)
   }`,
)

/** A process that may write no more than so many KiB into a file, as on a disk that fills up. */
function writeWithin(kib: number, path: string, resume = ''): string {
  const limited = `ulimit -f ${kib}; exec "$@"`
  const { stdout, stderr } = spawnSync('bash', ['-c', limited, 'bash', process.execPath, '--import', 'tsx', script, path, resume], {
    encoding: 'utf8',
    env: { ...process.env, TSX_DISABLE_CACHE: '1' },
  })
  expect(stderr).toBe('')
  return stdout
}

async function clipsIn(path: string): Promise<unknown[]> {
  const clips: unknown[] = []
  for await (const clip of readKeypointHdf5(path)) clips.push(clip)
  return clips
}

// Clips of 36,000 bytes.
describe.skipIf(process.platform === 'win32')('a disk that fills up', () => {
  it.each([60, 101, 150, 200])('at %i KiB leaves whole clips only, and what goes on from there ends the same', async (kib) => {
    const path = join(folder, `full-${kib}.h5`)
    const said = writeWithin(kib, path)
    const failed = Number(/: clip(\d): wanted to add a clip, got EFBIG: file too large\. Make room there,/.exec(said)?.[1])
    expect(failed).toBeLessThan((kib * 1024) / 36_000)
    const left = await clipsIn(`${path}.partial`)
    expect(left).toEqual(Array.from({ length: failed }, (_, i) => keypointClip(`clip${i}`, 60, i)))
    expect(writeWithin(1000, path, 'resume')).toBe('')
    expect(await clipsIn(path)).toEqual(Array.from({ length: 8 }, (_, i) => keypointClip(`clip${i}`, 60, i)))
  })

  it('leaves no file that holds no clip', async () => {
    const path = join(folder, 'none', 'x.h5')
    expect(writeWithin(1, path)).toMatch(/^ERR_OUTPUT .*x\.h5\.partial: wanted .*, got EFBIG: file too large\. Make room there/)
    expect(existsSync(join(folder, 'none'))).toBe(false)
  })

  it('keeps what it could not go on with', async () => {
    const path = join(folder, 'kept.h5')
    const writer = await keypointHdf5Writer(path)
    await writer.add(keypointClip('clip0', 60, 0))
    await writer.keep()
    const before = await readFile(`${path}.partial`)
    expect(writeWithin(60, path, 'resume')).toMatch(/clip1: wanted to add a clip, got EFBIG/)
    // The superblock says whether the file was closed.
    expect((await readFile(`${path}.partial`)).subarray(48).equals(before.subarray(48))).toBe(true)
    expect((await readdir(folder)).filter((name) => name.startsWith('kept'))).toEqual(['kept.h5.partial'])
  })
})

it('does not go on with a clip that an older run wrote in part', async () => {
  const path = join(folder, 'part.h5')
  const writer = await keypointHdf5Writer(path)
  for (const name of ['a', 'b']) await writer.add(keypointClip(name, 60, 0))
  await writer.keep()
  const bytes = await readFile(`${path}.partial`)
  await writeFile(`${path}.partial`, bytes.fill(0, bytes.length - 20_000))
  await expect(keypointHdf5Writer(path, { resume: true })).rejects.toThrow(
    /part\.h5\.partial: b: wanted a clip that was written to its end, got one without its last frame, .* Start again with --overwrite/,
  )
})
