import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Random } from '../base/random.js'
import { type DetectionOptions, detectionFolders, readDetections } from './detections.js'
import { dwposeJson, openPoseJson, person } from './detections.testing.js'

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

  it('names a root that is not there or empty', async () => {
    await expect(detectionFolders(join(root, 'none'))).rejects.toThrow(/none: wanted to read it, got ENOENT/)
    await expect(detectionFolders(join(root, 'all/c'))).rejects.toThrow(/all\/c: wanted a folder for each clip, got none/)
  })
})
