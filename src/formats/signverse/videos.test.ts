import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Random } from '../../base/random.js'
import { framesOfCue } from '../captions/cues.js'
import { person } from '../detections.testing.js'
import { archiveOf, payloadOf } from '../dwpose/video.testing.js'
import { encodeNpy } from '../npy.js'
import { encodeMembers, writeMotionNpz } from '../npz.js'
import { tarOf } from '../tar.testing.js'
import { signedVideos } from './videos.js'

const samples = join(process.env.SIGNLLM_SHARED ?? '../shared', 'data/signverse')
const published = join(process.env.SIGNLLM_SHARED ?? '../shared', 'data/prompt2sign_npz')
const folder = await mkdtemp(join(tmpdir(), 'signverse-'))
const picture = { width: 640, height: 360 }
const one = person(new Random(1), 320, 180, 90)
const archive = archiveOf([payloadOf([one], picture), payloadOf([one], picture)], { id: 'inside' })

describe.skipIf(!existsSync(samples))('the samples', () => {
  it('are found in shard and folder, with languages and splits out of the tables beside them', async () => {
    const shard = await signedVideos(join(samples, 'Sign_DWPose_NPZ_000001.tar'))
    expect(shard!.map(({ id, language, split }) => [id, language, split])).toEqual([
      ['SynthASL001', 'ase', 'train'],
      ['SynthDSGS02', 'sgg', 'val'],
    ])
    const loose = await signedVideos(join(samples, 'dataset'))
    expect(loose!.map(({ id, language, split }) => [id, language, split])).toEqual([
      ['SynthASL001', 'ase', 'train'],
      ['SynthLIS_03', 'ise', 'test'],
    ])
    // A folder of shards comes before the loose videos below it.
    expect((await signedVideos(samples))!.map(({ id }) => id)).toEqual(['SynthASL001', 'SynthDSGS02'])
    const [same, packed] = [await loose![0]!.read(), await shard![0]!.read()]
    expect(same).toEqual(packed)
    expect(same.notes).toEqual([])
    const [single] = (await signedVideos(join(samples, 'dataset/SynthLIS_03')))!
    expect([single!.id, (await single!.read()).frames.length]).toEqual(['SynthLIS_03', 60])
  })

  it('are cut as their own trainer cuts them', async () => {
    const { training_segments: wanted } = JSON.parse(await readFile(join(samples, 'expected_training.json'), 'utf8'))
    const cut: unknown[] = []
    for (const video of [
      ...(await signedVideos(join(samples, 'Sign_DWPose_NPZ_000001.tar')))!,
      ...(await signedVideos(join(samples, 'dataset/SynthLIS_03')))!,
    ]) {
      const { fps, totalFrames } = await video.read()
      const { track, cues } = (await video.captions('original', { reading: 'plain' }))!
      for (const cue of cues) {
        const { start, end } = framesOfCue(cue, fps, totalFrames)
        if (end - start >= 8)
          cut.push({
            video_id: video.id,
            caption: `${video.id}.${track}.vtt`,
            text: cue.text,
            start_frame: start,
            end_frame: end,
            sign_language: video.language,
          })
      }
    }
    expect(cut).toEqual(wanted.map(({ tokens: _, ...segment }: { tokens: unknown }) => segment))
  })

  it('say in clean text what the tool for captions says', async () => {
    const [asl, dsgs] = (await signedVideos(join(samples, 'Sign_DWPose_NPZ_000001.tar')))!
    expect((await asl!.captions('original'))!.cues.map(({ text }) => text)).toEqual([
      'Hello, I am a paper skeleton.',
      'Today I wave my arms & hands...',
      '... and then I rest.',
      '(too short)',
    ])
    expect((await dsgs!.captions('original'))!.cues.map(({ text }) => text)).toEqual([
      'Guten Tag zusammen',
      'wir sind zu zweit',
      'das ist erfunden',
    ])
    expect(await dsgs!.captions('en')).toMatchObject({ track: 'en-de', cues: [{ text: 'Good day everyone' }, {}, {}] })
    expect(await dsgs!.captions('fr')).toBeUndefined()
  })

  it('are read without .vtt files too, and frame by frame', async () => {
    const root = join(folder, 'per-frame')
    await cp(join(samples, 'per_frame'), root, { recursive: true })
    await mkdir(join(root, 'SynthDSGS02/captions'))
    await cp(
      join(samples, 'dataset/SynthASL001/captions/SynthASL001.captions.json'),
      join(root, 'SynthDSGS02/captions/SynthDSGS02.captions.json'),
    )
    await writeFile(join(root, 'SynthDSGS02/npz/.complete'), 'video_id=SynthDSGS02\nfps=25\n')
    const videos = (await signedVideos(root))!
    expect(videos.map(({ id }) => id)).toEqual(['SynthASL001', 'SynthDSGS02'])
    const video = await videos[1]!.read()
    expect([video.fps, video.frames.map(({ index }) => index)]).toEqual([25, [0, 21, 22, 52]])
    expect((await videos[1]!.captions('original'))!.cues[2]).toEqual({ start: 1.9, end: 2.45, text: '... and then I rest.' })
    expect(await videos[0]!.captions('original')).toBeUndefined()
  })

  it.skipIf(!existsSync(published))('of the tool of 2025 lie a folder a clip', async () => {
    const videos = (await signedVideos(published, { picture, fps: 25 }))!
    expect(videos.map(({ id }) => id)).toEqual(['human_mutiperson', 'human_signer'])
    expect(await videos[1]!.read()).toMatchObject({ fps: 25, picture, totalFrames: 135 })
    await expect((await signedVideos(published))![0]!.read()).rejects.toThrow(/wanted the size of the video/)
  })
})

describe('signedVideos', () => {
  it('notes poses without the mark that they are finished, and refuses a video twice', async () => {
    await writeFile(
      join(folder, 'a.tar'),
      tarOf([
        ['dataset/-abc_DEF012/npz/poses.npz', archive],
        ['other.txt', 'x'],
      ]),
    )
    const [video] = (await signedVideos(join(folder, 'a.tar')))!
    expect(video!.id).toBe('-abc_DEF012')
    expect((await video!.read()).notes).toEqual(['no mark that the extraction of its poses was finished (.complete)'])
    const shards = join(folder, 'shards')
    await mkdir(shards)
    for (const name of ['1.tar', '2.tar']) await cp(join(folder, 'a.tar'), join(shards, name))
    await expect(signedVideos(shards)).rejects.toThrow(/wanted each video once, got '-abc_DEF012' twice/)
  })

  it('reads frames a file each out of a shard', async () => {
    const arrays = Object.entries(payloadOf([one], picture)).map(([key, value]) => [key, encodeNpy(value, key)] as const)
    const frame = encodeMembers(Object.fromEntries(arrays))
    const parts = ['00000002.npz', '00000001.npz', 'notes.txt'].map((name) => [`dataset/vid/npz/${name}`, frame] as const)
    await writeFile(join(folder, 'frames.tar'), tarOf([...parts, ['dataset/vid/npz/.complete', 'fps=30\n']]))
    const [video] = (await signedVideos(join(folder, 'frames.tar')))!
    const { fps, frames, totalFrames } = await video!.read()
    expect([fps, totalFrames, frames.map(({ index, people }) => [index, people.length])]).toEqual([
      30,
      2,
      [
        [0, 1],
        [1, 1],
      ],
    ])
  })

  it('takes no other archives for frames, and tells damaged ones by their name when they are read', async () => {
    const motions = join(folder, 'motions')
    await mkdir(motions)
    await writeMotionNpz(join(motions, '1.npz'), { joints: new Float32Array(150), frames: 1, fps: 25 })
    expect(await signedVideos(motions)).toBeUndefined()
    expect(await signedVideos(join(folder, 'nothing'))).toBeUndefined()
    const broken = join(folder, 'broken', 'vid')
    await mkdir(join(broken, 'npz'), { recursive: true })
    await writeFile(join(broken, 'npz/poses.npz'), archive.subarray(0, 900))
    await expect((await signedVideos(join(folder, 'broken')))![0]!.read()).rejects.toThrow(
      /broken\/vid\/npz\/poses\.npz: wanted the end of a zip/,
    )
  })

  it('reads tables with and without a heading, and names the row of one that is broken', async () => {
    const root = join(folder, 'tables')
    await mkdir(join(root, 'vid/npz'), { recursive: true })
    await writeFile(join(root, 'vid/npz/poses.npz'), archive)
    const languageBy = async (table: string) => {
      const path = join(folder, 'own.csv')
      await writeFile(path, table)
      const [video] = (await signedVideos(root, { table: path }))!
      return [video!.language, video!.split]
    }
    expect(await languageBy('other,ase\r\nvid,gsg\r\n')).toEqual(['gsg', undefined])
    expect(await languageBy('vid,???\r\n')).toEqual([undefined, undefined])
    expect(await languageBy('split,title,sign_language,video_id\r\ntest,"a, b",ise,vid\r\n')).toEqual(['ise', 'test'])
    await expect(languageBy('video_id,sign_language\r\nvid,ase\r\nx\r\n')).rejects.toThrow(
      /own\.csv: wanted a video's id and language in row 3, got 1 columns/,
    )
  })

  it('knows frames by what is in them', async () => {
    const frames = join(folder, 'frames')
    await mkdir(frames)
    await writeFile(
      join(frames, '00000001.npz'),
      encodeMembers(Object.fromEntries(Object.entries(payloadOf([one], picture)).map(([key, value]) => [key, encodeNpy(value, key)]))),
    )
    const [video] = (await signedVideos(frames))!
    expect([video!.id, (await video!.read()).picture]).toEqual(['frames', picture])
  })
})
