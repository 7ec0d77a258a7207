// Motions from one format into another, and .pose files with and without depth.

import { copyFile, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { parquetReadObjects } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import { syntheticCorpus } from '../data/synthetic/corpus.js'
import { readMotionHdf5 } from '../formats/hdf5/motions.js'
import { encodePose, poseOfMotion, writePose } from '../formats/pose/write.js'
import { readSkels } from '../formats/skels/skels.js'
import { signer } from '../outputs/signer.testing.js'
import { all, linesOf, silent, writeDetections } from './clips.testing.js'
import { convertFolder } from './data_convert.testing.js'
import { dataSkels } from './data_skels.js'

const { at, json, words, convert } = convertFolder()

describe('dataConvert of motions', () => {
  it('sees nothing in a folder of poses that a system put there, and names a link that leads nowhere', async () => {
    const { joints, frames, fps } = signer(8)
    await mkdir(at('zipped'))
    await writePose(at('zipped/a.pose'), poseOfMotion({ joints, frames, fps }))
    await writeFile(at('zipped/._a.pose'), 'Mac OS X')
    await symlink('a.pose', at('zipped/b.pose'))
    await symlink('gone.pose', at('zipped/c.pose'))
    const { broken, clips } = await convert(at('zipped'), 'zipped.skels')
    expect(clips).toBe(2)
    expect(broken).toEqual([{ name: 'c', problem: expect.stringMatching(/c\.pose: .*(ENOENT|a link to 'gone\.pose')/) }])
  })

  it('writes motions in every format, and reads back those it can', async () => {
    await convert(json(), 'corpus', { lang: 'ASL', ...words() })
    const known = (await readSkels(at('corpus.skels'))).sequences.map(({ joints }) => joints)
    const endings = ['npz', 'bvh', 'glb', 'json', 'svg', 'pose']
    for (const ending of endings) await convert(at('corpus'), `out/{name}.${ending}`)
    expect((await readdir(at('out'))).sort()).toEqual(['a', 'b'].flatMap((name) => endings.map((ending) => `${name}.${ending}`)).sort())

    await convert(at('corpus'), 'motions.h5')
    await convert(at('out'), 'poses.h5')
    await convert(at('out/b.npz'), 'packed.skels')
    for (const name of ['a', 'b']) await rm(at(`out/${name}.pose`))
    await convert(at('out'), 'packed/{name}.pose')
    expect((await readdir(at('packed'))).sort()).toEqual(['a.pose', 'b.pose'])
    await copyFile(at('motions.h5'), at('SHOUTED.H5'))
    await convert(at('SHOUTED.H5'), 'again.skels')
    await convert(at('packed/b.pose'), 'b', { lang: 'ASL' })
    const off = (joints: Float32Array, other: Float32Array): number => Math.max(...joints.map((value, i) => Math.abs(value - other[i]!)))
    const [fromA, fromB] = await all(readMotionHdf5(at('poses.h5')))
    expect(off(fromB!.joints, known[0]!)).toBeLessThan(1e-4)
    expect(off(fromA!.joints, known[1]!)).toBeLessThan(1e-4)
    expect(off((await readSkels(at('packed.skels'))).sequences[0]!.joints, known[0]!)).toBeLessThan(2e-5)
    // HDF5 gives clips by name, and this input has no words to order them by.
    const again = (await readSkels(at('again.skels'))).sequences
    expect([off(again[0]!.joints, known[1]!), off(again[1]!.joints, known[0]!)].every((most) => most < 2e-5)).toBe(true)
    expect(await linesOf(at('b.files'))).toEqual(['b'])
    await convert(at('corpus'), 'train.parquet')
    const bytes = await readFile(at('train.parquet'))
    const rows = await parquetReadObjects({ file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer })
    expect(rows).toMatchObject([
      { name: 'b', text: 'bread', frames: 4, split: 'train' },
      { name: 'a', text: 'apple', frames: 6, split: 'train' },
    ])
    expect((await convert(at('corpus'), 'one.bvh', { clip: 'b' })).clips).toBe(1)
  })

  it('lifts .pose files without depth, and takes the depth of the others, in the order of their names', async () => {
    const [signed] = syntheticCorpus({ languages: ['ASL'], clipsPerLanguage: 10, framesPerSign: 24, seed: 1 }).train
    const pose = poseOfMotion(signed!)
    const components = pose.components.map((part) => ({ ...part, format: 'XYC' }))
    const flat = { ...pose, fps: 50, components, dims: 2, data: pose.data.filter((_, i) => i % 3 < 2) }
    await mkdir(at('poses'))
    await writePose(at('poses/b.pose'), flat)
    for (const name of ['a', 'c']) await writePose(at(`poses/${name}.pose`), pose)
    await writeFile(at('poses/d.pose'), encodePose(flat).subarray(0, 3000))

    const { clips, broken, notes, quality } = await convert(at('poses'), 'mixed', { lang: 'ASL', fps: 25 })
    expect([clips, broken.map(({ name }) => name), notes]).toEqual([3, ['d'], []])
    expect(await linesOf(at('mixed.files'))).toEqual(['a', 'b', 'c'])
    const report = JSON.parse(await readFile(quality!, 'utf8'))
    expect(report.clips.map(({ name }: { name: string }) => name).sort()).toEqual(['a', 'b', 'c'])
    expect(report.broken.map(({ name }: { name: string }) => name)).toEqual(['d'])
    const depths = (await readSkels(at('mixed.skels'))).sequences.map(({ joints }) =>
      Math.max(...joints.filter((_, i) => i % 3 === 2).map(Math.abs)),
    )
    expect(Math.min(...depths)).toBeGreaterThan(0.02)
    expect((await readSkels(at('mixed.skels'))).sequences.map(({ frames }) => frames)).toEqual([
      signed!.frames,
      Math.floor((signed!.frames - 1) / 2) + 1,
      signed!.frames,
    ])
    // What only takes motions leaves them flat, and says so.
    const said = await dataSkels({ in: at('poses'), out: at('flat'), lang: 'ASL', fps: 25, stream: silent })
    expect(said.notes).toEqual(['b: no depth in the file: every joint is in one plane'])
  })

  it('says once of a clip of one frame that it is no motion, and what of a pose with depth was never seen', async () => {
    await writeDetections(at('single'), { one: 1 })
    expect((await convert(at('single'), 'single.npz')).notes).toEqual(['one: only one frame, so no motion'])
    const pose = poseOfMotion(signer(4))
    const points = pose.components.flatMap(({ name, points }) => points.map(() => name))
    const hidden = points.map((name) => /LEFT_HAND/.test(name))
    expect(hidden).toContain(true)
    await writePose(at('oneHand.pose'), { ...pose, confidence: pose.confidence.map((value, i) => (hidden[i % pose.points] ? 0 : value)) })
    const { notes, quality } = await convert(at('oneHand.pose'), 'oneHand.npz')
    expect(notes).toEqual(['oneHand: never visible, put in a rest position: left hand'])
    const report = JSON.parse(await readFile(quality!, 'utf8'))
    expect(report.clips[0].notes).toEqual(['never visible, put in a rest position: left hand'])
  })
})
