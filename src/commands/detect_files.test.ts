import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { keptPath } from '../detect/kept_frames.js'
import { checkOutputs, detectFiles } from './detect_files.js'

const folder = await mkdtemp(join(tmpdir(), 'signllm-detect-'))
const file = (...names: string[]) => join(folder, ...names)
afterAll(() => rm(folder, { recursive: true }))

it('names a .pose file for every video', async () => {
  await mkdir(file('clips'))
  for (const name of ['b.mp4', 'a.WEBM', 'words.txt', '._b.mp4']) await writeFile(file('clips', name), 'x')
  expect(await detectFiles(file('clips'), 'out')).toEqual([
    { name: 'a', video: file('clips/a.WEBM'), out: 'out/a.pose' },
    { name: 'b', video: file('clips/b.mp4'), out: 'out/b.pose' },
  ])
  expect((await detectFiles(file('clips/b.mp4'), 'sign.pose')).map(({ out }) => out)).toEqual(['sign.pose'])
  expect((await detectFiles(file('clips/b.mp4'), 'out')).map(({ out }) => out)).toEqual(['out/b.pose'])
})

it('refuses what is no video, one file for several, and two videos of one name', async () => {
  const code = 'ERR_USAGE'
  await expect(detectFiles(file('clips/words.txt'), 'out')).rejects.toMatchObject({
    code,
    message: expect.stringContaining('wanted a video or a folder of videos, since the detector reads pictures'),
  })
  await expect(detectFiles(file('clips'), 'all.pose')).rejects.toMatchObject({
    code,
    message: expect.stringContaining('a folder for 2 videos'),
  })
  await writeFile(file('clips/a.mp4'), 'x')
  await expect(detectFiles(file('clips'), 'out')).rejects.toMatchObject({ code, message: expect.stringContaining("got two called 'a'") })
})

it('replaces nothing unasked, nor what an interrupted run kept', async () => {
  const files = [{ name: 'a', video: 'a.mp4', out: file('a.pose') }]
  expect(() => checkOutputs(files, {})).not.toThrow()
  await writeFile(keptPath(file('a.pose')), 'x')
  expect(() => checkOutputs(files, {})).toThrow('a.pose.frames: wanted outputs that do not exist yet, got this one from an earlier run.')
  await writeFile(file('a.pose'), 'x')
  expect(() => checkOutputs(files, {})).toThrow('got this one from an earlier run, and 1 more. Pass --resume')
  for (const options of [{ resume: true }, { overwrite: true }]) expect(() => checkOutputs(files, options)).not.toThrow()
})
