import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readKeypointHdf5 } from '../formats/hdf5/keypoints.js'
import { all, interruptedAfter, silent, writeDetections } from './clips.testing.js'
import { dataJson2h5 } from './data_json2h5.js'

const folder = await mkdtemp(join(tmpdir(), 'json2h5-'))
afterAll(() => rm(folder, { recursive: true }))
const root = join(folder, 'json')
const clips = await writeDetections(root, { a: 3, b: 5, c: 2 })
let files = 0
const fresh = (): string => join(folder, `${files++}`, 'clips.h5')
const report = async (path: string) => JSON.parse(await readFile(`${path}.quality.json`, 'utf8'))

describe('dataJson2h5', () => {
  it('writes every clip, and what was seen', async () => {
    const out = fresh()
    const summary = await dataJson2h5({ in: root, out, fps: 30, stream: silent })
    expect(summary).toEqual({ out, quality: `${out}.quality.json`, clips: 3, resumed: 0, frames: 10, broken: [], notes: [] })
    expect(await all(readKeypointHdf5(out))).toEqual(clips.map((clip) => ({ ...clip, fps: 30 })))
    const { clips: quality, broken } = await report(out)
    expect(quality.map(({ name, frames }: { name: string; frames: number }) => [name, frames])).toEqual([
      ['a', 3],
      ['b', 5],
      ['c', 2],
    ])
    expect(quality[0].confidence.body).toBeGreaterThan(0.4)
    expect(broken).toEqual([])
    expect((await readdir(join(out, '..'))).sort()).toEqual(['clips.h5', 'clips.h5.quality.json'])
  })

  it('tells what its reader decided, of the first clips of which the same is said, and in the summary of all', async () => {
    const gaps = join(folder, 'gaps')
    await writeDetections(gaps, Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name, i) => [name, 5 + i])))
    for (const [i, clip] of (await readdir(gaps)).sort().entries())
      await rm(join(gaps, clip, `${clip}_${String(1 + (i % 2)).padStart(12, '0')}_keypoints.json`))
    let told = ''
    const out = fresh()
    const { notes } = await dataJson2h5({ in: gaps, out, stream: { write: (text) => (told += text) } })
    expect(notes).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => `${name}: 1 frame numbers without a file`))
    const lines = told.split('\n').filter((line) => line.includes('frame numbers'))
    expect(lines).toEqual([...notes.slice(0, 5), 'and the same of 2 clips more: … frame numbers without a file'])
    expect((await report(out)).clips.map((clip: { notes: string[] }) => clip.notes.length)).toEqual([1, 1, 1, 1, 1, 1, 1])
  })

  it('goes on after an interruption to the same file and report', async () => {
    const [whole, out] = [fresh(), fresh()]
    await dataJson2h5({ in: root, out: whole, stream: silent })
    await expect(dataJson2h5({ in: root, out, ...interruptedAfter(2) })).rejects.toThrow('interrupted')
    expect((await readdir(join(out, '..'))).sort()).toEqual(['clips.h5.partial', 'clips.h5.quality.jsonl.partial'])
    await expect(dataJson2h5({ in: root, out, stream: silent })).rejects.toMatchObject({ code: 'ERR_USAGE' })
    await expect(dataJson2h5({ in: root, out, fps: 25, resume: true, stream: silent })).rejects.toThrow(
      /wanted `fps` as when the file was started \(null\), got 25/,
    )
    expect(await dataJson2h5({ in: root, out, resume: true, stream: silent })).toMatchObject({ clips: 3, resumed: 2, frames: 2 })
    expect(await all(readKeypointHdf5(out))).toEqual(await all(readKeypointHdf5(whole)))
    expect(await report(out)).toEqual(await report(whole))
    expect((await readdir(join(out, '..'))).sort()).toEqual(['clips.h5', 'clips.h5.quality.json'])
  })

  it('takes up a finished file where there are more clips now, and replaces it only when told', async () => {
    const out = fresh()
    const more = join(folder, 'more')
    await writeDetections(more, { a: 3 })
    await dataJson2h5({ in: more, out, stream: silent })
    await writeDetections(more, { a: 3, b: 4 })
    await expect(dataJson2h5({ in: more, out, stream: silent })).rejects.toThrow(/--resume to continue it, or --overwrite/)
    await expect(dataJson2h5({ in: more, out, resume: true, overwrite: true, stream: silent })).rejects.toThrow(/got both/)
    expect(await dataJson2h5({ in: more, out, resume: true, stream: silent })).toMatchObject({ clips: 2, resumed: 1 })
    expect((await report(out)).clips).toHaveLength(2)
    expect(await dataJson2h5({ in: more, out, overwrite: true, clip: 'b', stream: silent })).toMatchObject({ clips: 1, resumed: 0 })
  })

  it('leaves out what is broken, with file and place, and writes nothing of nothing', async () => {
    const bad = join(folder, 'bad')
    await writeDetections(bad, { good: 2 })
    await mkdir(join(bad, 'torn'))
    await writeFile(join(bad, 'torn', 'x_000_keypoints.json'), '{"version": 1.3, "people"')
    const out = fresh()
    const { broken, clips: count } = await dataJson2h5({ in: bad, out, stream: silent })
    expect([count, broken]).toEqual([
      1,
      [{ name: 'torn', problem: expect.stringMatching(/torn\/x_000_keypoints\.json: .* at character 25/) }],
    ])
    expect((await report(out)).broken).toEqual(broken)
    await rm(join(bad, 'good'), { recursive: true })
    const none = fresh()
    await expect(dataJson2h5({ in: bad, out: none, stream: silent })).rejects.toThrow(/wanted at least one clip .* got 1 that cannot/)
    await expect(readdir(join(none, '..'))).rejects.toThrow('ENOENT')
  })
})
