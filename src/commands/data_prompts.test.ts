import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseLangGloss } from '../text/lang_gloss.js'
import { dataPrompts } from './data_prompts.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-prompts-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Writes companions of a corpus and returns its prefix. */
async function corpus(name: string, companions: Record<string, readonly string[]>): Promise<string> {
  const prefix = join(folder, name)
  for (const [ending, lines] of Object.entries(companions))
    await writeFile(`${prefix}.${ending}`, lines.map((line) => `${line}\n`).join(''))
  return prefix
}
const linesOf = async (path: string) => (await readFile(path, 'utf8')).trimEnd().split('\n')

const two = { text: ['The sky is blue.', 'morgen regnet es'], gloss: ['', 'MORGEN REGEN'], lang: ['ASL', 'GSL'] }

describe('dataPrompts', () => {
  it('writes a prompt and LangGloss for every line, each in its language', async () => {
    const prefix = await corpus('two', two)
    expect(await dataPrompts({ corpus: prefix, naming: 'always' })).toMatchObject({ lines: 2, languages: ['ASL', 'GSL'], named: 2 })
    const [asl, gsl] = await linesOf(`${prefix}.prompt`)
    expect(asl).toMatch(/ASL|American Sign Language/)
    expect(asl).toContain('he sky is blue')
    expect(gsl).toMatch(/morgen regnet es.*(DGS|Deutsche)|(DGS|Deutsche).*morgen regnet es/)
    expect(await linesOf(`${prefix}.lang_gloss`)).toEqual(['<ASL_THE> <ASL_SKY> <ASL_IS> <ASL_BLUE>', '<GSL_MORGEN> <GSL_REGEN>'])
  })

  it('names the language in about half, and writes the same again for the same seed', async () => {
    const prefix = await corpus('many', { text: Array.from({ length: 400 }, (_, i) => `sentence ${i}`) })
    const { named } = await dataPrompts({ corpus: prefix, lang: 'TSL' })
    expect(Math.abs(named - 200)).toBeLessThan(50)
    const first = await readFile(`${prefix}.prompt`, 'utf8')
    await dataPrompts({ corpus: prefix, lang: 'TSL' })
    expect(await readFile(`${prefix}.prompt`, 'utf8')).toBe(first)
    expect(new Set(first.split('\n').map((line) => line.replace(/sentence \d+/, ''))).size).toBeGreaterThan(35)
    for (const line of await linesOf(`${prefix}.lang_gloss`))
      expect(line.split(' ').map((token) => parseLangGloss(token).language)).toEqual(['TSL', 'TSL'])
  })

  it('takes templates of a user for languages that there are none of', async () => {
    const templates = join(folder, 'own.yaml')
    await writeFile(templates, 'BSL:\n  named: ["Say “{sentence}” in BSL."]\n  unnamed: ["Please sign “{sentence}”."]\n')
    const prefix = await corpus('own', { text: ['The sky is blue.', 'the sun'], lang: ['BSL', 'ASL'] })
    const summary = await dataPrompts({ corpus: prefix, naming: 'always', templates })
    expect(summary).toMatchObject({ lines: 2, languages: ['ASL', 'BSL'], named: 2 })
    expect((await linesOf(`${prefix}.prompt`))[0]).toBe('Say “The sky is blue” in BSL.')
    expect((await linesOf(`${prefix}.lang_gloss`))[0]).toBe('<BSL_THE> <BSL_SKY> <BSL_IS> <BSL_BLUE>')
    expect(await dataPrompts({ corpus: prefix, naming: 'never', templates })).toMatchObject({ named: 0 })
  })

  it.each([
    ['BSL: { named: ["no place"], unnamed: ["{sentence}"] }', 'wanted templates by language, got at BSL.named.0: wanted {sentence} once'],
    ['BSL: { named: ["{sentence}"] }', 'got at BSL.unnamed'],
    ['bsl: { named: ["{sentence}"], unnamed: ["{sentence}"] }', 'got at bsl'],
    ['[', 'wanted YAML'],
  ])('refuses templates that are none: %s', async (yaml, message) => {
    const templates = join(folder, 'bad.yaml')
    await writeFile(templates, yaml)
    const prefix = await corpus('bad', { text: ['a'], lang: ['BSL'] })
    await expect(dataPrompts({ corpus: prefix, templates })).rejects.toThrow(message)
  })

  it.each([
    ['no corpus', {}, {}, 'none.text: wanted sentences, got none'],
    ['no language', { text: ['a'] }, {}, 'wanted the language of its sentences, got none'],
    ['a language without templates', { text: ['a'] }, { lang: 'XSL' }, "got 'XSL'"],
    ['a blank line at the end of the text', { text: ['a', ''], lang: ['ASL'] }, {}, 'none.text:2: wanted a sentence, got a blank line'],
    ['a name twice', { text: ['a', 'b'], files: ['x', 'x'], lang: ['ASL', 'ASL'] }, {}, "none.files:2: wanted names that differ, got 'x'"],
    ['a blank language', { text: ['a', 'b'], lang: ['ASL', ''] }, {}, 'none.lang:2: wanted a language, got a blank line'],
    ['companions of another length', { text: ['a', 'b'], lang: ['ASL'] }, {}, 'none.lang:1: wanted as many lines'],
    ['a line without words', { text: ['a', '...'] }, { lang: 'ASL' }, 'none.text:2: wanted words, got none'],
  ])('writes nothing for %s', async (_, companions, options, message) => {
    for (const ending of ['text', 'lang', 'files']) await rm(join(folder, `none.${ending}`), { force: true })
    const prefix = await corpus('none', companions)
    await expect(dataPrompts({ corpus: prefix, ...options })).rejects.toThrow(message)
    expect(existsSync(`${prefix}.prompt`) || existsSync(`${prefix}.lang_gloss`)).toBe(false)
  })
})
