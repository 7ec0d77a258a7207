// Today's DWPose data through the commands: cut by captions, lifted, with the language that a table tells.

import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Random } from '../base/random.js'
import { dwposeLine, keypointClip, person } from '../formats/detections.testing.js'
import { archiveOf, payloadOf } from '../formats/dwpose/video.testing.js'
import { encodeNpz } from '../formats/npz.js'
import { tarOf } from '../formats/tar.testing.js'
import { all, linesOf, silent } from './clips.testing.js'
import { dataConvert } from './data_convert.js'
import { dataInspect } from './data_inspect.js'
import { dataJson2h5 } from './data_json2h5.js'
import { dwposeDetections } from './dwpose_detections.js'
import { motionSource } from './motion_source.js'

const samples = join(process.env.SIGNLLM_SHARED ?? '../shared', 'data/signverse')
const folder = await mkdtemp(join(tmpdir(), 'dwpose-commands-'))
const at = (name: string): string => join(folder, name)
const picture = { width: 640, height: 360 }
const random = new Random(1)
const frame = () => payloadOf([person(random, 320, 180, 90)], picture)
const quick = { iterations: 5, stream: silent }

const vtt = (lines: readonly (readonly [from: string, to: string, text: string])[]): string =>
  `WEBVTT\n\n${lines.map(([from, to, text]) => `00:00:${from} --> 00:00:${to}\n${text}\n`).join('\n')}`

async function shard(name: string, videos: Record<string, { frames: number; vtt?: string }>, table?: string): Promise<string> {
  await mkdir(at(name), { recursive: true })
  const parts = Object.entries(videos).flatMap(([id, { frames, vtt: text }]) => [
    ...(text === undefined ? [] : [[`${id}/captions/${id}.en.vtt`, text] as const]),
    [`${id}/npz/.complete`, `video_id=${id}\n`] as const,
    [`${id}/npz/poses.npz`, archiveOf(Array.from({ length: frames }, frame), { id })] as const,
  ])
  await writeFile(join(at(name), 's.tar'), tarOf(parts))
  if (table !== undefined) await writeFile(join(at(name), 'metadata.csv'), table)
  return join(at(name), 's.tar')
}

const said = vtt([
  ['00.000', '00.500', 'One two.'],
  ['00.500', '00.600', 'Too short.'],
  ['00.600', '01.200', 'Three four.'],
])

describe.skipIf(!existsSync(samples))('the sample shard', () => {
  it('becomes a corpus of sentences in their languages in one command', async () => {
    const summary = await dataConvert({ in: join(samples, 'Sign_DWPose_NPZ_000001.tar'), out: at('corpus'), ...quick })
    expect(summary).toMatchObject({ clips: 6, broken: [] })
    expect(summary.notes[0]).toBe('1 cue shorter than 0.33 s left out')
    expect(await linesOf(at('corpus.files'))).toEqual([
      'SynthASL001-0001',
      'SynthASL001-0002',
      'SynthASL001-0003',
      'SynthDSGS02-0001',
      'SynthDSGS02-0002',
      'SynthDSGS02-0003',
    ])
    expect(await linesOf(at('corpus.lang'))).toEqual(['ase', 'ase', 'ase', 'sgg', 'sgg', 'sgg'])
    expect((await linesOf(at('corpus.text')))[1]).toBe('Today I wave my arms & hands...')
    const english = await dataConvert({ in: join(samples, 'Sign_DWPose_NPZ_000001.tar'), out: at('english'), captions: 'en', ...quick })
    expect(english.clips).toBe(6)
    const points = { in: join(samples, 'Sign_DWPose_NPZ_000001.tar'), out: at('points'), layout: 'dwpose-128', ...quick } as const
    expect(await dataConvert(points)).toMatchObject({
      clips: 6,
      broken: [],
      notes: ['1 cue shorter than 0.33 s left out', ...Array(3).fill(expect.any(String))],
    })
    expect([await linesOf(at('points.lang')), await linesOf(at('points.text'))]).toEqual([
      await linesOf(at('corpus.lang')),
      await linesOf(at('corpus.text')),
    ])
    const one = await dataConvert({
      in: join(samples, 'Sign_DWPose_NPZ_000001.tar'),
      out: at('one.json'),
      clip: 'SynthDSGS02-0003',
      ...quick,
    })
    expect(one).toMatchObject({ clips: 1, withoutText: 0, withoutClip: 0 })
    expect(JSON.parse(await readFile(at('one.json'), 'utf8'))).toMatchObject({ language: 'sgg', text: 'das ist erfunden' })
    expect((await linesOf(at('english.text'))).at(-1)).toBe('this is made up')
  })

  it('is inspected, and read as motions with their words, wherever motions are read', async () => {
    const shown = await dataInspect(join(samples, 'dataset'), { out: at('page.html'), stream: silent })
    expect(shown).toMatchObject({ clips: 5, broken: [] })
    const source = await motionSource(join(samples, 'dataset/SynthLIS_03/npz/poses.npz'))
    expect([source.names, source.tellsLanguage]).toEqual([['SynthLIS_03'], false])
    const [motion] = await all(source.read(source.names, refuse))
    expect(motion).toMatchObject({ name: 'SynthLIS_03', frames: 60, fps: 24 })
    const video = await motionSource(join(samples, 'dataset/SynthLIS_03'))
    const [first] = await all(video.read(video.names.slice(0, 1), refuse))
    expect(first).toMatchObject({ name: 'SynthLIS_03-0001', text: "L'acqua è fredda;", language: 'ise', fps: 24 })
  })
})

const refuse = (name: string, error: Error): never => {
  throw new Error(`${name}: ${error.message}`)
}

describe('dwposeDetections', () => {
  it('cuts videos by their captions, and leaves out videos that say nothing while others do', async () => {
    const path = await shard('cut', { aaa: { frames: 30, vtt: said }, bbb: { frames: 12 } }, 'aaa,ase\nbbb,gsg\n')
    const source = (await dwposeDetections(path))!
    expect(source.names).toEqual(['aaa-0001', 'aaa-0003'])
    expect([...source.words!.values()]).toEqual([
      { text: 'One two.', language: 'ase' },
      { text: 'Three four.', language: 'ase' },
    ])
    expect(source.notes).toEqual(["1 video without such captions left out, such as 'bbb'", '1 cue shorter than 0.33 s left out'])
    const clips = []
    for await (const { clip } of source.read(source.names, refuse)) clips.push([clip.name, clip.frames, clip.frameIndex[0]])
    expect(clips).toEqual([
      ['aaa-0001', 12, 0],
      ['aaa-0003', 15, 0],
    ])
    expect((await dwposeDetections(path, { captions: 'none' }))!.names).toEqual(['aaa', 'bbb'])
    // No video has such captions, so that each is a clip.
    expect((await dwposeDetections(path, { captions: 'fr' }))!.names).toEqual(['aaa', 'bbb'])
  })

  it('leaves out clips of broken videos and captions of other ones by name, and goes on', async () => {
    const path = await shard('broken', { aaa: { frames: 4, vtt: said }, bbb: { frames: 30, vtt: said } })
    const bytes = await readFile(path)
    // The first member of the first archive, behind a header of the shard, names and all.
    bytes.writeUInt8(bytes[bytes.indexOf('frame_payloads.npy') + 400]! ^ 1, bytes.indexOf('frame_payloads.npy') + 400)
    await writeFile(path, bytes)
    const source = (await dwposeDetections(path))!
    const [kept, left]: [string[], string[]] = [[], []]
    for await (const { clip } of source.read(source.names, (name, error) => left.push(`${name}: ${error.message}`))) kept.push(clip.name)
    expect(kept).toEqual(['bbb-0001', 'bbb-0003'])
    expect(left[0]).toMatch(/^aaa-0001: .*s\.tar, 'aaa\/npz\/poses\.npz': wanted 'frame_payloads\.npy' with checksum/)
    const short = (await dwposeDetections(await shard('short', { aaa: { frames: 4, vtt: vtt([['05.000', '06.000', 'Late.']]) } })))!
    await expect(all(short.read(short.names, refuse))).rejects.toThrow(
      /clip 'aaa-0001': wanted frames 4 to 4 of a video, got one that ends with frame 4/,
    )
  })

  it('names what is missing where no cue is long enough, and the language', async () => {
    const path = await shard('tiny', { aaa: { frames: 4, vtt: vtt([['00.000', '00.100', 'x']]) } })
    await expect(dwposeDetections(path)).rejects.toThrow(/s\.tar: wanted cues of at least 0\.33 s in captions, got 1 shorter one/)
    const whole = await shard('nameless', { aaa: { frames: 12, vtt: said } }, 'aaa,???\n')
    await expect(dataConvert({ in: whole, out: at('nameless-out'), ...quick })).rejects.toThrow(
      /wanted the language of the clips, got none/,
    )
    expect(await dataConvert({ in: whole, out: at('named-out'), lang: 'ase', ...quick })).toMatchObject({ clips: 1 })
    expect(await linesOf(at('named-out.lang'))).toEqual(['ase'])
  })

  it('reads whole videos with their language into motions, and into HDF5 step by step', async () => {
    const path = await shard('whole', { aaa: { frames: 12 } }, 'aaa,ase\n')
    await dataConvert({ in: path, out: at('whole-out'), ...quick })
    expect([await linesOf(at('whole-out.files')), await linesOf(at('whole-out.lang'))]).toEqual([['aaa'], ['ase']])
    expect(await dataJson2h5({ in: path, out: at('whole.h5'), stream: silent })).toMatchObject({ clips: 1, frames: 12 })
  })

  it('reads clips of all points, and lines of 385 numbers with what lies beside them', async () => {
    const root = at('vsl')
    await mkdir(join(root, 'signer1'), { recursive: true })
    const one = person(random, 320, 180, 90)
    const [xy, scores] = [new Float32Array(10 * 256), new Float32Array(10 * 128).fill(0.9)]
    for (let t = 0; t < 10; t++) for (let j = 0; j < 50; j++) xy.set(one.subarray(j * 3, j * 3 + 2), t * 256 + 2 * (j < 8 ? j : j + 10))
    const arrays = {
      all_xy: { shape: [10, 128, 2], data: xy },
      all_score: { shape: [10, 128], data: scores },
      frame_size: { shape: [2], data: Int32Array.of(640, 360) },
      fps: { shape: [], data: Float32Array.of(25) },
    }
    await writeFile(join(root, 'signer1/hello.npz'), encodeNpz(arrays))
    const source = (await dwposeDetections(root))!
    expect(source.names).toEqual(['signer1/hello'])
    for await (const { clip } of source.read(source.names, refuse)) expect([clip.frames, clip.fps]).toEqual([10, 25])

    const clips = [keypointClip('a', 3, 1), keypointClip('b', 2, 2)]
    await writeFile(at('dev.skels'), clips.map((clip) => `${dwposeLine(clip, 640, 360)}\n`).join(''))
    await writeFile(at('dev.files'), 'dev/a\ndev/b\n')
    await writeFile(at('dev.text'), 'first\nsecond\n')
    for (const path of [at('dev'), at('dev.skels')]) {
      const read = (await dwposeDetections(path, { picture }))!
      expect([read.names, read.words!.get('dev/b')]).toEqual([['dev/a', 'dev/b'], { text: 'second' }])
      for await (const { clip } of read.read(['dev/b'], refuse)) expect([clip.name, clip.frames]).toEqual(['dev/b', 2])
    }
    const converted = await dataConvert({ in: at('dev'), out: at('lines-out'), lang: 'ase', picture, ...quick })
    expect(converted).toMatchObject({ clips: 2, broken: [] })
    const untold = await motionSource(at('dev'))
    await expect(all(untold.read(untold.names, refuse))).rejects.toThrow(
      /dev: wanted points whose pictures have a size, .*signllm data convert --picture/,
    )
    expect(await dwposeDetections(at('lines-out'))).toBeUndefined()
  })
})
