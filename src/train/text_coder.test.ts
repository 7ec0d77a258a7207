import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { controls, modelFile } from '../text/pieces/pieces.testing.js'
import { textTokens } from './config/text_tokens.js'
import { textCoder } from './text_coder.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-coder-'))
  await writeFile(join(folder, 'a.model'), modelFile([...controls, ['▁rain', -1]]))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the key tokens', () => {
  it('is a policy, a path, or a path and a layout', () => {
    expect(textTokens.parse('words')).toBe('words')
    expect(textTokens.parse('a/tokenizer.json')).toEqual({ file: 'a/tokenizer.json' })
    expect(textTokens.parse({ file: 'a.model', layout: 'mbart', language: 'de_DE' })).toEqual({
      file: 'a.model',
      layout: 'mbart',
      language: 'de_DE',
    })
  })

  it.each([['word'], [3], [{ file: 'a.model', layout: 'bart' }], [{ path: 'a.model' }]])('is nothing else: %j', (value) => {
    expect(textTokens.safeParse(value).success).toBe(false)
  })
})

describe('textCoder', () => {
  it('builds a vocabulary of words, or reads a file', async () => {
    expect([...(await textCoder('words', ['sun sun rain'], 2)).encode('sun rain')]).toEqual([4, 0, 3])
    expect([...(await textCoder({ file: join(folder, 'a.model'), layout: 'xglm' }, [])).encode('rain')]).toEqual([4, 2])
  })

  it('names a file that is not there', async () => {
    await expect(textCoder({ file: join(folder, 'b.model') }, [])).rejects.toThrow(
      /b\.model: wanted a tokenizer file, got ENOENT.* Check the path\.$/,
    )
  })
})
