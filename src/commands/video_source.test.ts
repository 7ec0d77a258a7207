// The videos that a path leads to, by the names they are read under; and what a model of poses refuses.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { detectFiles } from './detect_files.js'
import { refuseVideos, videosAt } from './video_source.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-videos-'))
  const files = ['a.mp4', 'two.MP4', 'two.webm', 'wave.gif', 'deep/er/b.MOV', 'deep/notes.txt', '.hidden/c.mp4', 'deep/._b.mov']
  for (const name of files) {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), '')
  }
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const at = (...parts: string[]) => join(folder, ...parts)
const names = async (...of: Parameters<typeof videosAt>) => (await videosAt(...of))?.map(({ name }) => name)

describe('videos at a path', () => {
  it('are those of subfolders too, in any case of their endings, and two that differ in nothing else keep theirs', async () => {
    expect(await names(folder)).toEqual(['a', 'deep/er/b', 'two.MP4', 'two.webm', 'wave'])
    expect((await videosAt(folder))!.map(({ file }) => file)).toContain(at('deep/er/b.MOV'))
    expect(await names(at('two.MP4'))).toEqual(['two'])
    expect(await videosAt(at('deep/notes.txt'))).toBeUndefined()
    expect(await videosAt(at('nothing'))).toBeUndefined()
  })

  it('are those that a corpus names, with or without endings', async () => {
    const corpus = async (name: string, lines: string) => {
      await writeFile(at(`${name}.files`), lines)
      return names(at(name), folder)
    }
    expect(await corpus('good', 'wave\ndeep/er/b\ntwo.webm\na.mp4\n')).toEqual(['wave', 'deep/er/b', 'two.webm', 'a.mp4'])
    await expect(corpus('bad', 'a\ntwo\n')).rejects.toThrow('got several: two.MP4, two.webm. Write its name with its ending')
    await expect(corpus('gone', 'a\nb\n')).rejects.toThrow('gone.files:2: wanted')
    await expect(corpus('text', 'deep/notes.txt\n')).rejects.toThrow('got no such file')
    await expect(corpus('twice', 'a\nwave\na\n')).rejects.toThrow("wanted names that differ, got 'a' as on line 1")
  })

  it('are refused by a model of poses, unless there are poses beside them', async () => {
    await expect(refuseVideos(at('a.mp4'))).rejects.toThrow('since the model reads poses')
    await expect(refuseVideos(folder)).rejects.toThrow('since the model reads poses')
    await refuseVideos(at('deep'))
    await writeFile(at('a.pose'), '')
    await refuseVideos(folder)
  })

  it('become a .pose each where they are of different names, those of the folder alone', async () => {
    await expect(detectFiles(folder, at('out'))).rejects.toThrow("got two called 'two'")
    await rm(at('two.webm'))
    expect((await detectFiles(folder, at('out'))).map(({ out }) => out)).toEqual(
      ['a', 'two', 'wave'].map((name) => at('out', `${name}.pose`)),
    )
  })
})
