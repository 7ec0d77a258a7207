import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Random } from '../base/random.js'
import { type DetectionOptions, detectionFolders, readDetections } from './detections.js'
import { dwposeJson, openPoseJson, person } from './detections.testing.js'
import { readOpenPoseClip } from './openpose/openpose.js'

const root = await mkdtemp(join(tmpdir(), 'detections-'))
afterAll(() => rm(root, { recursive: true }))
const signer = person(new Random(1), 640, 350, 200)
const picture = { width: 1280, height: 720 }

async function put(folder: string, files: Record<string, string>): Promise<void> {
  await mkdir(join(root, folder), { recursive: true })
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, folder, name), text)
}
await put('all/b', { x_0_keypoints: '', 'x_000_keypoints.json': openPoseJson([signer]), 'x_001_keypoints.json': openPoseJson([signer]) })
await put('all/a', { '00000001.json': dwposeJson([signer], 1280, 720) })
await put('all/c', { 'notes.txt': 'nothing' })
await put('all/d', { 'x_000_keypoints.json': '{' })

async function read(options: DetectionOptions = {}): Promise<[string, number][]> {
  const clips: [string, number][] = []
  for await (const { clip } of readDetections(await detectionFolders(join(root, 'all')), options)) clips.push([clip.name, clip.frames])
  return clips
}

describe('readDetections', () => {
  it('stops between the frames of a clip', async () => {
    const frames = Array.from({ length: 30 }, (_, i) => [`x_${i}_keypoints.json`, openPoseJson([signer])])
    await put('long', Object.fromEntries(frames))
    const controller = new AbortController()
    const clips = readDetections(await detectionFolders(join(root, 'long')), { signal: controller.signal })
    const next = clips.next()
    controller.abort(new Error('enough'))
    await expect(next).rejects.toThrow('enough')
  })
})

describe('readDetections', () => {
  it('tells detectors apart by their files, leaving out what is broken where asked', async () => {
    const broken: Record<string, string> = {}
    const clips = await read({ picture, broken: (name, error) => (broken[name] = error.message) })
    expect(clips).toEqual([
      ['a', 1],
      ['b', 2],
    ])
    expect(Object.keys(broken)).toEqual(['c', 'd'])
    expect(broken.c).toMatch(/all\/c: wanted frames of OpenPose .* or DWPose .* got neither/)
    expect(broken.d).toMatch(/x_000_keypoints\.json: .* at character 1/)
    await expect(read({ picture })).rejects.toThrow(/all\/c: wanted frames/)
  })

  it('takes a folder of frames for the clip it is', async () => {
    expect(await detectionFolders(join(root, 'all/b'))).toEqual([{ name: 'b', path: join(root, 'all/b') }])
  })

  it('wants the size of the video of DWPose files, whatever is to be left out', async () => {
    await expect(read({ broken: () => undefined })).rejects.toMatchObject({
      code: 'ERR_CONFIG',
      message: expect.stringMatching(/--picture/),
    })
  })

  it('takes a detector that is told for told', async () => {
    const broken: string[] = []
    const clips = await read({ detector: 'openpose', broken: (name) => broken.push(name) })
    expect([clips, broken]).toEqual([[['b', 2]], ['a', 'c', 'd']])
  })

  it('tells by their content frames that are named like another detector’s, or like neither’s', async () => {
    await put('kinds/a', { '1.json': openPoseJson([signer]), '2.json': openPoseJson([signer]) })
    await put('kinds/b', { 'frame_1.json': dwposeJson([signer], 1280, 720), 'frame_2.json': dwposeJson([], 1280, 720) })
    await put('kinds/c', { 'pose_7.json': openPoseJson([signer]), 'meta.json': '{}' })
    await put('kinds/d', { 'results.json': '[{"image_id":"1.jpg","keypoints":[]}]' })
    await put('kinds/e', { 'points_1.json': '{"meta_info":{}}' })
    const broken: Record<string, string> = {}
    const clips = []
    for await (const { clip } of readDetections(await detectionFolders(join(root, 'kinds')), {
      picture,
      broken: (name, { message }) => (broken[name] = message),
    }))
      clips.push([clip.name, clip.frames])
    expect(clips).toEqual([
      ['a', 2],
      ['b', 1],
      ['c', 1],
    ])
    expect(Object.keys(broken)).toEqual(['d', 'e'])
    expect(broken.d).toMatch(/got 'results\.json': AlphaPose's results.* Write a file for each frame/)
    expect(broken.e).toMatch(/got 'points_1\.json': MMPose's predictions/)
    expect(await detectionFolders(join(root, 'kinds/c'))).toEqual([{ name: 'c', path: join(root, 'kinds/c') }])
  })

  it('follows links, loses no clip whose link is broken, and sees nothing that a system put there', async () => {
    await put('store/far', { 'x_1_keypoints.json': openPoseJson([signer]) })
    await put('links/near', { '._x_1_keypoints.json': 'Mac OS X' })
    await symlink('../../store/far/x_1_keypoints.json', join(root, 'links/near/x_1_keypoints.json'))
    await put('links/__MACOSX/near', { '._x_1_keypoints.json': 'Mac OS X' })
    await put('links', { '.DS_Store': '' })
    await symlink('../store/far', join(root, 'links/far'))
    await symlink('../store/gone', join(root, 'links/gone'))
    await symlink('.', join(root, 'links/round'))
    await put('links/torn', { 'x_1_keypoints.json': openPoseJson([signer]) })
    await symlink('nowhere', join(root, 'links/torn/x_2_keypoints.json'))
    const broken: Record<string, string> = {}
    const clips: string[] = []
    const folders = await detectionFolders(join(root, 'links'))
    for await (const { clip } of readDetections(folders, { broken: (name, { message }) => (broken[name] = message) })) clips.push(clip.name)
    expect(clips).toEqual(['far', 'near'])
    expect(Object.keys(broken)).toEqual(['gone', 'round', 'torn'])
    expect(broken.gone).toMatch(/links\/gone: .* got a link to '..\/store\/gone', which does not exist/)
    expect(broken.round).toMatch(/links\/round: wanted frames .* got neither, but such as 'far'/)
    expect(broken.torn).toMatch(/x_2_keypoints\.json: .* got a link to 'nowhere'/)
  })

  it('refuses two clips whose names look the same', async () => {
    for (const form of ['NFC', 'NFD']) await put(`accents/${'Grüße'.normalize(form)}`, { 'x_1_keypoints.json': openPoseJson([signer]) })
    await expect(detectionFolders(join(root, 'accents'))).rejects.toThrow(/wanted clips named differently, got two named 'Gr/)
  })

  it('refuses a frame that is none: a folder, or too large', async () => {
    await put('odd/clip', { 'x_1_keypoints.json': openPoseJson([signer]) })
    await mkdir(join(root, 'odd/clip/x_2_keypoints.json'))
    await expect(readOpenPoseClip(join(root, 'odd/clip'))).rejects.toThrow(/x_2_keypoints\.json: wanted a file, got a folder/)
    await rm(join(root, 'odd/clip/x_2_keypoints.json'), { recursive: true })
    await writeFile(join(root, 'odd/clip/x_2_keypoints.json'), '')
    await truncate(join(root, 'odd/clip/x_2_keypoints.json'), 2 ** 30)
    await expect(readOpenPoseClip(join(root, 'odd/clip'))).rejects.toThrow(/wanted one frame, at most 67108864 bytes, got 1073741824/)
  })

  it('names a root that is not there or empty', async () => {
    await expect(detectionFolders(join(root, 'none'))).rejects.toThrow(/none: wanted to read it, got ENOENT/)
    await expect(detectionFolders(join(root, 'all/c'))).rejects.toThrow(/all\/c: wanted a folder for each clip, got none/)
  })
})
