import { existsSync } from 'node:fs'
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { FRAME_NUMBERS } from './holistic_pose.js'
import { KeptFrames, keptCount, keptPath } from './kept_frames.js'

const folder = await mkdtemp(join(tmpdir(), 'signllm-kept-'))
afterAll(() => rm(folder, { recursive: true }))

const from = { video: 'a', model: 'full', fps: null }
const frame = (value: number) => new Float32Array(FRAME_NUMBERS).fill(value)

it('keeps frames for a run that goes on, and none of a frame that was half written', async () => {
  const out = join(folder, 'some/clip.pose')
  expect(await keptCount(out)).toBe(0)
  const first = await KeptFrames.open(out, from, { resume: true })
  first.add(frame(1))
  first.add(frame(2))
  first.close()
  await appendFile(keptPath(out), new Uint8Array(77))
  expect(await keptCount(out)).toBe(2)

  const second = await KeptFrames.open(out, from, { resume: true })
  expect(second.frames).toBe(2)
  second.add(frame(3))
  const all = await second.all()
  expect([all.length / FRAME_NUMBERS, all[0], all[FRAME_NUMBERS], all.at(-1)]).toEqual([3, 1, 2, 3])
  await second.discard()
  expect(existsSync(keptPath(out))).toBe(false)
})

it('begins anew where nobody says to go on', async () => {
  const out = join(folder, 'anew.pose')
  for (const _ of [1, 2]) {
    const kept = await KeptFrames.open(out, from, { resume: false })
    expect(kept.frames).toBe(0)
    kept.add(frame(1))
    kept.close()
  }
  expect(await keptCount(out)).toBe(1)
})

it('goes on with nothing that was made of another video or with other options', async () => {
  const out = join(folder, 'other.pose')
  const kept = await KeptFrames.open(out, from, { resume: false })
  kept.add(frame(1))
  kept.close()
  const before = await readFile(keptPath(out))
  const again = (changed: object) => KeptFrames.open(out, { ...from, ...changed }, { resume: true })
  await expect(again({ video: 'b' })).rejects.toThrow('wanted frames of this video, got those of another video')
  await expect(again({ model: 'lite' })).rejects.toThrow('wanted frames detected with model lite, got model full')
  await expect(again({ fps: 25 })).rejects.toMatchObject({ code: 'ERR_CONFIG', message: expect.stringContaining('got fps of the file') })
  expect(await readFile(keptPath(out))).toEqual(before)
  await writeFile(keptPath(out), 'no frames\n')
  await expect(again({})).rejects.toThrow('got something else')
})
