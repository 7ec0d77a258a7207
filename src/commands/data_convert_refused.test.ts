// What data convert refuses, before it writes anything.

import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { saveCorpus } from '../data/corpus/save.js'
import { detectionFolders } from '../formats/detections.js'
import { encodeNpz } from '../formats/npz.js'
import { signer } from '../outputs/signer.testing.js'
import type { DataConvertOptions } from './data_convert.js'
import { convertFolder } from './data_convert.testing.js'

const { at, json, convert } = convertFolder()

describe('dataConvert', () => {
  it.each([
    [
      'several clips into one file',
      { out: 'x.bvh' },
      'ERR_USAGE',
      /x\.bvh: wanted one clip, got 2\. Choose one with --clip, or write \{name\}/,
    ],
    ['a clip that is not there', { clip: 'z' }, 'ERR_USAGE', /json: wanted the clip 'z', got clips such as 'a', 'b'/],
    ['an ending nobody knows', { out: 'x.bvg' }, 'ERR_USAGE', /x\.bvg: wanted a name ending in/],
    ['no input', { in: 'nothing' }, 'ERR_DATA', /nothing: wanted to read it, got ENOENT/],
    ['a corpus without a language', {}, 'ERR_USAGE', /wanted the language of the clips, got none\. Pass --lang/],
  ])('refuses %s before it writes anything', async (_, options: Partial<DataConvertOptions>, code, message) => {
    const { in: from = json(), out = 'x', ...rest } = options
    await expect(convert(from, `never/${out}`, rest)).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
    expect(existsSync(at('never'))).toBe(false)
  })

  it('says of an output that is there how to write it anew, and leaves it as it is', async () => {
    await mkdir(at('there'), { recursive: true })
    await writeFile(at('there/a.glb'), 'kept')
    await expect(convert(json(), 'there/a.glb', { clip: 'a' })).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: `${at('there/a.glb')}: wanted an output that does not exist yet, got one from an earlier run. Pass --overwrite to replace it, or name another.`,
    })
    expect(await readFile(at('there/a.glb'), 'utf8')).toBe('kept')
  })

  it.each(['film.mp4', 'film.npz', 'film.json'])('says what there is to read from, given %s', async (name) => {
    await writeFile(at(name), encodeNpz({ x: { shape: [1], data: Float32Array.of(1) } }))
    const wanted = name.endsWith('.npz')
      ? /film\.npz: wanted the arrays 'joints' and 'fps', got 'x\.npy'/
      : /film\.\w+: wanted a folder of JSON clips, an \.h5 file, \.pose files, \.npz files .* got a file that is none of these/
    await expect(convert(at(name), 'never/x', { lang: 'ASL' })).rejects.toMatchObject({
      code: 'ERR_DATA',
      message: expect.stringMatching(wanted),
    })
    await expect(detectionFolders(at(name))).rejects.toThrow(`${name}: wanted a folder, got a file`)
  })

  it.each(['../evil', '/evil', 'a/../../evil', '..\\evil'])('writes no file outside the folder for a clip called %s', async (name) => {
    await saveCorpus(at('foreign/all'), [{ ...signer(3), name, language: 'ASL', text: 'x' }])
    const before = (await readdir(at(''), { recursive: true })).sort()
    await expect(convert(at('foreign/all'), 'foreign/out/{name}.npz')).rejects.toMatchObject({
      code: 'ERR_DATA',
      message: expect.stringContaining(`wanted clip names that stay in the output's folder, got '${name}'`),
    })
    expect((await readdir(at(''), { recursive: true })).sort()).toEqual(before)
  })
})
